/**
 * @file `unrolled run` with a model of sensors: recordings in, answers out.
 */

import type { Command } from "commander";
import {
  checkChannels,
  loadSensorModel,
  predictSensors,
  type SensorPrediction,
} from "unrolled/tasks/sensors";
import { addExamples } from "../../commands/examples.ts";
import { modelReader } from "../../files/model-directory.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import { readSensors, sensorReadingOptions, type SensorReading } from "./read.ts";
import { percent } from "./scores.ts";

export function setUpRun(command: Command): void {
  command
    .description(
      "Answers for every recording in a file, one line each: its name, the answer, and how sure the model is. What answers the file itself has do not matter.",
    )
    .argument("<file>", "a .ts file, or a table with a row for each step");
  for (const option of sensorReadingOptions()) command.addOption(option);
  command.action(runCommand);
  addExamples(command, ["unrolled run runs/motion-gru new-recordings.csv --json"]);
}

function runCommand(
  directory: string,
  file: string,
  { json, ...reading }: SensorReading & { json?: true },
): void {
  const terminal = createTerminal(json ?? false);
  const model = loadSensorModel(modelReader(directory));
  const { set } = readSensors(file, reading, { answersOptional: true });
  checkChannels(model.scheme, set);
  const { classes } = model.scheme;
  for (const prediction of predictSensors(model, set.cases)) {
    const { id, answer, probabilities } = prediction;
    terminal.event({
      type: "answer",
      id,
      answer,
      ...(classes && probabilities && { probabilities: byName(classes, probabilities) }),
    });
    terminal.print(lineOf(prediction));
  }
}

function lineOf({ id, answer, probabilities }: SensorPrediction): string {
  if (typeof answer === "number") return `${id}\t${answer.toPrecision(5)}`;
  return `${id}\t${answer}\t${percent(Math.max(...probabilities!))}`;
}

function byName(names: readonly string[], values: Float64Array): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
