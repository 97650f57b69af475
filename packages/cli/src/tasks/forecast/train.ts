/**
 * @file `unrolled train forecast`: a forecaster of any series, beside classical baselines.
 */

import type { Command } from "commander";
import {
  backtest,
  classicalForecasters,
  fittedForecaster,
  FORECAST_BUDGET,
  FORECAST_DEFAULTS,
  saveForecastModel,
  trainForecast,
  formatFrequency,
  type Backtest,
  type ForecastConfig,
  type ForecastTraining,
  type FittedForecaster,
  type Forecaster,
} from "unrolled/tasks/forecast";
import { addExamples } from "../../commands/examples.ts";
import { positive, share, wholeNumber } from "../../commands/options.ts";
import { stemOf } from "../../files/read-bytes.ts";
import type { TableOptions } from "../../files/read-table.ts";
import { describeSettings } from "../../report/describe.ts";
import { CELL_LOOKS, CELLS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { NATS, type ProgressOptions } from "../../terminal/progress.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { describeFit } from "../../train/describe-fit.ts";
import { addRunOptions, settings, type RunOptions } from "../../train/options.ts";
import { openRun, type TrainingRun } from "../../train/training-run.ts";
import {
  bestOf,
  networkShare,
  NO_ADVICE,
  priceVerdict,
  scoreTable,
  verdict,
  type Comparison,
} from "./comparison.ts";
import {
  addRoleOptions,
  addTableOptions,
  observedPart,
  readSeriesFile,
  type RoleOptions,
  type SeriesFile,
} from "./data.ts";
import { noted, startFacts, withDataFacts, type DataFacts } from "./facts.ts";
import { formatTime } from "./numbers.ts";
import { looksLikePrices, planForecast, testSize, type ForecastPlan } from "./plan.ts";
import { forecastReport } from "./report.ts";

/** Held out at the end where nobody says how much. */
const TEST = 0.2;
const PATIENCE = 5;

export type MeasureOptions = RoleOptions & {
  horizon?: number;
  test?: number;
  stride?: number;
} & TableOptions;

export function setUpTrain(command: Command): void {
  const { number, choice, plain } = settings(FORECAST_DEFAULTS);
  command
    .description(
      "Trains a recurrent network that forecasts the series in a table, with intervals; measures it beside classical forecasts on the last part, which it has not seen; writes a model directory. What the columns are is found out, and told.",
    )
    .argument(
      "<file>",
      "a table with a column for the time: CSV, TSV, JSON lines, Parquet; - is standard input",
    );
  addRoleOptions(command);
  command
    .option("--horizon <n>", "steps to forecast (default: by the frequency)", wholeNumber(1))
    .option(
      "--test <n>",
      "held out at the end: a number of steps, or a share (default: 0.2)",
      testSize,
    )
    .option(
      "--stride <n>",
      "rows from one forecast of the test part to the next (default: 1)",
      wholeNumber(1),
    )
    .addOption(choice("cell", "--cell <cell>", "recurrent layer", CELLS))
    .addOption(
      choice("form", "--form <form>", "how a reading becomes a forecast", [
        "auto",
        "direct",
        "decoder",
        "autoregressive",
      ]),
    )
    .addOption(
      choice("distribution", "--distribution <name>", "what is forecast of a step", [
        "gaussian",
        "student-t",
        "quantiles",
      ]),
    )
    .addOption(
      choice("curve", "--curve <name>", "what values pass before everything else", [
        "auto",
        "none",
        "sqrt",
        "log",
      ]),
    )
    .addOption(
      plain("window", "--window <n>", "steps of the past that are read").argParser(wholeNumber(2)),
    )
    .addOption(number("hiddenSize", "--hidden <n>", "features of the hidden state", wholeNumber(1)))
    .addOption(number("numLayers", "--layers <n>", "recurrent layers", wholeNumber(1)))
    .addOption(
      number("members", "--members <n>", "networks whose forecasts are averaged", wholeNumber(1)),
    )
    .addOption(number("dropout", "--dropout <p>", "probability of zeroing", share("[0, 1)")))
    .addOption(number("batchSize", "--batch <n>", "windows side by side", wholeNumber(1)))
    .addOption(number("lr", "--lr <x>", "highest learning rate", positive))
    .addOption(
      number(
        "validation",
        "--validation <share>",
        "of the training part, to choose on",
        share("(0, 1)"),
      ),
    )
    .addOption(
      number("samples", "--samples <n>", "paths drawn by the autoregressive form", wholeNumber(2)),
    )
    .addOption(number("seed", "--seed <n>", "the same seed gives the same model", wholeNumber(0)))
    .action(trainForecastCommand);
  addTableOptions(command);
  addRunOptions(command, {
    name: "<name of the file>-<cell>",
    budget: FORECAST_BUDGET,
    patience: PATIENCE,
  });
  addExamples(
    command,
    [
      "unrolled train forecast prices.csv",
      "unrolled train forecast sales.csv --target sold --id store --known promo,holiday --horizon 14",
      "unrolled train forecast passengers.csv --horizon 1 --test 46 -o models/passengers",
    ],
    "Ctrl-C saves a checkpoint and says how to go on.",
  );
}

async function trainForecastCommand(
  file: string,
  options: RunOptions & Partial<ForecastConfig> & MeasureOptions,
): Promise<void> {
  const { target, time, id, known, observed, rows, horizon, test, stride } = options;
  const { delimiter, header, encoding } = options;
  const cell = options.cell ?? FORECAST_DEFAULTS.cell;
  const run = openRun<ForecastConfig>(
    {
      task: "forecast",
      inputs: [file],
      name: `${stemOf(file)}-${cell}`,
      defaults: FORECAST_DEFAULTS,
      budget: FORECAST_BUDGET,
      patience: PATIENCE,
      reading: {
        target,
        time,
        id,
        known,
        observed,
        rows,
        horizon,
        test,
        stride,
        delimiter,
        header,
        encoding,
      },
    },
    options,
  );
  const reading = run.reading as MeasureOptions;
  const data = await readSeriesFile(file, reading);
  run.readFrom(data.source);
  const set = observedPart(data.set);
  const plan = planForecast(set, { ...reading, test: reading.test ?? TEST });
  const isPrice = looksLikePrices(set);
  introduce(run, { ...data, set }, plan);

  const measure = measuring(run.terminal, { ...data, set }, plan, run.config.seed);
  const baselines: Backtest[] = [];
  for (const forecaster of classicalForecasters(plan.season))
    baselines.push(await measure(forecaster));
  run.terminal.live("");
  const best = bestOf(baselines);
  run.start(startFacts({ ...data, set }, plan, baselines));
  run.terminal.say(
    `The best of ${baselines.length} baselines is ${best.name}${best.details && ` (${best.details})`}.`,
  );
  run.terminal.print();

  const look = CELL_LOOKS[run.config.cell];
  const name = run.terminal.noteStyle(look.color, look.name);
  const result = await run.train(watching(name, run.config), (controls) =>
    trainForecast(plan.train, run.config, { ...controls, horizon: plan.horizon }),
  );

  const model = await measure(fittedForecaster(result.model));
  run.terminal.live("");
  const comparison: Comparison = {
    model,
    modelName: look.name,
    baselines,
    horizon: plan.horizon,
    stride: plan.stride,
    targets: set.targets,
    series: set.series.length,
    isPrice,
    networkShare: networkShare(result.model),
  };
  const facts: DataFacts = {
    schema: data.schema,
    horizon: plan.horizon,
    season: plan.season,
    isPrice,
    trainedUntil: trainedUntil(plan),
    test: reading.test ?? TEST,
    stride: plan.stride,
  };
  const report = forecastReport({
    title: `${set.targets.length === 1 ? set.targets[0] : `${set.targets.length} columns`} of ${stemOf(file)}, forecast`,
    command: commandLine("train", "forecast", file, ...typedAgain(reading), "-o", run.directory),
    settings: describeSettings(run.settings),
    notes: data.notes,
    set,
    plan,
    comparison,
    training: result,
  });
  run.finish(
    result.fit,
    { evaluation: noted(model), parameters: result.model.numParameters() },
    withDataFacts(saveForecastModel(result.model), facts),
    report,
  );
  conclude(run, result, comparison);
  run.sayNext(commandLine("run", run.directory));
}

/** How the data is read, as it would be typed. */
function typedAgain(reading: MeasureOptions): string[] {
  return Object.entries(reading).flatMap(([name, value]) => {
    if (value === false) return [`--no-${name}`];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
}

/** The loss is that of the network alone: no baseline has one. */
function watching(label: string, { distribution }: ForecastConfig): ProgressOptions {
  const measure = { ...NATS, unit: distribution === "quantiles" ? "pinball" : "nats" };
  return { label, baseline: null, items: "windows", measure };
}

/** A backtest on the test part, with its name on the live line. */
export function measuring(
  terminal: Terminal,
  { set }: Pick<SeriesFile, "set">,
  { horizon, from, season, stride }: ForecastPlan,
  seed: number,
): (forecaster: Forecaster | FittedForecaster) => Promise<Backtest> {
  return async (forecaster) => {
    terminal.live(`${forecaster.name}: fitting …`);
    // Whoever watches sees it, and whoever has pressed Ctrl-C is heard.
    await new Promise(setImmediate);
    return backtest(forecaster, set, {
      horizon,
      from,
      season,
      seed,
      step: stride,
      onProgress: async (done, total) => {
        terminal.live(`${forecaster.name}: ${formatCount(done)} of ${plural(total, "forecast")}`);
        await new Promise(setImmediate);
      },
    });
  };
}

function trainedUntil({ train }: ForecastPlan): number {
  return Math.max(...train.series.map(({ times }) => times[times.length - 1] ?? -Infinity)) + 1;
}

/** What was found in the table, and what will be measured. */
export function introduce(
  { terminal }: Pick<TrainingRun<ForecastConfig>, "terminal">,
  { name, rows, set, notes }: Pick<SeriesFile, "name" | "rows" | "set" | "notes">,
  { horizon, from, season, stride }: ForecastPlan,
): void {
  const many = set.series.length > 1 ? `, ${formatCount(set.series.length)} series` : "";
  terminal.say(`${name}: ${[`${plural(rows, "row")}${many}`, ...notes].join("; ")}.`);
  terminal.print();
  const covariates = [
    ...(set.knownCovariates.length > 0 ? [`known: ${set.knownCovariates.join(", ")}`] : []),
    ...(set.observedCovariates.length > 0
      ? [`observed: ${set.observedCovariates.join(", ")}`]
      : []),
  ];
  const first = set.series[0];
  const start = formatTime(
    first.times[Math.min(from(first), first.times.length - 1)],
    set.frequency.unit,
  );
  const held = set.series.reduce((sum, series) => sum + series.times.length - from(series), 0);
  terminal.say(
    `Forecasts ${set.targets.join(", ")} ${plural(horizon, "step")} ahead (${formatFrequency(set.frequency)}), ` +
      `${season > 1 ? `season ${season}` : "no season found"}${covariates.length > 0 ? `; ${covariates.join("; ")}` : ""}. ` +
      `Held out: ${plural(held, "row")} from ${start} on${stride > 1 ? `, one forecast for every ${stride} rows` : ""}.`,
  );
  terminal.print();
}

function conclude(
  { terminal }: TrainingRun<ForecastConfig>,
  { fit, model }: ForecastTraining,
  comparison: Comparison,
): void {
  const look = CELL_LOOKS[model.config.cell];
  const name = terminal.style(look.color, look.name);
  terminal.print();
  terminal.say(verdict(comparison));
  if (comparison.isPrice) terminal.say(`${priceVerdict(comparison)} ${NO_ADVICE}`.trim());
  terminal.print();
  terminal.print(scoreTable(comparison, name));
  terminal.print();
  terminal.say(
    `${plural(comparison.model.origins, "forecast")} of ${plural(comparison.horizon, "step")} in the test part; the last columns are the shares within the 50, 80 and 95 % intervals. ` +
      `${look.name}: ${describeFit(fit, model.numParameters())}; ${comparison.model.details}.`,
  );
  terminal.print();
}
