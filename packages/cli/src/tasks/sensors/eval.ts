/**
 * @file `unrolled eval` with a model of sensors, on other recordings.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import {
  checkChannels,
  evaluateSensors,
  loadSensorModel,
  prepareSensors,
  sensorBaselines,
  type SensorBaseline,
  type SensorModel,
  type SensorSet,
} from "unrolled/tasks/sensors";
import { addExamples } from "../../commands/examples.ts";
import { METRICS, modelReader, readMetrics } from "../../files/model-directory.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import type { StartFacts } from "../../train/metrics-log.ts";
import { readSensors, sensorReadingOptions, type SensorReading } from "./read.ts";
import { scoreTable, verdict } from "./scores.ts";

interface EvalOptions extends SensorReading {
  train?: string;
  json?: true;
}

export function setUpEval(command: Command): void {
  command
    .description(
      "Measures a trained model on other recordings. The baselines learn from the recordings that the model was trained on, where they still lie in their place.",
    )
    .argument("<file>", "a .ts file, or a table with a row for each step and the answers")
    .option("--train <file>", "the training recordings, if they have moved");
  for (const option of sensorReadingOptions()) command.addOption(option);
  command.action(evalCommand);
  addExamples(command, ["unrolled eval runs/motion-gru other-recordings.csv"]);
}

async function evalCommand(
  directory: string,
  file: string,
  { json, train, ...reading }: EvalOptions,
): Promise<void> {
  const terminal = createTerminal(json ?? false);
  const model = loadSensorModel(modelReader(directory));
  const { set, about } = readSensors(file, reading);
  checkChannels(model.scheme, set);
  const evaluation = evaluateSensors(model, set.cases);
  const baselines = await baselinesOf(directory, model, set, { train, ...reading });
  terminal.event({ type: "evaluation", evaluation, baselines });
  terminal.say(about);
  terminal.print();
  const { name, color } = CELL_LOOKS[model.config.cell];
  terminal.print(scoreTable(baselines, terminal.style(color, name), evaluation));
  if (baselines.length > 0) {
    terminal.print();
    terminal.say(verdict(name, evaluation, baselines));
  } else {
    terminal.note(
      "\nThe baselines learn from the training recordings, which are not at hand. Name them: --train <file>",
    );
  }
}

/** None where what they would learn from is gone. */
async function baselinesOf(
  directory: string,
  model: SensorModel,
  test: SensorSet,
  { train, ...reading }: EvalOptions,
): Promise<SensorBaseline[]> {
  const start = readMetrics(join(directory, METRICS))[0] as unknown as
    (StartFacts & { reading?: SensorReading }) | undefined;
  const file = train ?? start?.source?.names[0];
  if (file === undefined || !existsSync(file)) return [];
  const { set } = readSensors(file, train === undefined ? { ...start?.reading } : reading);
  const data = prepareSensors(set, model.config);
  return sensorBaselines({ ...data, scheme: model.scheme }, test.cases);
}
