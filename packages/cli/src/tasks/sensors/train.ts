/**
 * @file `unrolled train sensors`: recordings and their answers become a model, beside its baselines.
 */

import type { Command } from "commander";
import {
  checkChannels,
  evaluateSensors,
  predictSensors,
  prepareSensors,
  saveSensorModel,
  SENSOR_BUDGET,
  SENSOR_DEFAULTS,
  sensorBaselines,
  splitSensors,
  trainSensors,
  type SensorConfig,
} from "unrolled/tasks/sensors";
import { addExamples } from "../../commands/examples.ts";
import { positive, share, wholeNumber } from "../../commands/options.ts";
import { stemOf } from "../../files/read-bytes.ts";
import { describeSettings } from "../../report/describe.ts";
import { CELL_LOOKS, CELLS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import { formatCount, formatDuration, formatLoss, plural } from "../../terminal/numbers.ts";
import { NATS, type Measure } from "../../terminal/progress.ts";
import { addRunOptions, settings, type RunOptions } from "../../train/options.ts";
import { openRun } from "../../train/training-run.ts";
import { startFacts } from "./facts.ts";
import { joinSources, readSensors, sensorReadingOptions, type SensorReading } from "./read.ts";
import { sensorReport } from "./report.ts";
import { scoreTable, verdict } from "./scores.ts";

/** What is held out to measure on, where no file is named for it. */
const TEST_SHARE = 0.2;

interface TrainReading extends SensorReading {
  test?: string;
  testShare?: number;
}

export function setUpTrain(command: Command): void {
  const { number, choice } = settings(SENSOR_DEFAULTS);
  command
    .description(
      "Trains a recurrent network to give one answer for a whole recording, shows it beside a linear model and the nearest neighbour on held-out recordings, and writes a model directory.",
    )
    .argument("<file>", "a .ts file of the UEA archive, or a table with a row for each step")
    .option("--test <file>", "measure on these recordings")
    .option(
      "--test-share <share>",
      `without --test: held out to measure (default: ${TEST_SHARE})`,
      share("(0, 1)"),
    );
  for (const option of sensorReadingOptions()) command.addOption(option);
  command
    .addOption(choice("cell", "--cell <cell>", "recurrent layer", CELLS))
    .addOption(
      choice("pooling", "--pooling <how>", "from all steps to one vector", [
        "max",
        "mean",
        "last",
        "attention",
      ]),
    )
    .addOption(number("hiddenSize", "--hidden <n>", "features of the hidden state", wholeNumber(1)))
    .addOption(number("numLayers", "--layers <n>", "recurrent layers", wholeNumber(1)))
    .addOption(number("dropout", "--dropout <p>", "probability of zeroing", share("[0, 1)")))
    .addOption(number("batchSize", "--batch <n>", "recordings in a step", wholeNumber(1)))
    .addOption(number("lr", "--lr <x>", "highest learning rate", positive))
    .addOption(number("seed", "--seed <n>", "the same seed gives the same model", wholeNumber(0)))
    .action(trainSensorsCommand);
  addRunOptions(command, { name: "<name of the file>-<cell>", budget: SENSOR_BUDGET });
  addExamples(command, [
    "unrolled train sensors JapaneseVowels_TRAIN.ts --test JapaneseVowels_TEST.ts",
    "unrolled train sensors motion.csv --id recording --label activity --seed 7",
    "unrolled train sensors rss.csv --labels targets.csv -o runs/rooms",
  ]);
}

async function trainSensorsCommand(
  file: string,
  options: RunOptions & Partial<SensorConfig> & TrainReading,
): Promise<void> {
  const { test, testShare, id, time, label, labels, kind, delimiter, header, encoding } = options;
  const typed = { test, testShare, id, time, label, labels, kind, delimiter, header, encoding };
  const run = openRun<SensorConfig>(
    {
      task: "sensors",
      inputs: [file],
      name: `${stemOf(file)}-${options.cell ?? SENSOR_DEFAULTS.cell}`,
      defaults: SENSOR_DEFAULTS,
      budget: SENSOR_BUDGET,
      reading: typed,
    },
    options,
  );
  const { terminal, config } = run;
  const reading: TrainReading = run.reading;
  const given = readSensors(file, reading);
  const other = reading.test === undefined ? null : readSensors(reading.test, reading);
  run.readFrom(other ? joinSources([given.source, other.source]) : given.source);

  const parts = other
    ? { train: given.set, test: other.set }
    : splitSensors(given.set, reading.testShare ?? TEST_SHARE, config.seed);
  const data = prepareSensors(parts.train, config);
  checkChannels(data.scheme, parts.test);
  run.start(startFacts(data, parts.test.cases.length));
  for (const { about } of other ? [given, other] : [given]) terminal.say(about);
  terminal.say(
    `${plural(data.train.length, "recording")} train, ${formatCount(data.validation.length)} decide which weights are kept, ${formatCount(parts.test.cases.length)} are held out to measure.`,
  );
  terminal.print();

  const look = CELL_LOOKS[config.cell];
  const isClasses = data.scheme.classes !== null;
  const watching = {
    label: terminal.noteStyle(look.color, look.name),
    baseline: null,
    items: "recordings",
    measure: isClasses ? NATS : SQUARED_DEVIATIONS,
  };
  const result = await run.train(watching, (controls) => trainSensors(data, config, controls));
  const { model, fit } = result;

  terminal.live("measuring the baselines …");
  const baselines = await sensorBaselines(data, parts.test.cases);
  terminal.live("");
  const evaluation = evaluateSensors(model, parts.test.cases);
  const report = sensorReport({
    title: `${look.name} on ${stemOf(file)}`,
    command: run.command,
    settings: describeSettings(run.settings),
    model,
    fit,
    evaluation,
    baselines,
    predictions: predictSensors(model, parts.test.cases),
    cases: parts.test.cases,
  });
  const facts = { evaluation, baselines, parameters: model.numParameters() };
  run.finish(fit, facts, saveSensorModel(model), report);

  const name = terminal.style(look.color, look.name);
  terminal.print();
  terminal.say(
    `${name}: ${formatCount(model.numParameters())} parameters, ${plural(fit.steps, "step")} in ${formatDuration(fit.seconds)}.`,
  );
  terminal.print();
  terminal.print(scoreTable(baselines, name, evaluation));
  terminal.print();
  terminal.say(verdict(look.name, evaluation, baselines));
  terminal.print();
  run.sayNext(commandLine("run", run.directory, reading.test ?? file));
}

/** Numbers are learned at deviation 1. */
const SQUARED_DEVIATIONS: Measure = {
  value: (loss) => loss,
  format: formatLoss,
  unit: "squared deviations",
};
