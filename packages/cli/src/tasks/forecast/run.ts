/**
 * @file `unrolled run` with a forecaster: what comes after the last row.
 */

import type { Command } from "commander";
import {
  contextAt,
  fittedForecaster,
  loadForecastModel,
  observedLength,
  QUANTILE_LEVELS,
  type Forecast,
  type SeriesSet,
  type TargetForecast,
} from "unrolled/tasks/forecast";
import { addExamples } from "../../commands/examples.ts";
import { share, wholeNumber } from "../../commands/options.ts";
import { FailureError, MisuseError } from "../../errors.ts";
import { modelReader } from "../../files/model-directory.ts";
import type { TableOptions } from "../../files/read-table.ts";
import { writeWhole } from "../../files/write.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { plural } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import { findAnomalies } from "./anomalies.ts";
import { NO_ADVICE } from "./comparison.ts";
import { addTableOptions, readSeriesFile } from "./data.ts";
import { readDataFacts } from "./facts.ts";
import { notedFile } from "./noted-file.ts";
import { formatNumber, formatTime } from "./numbers.ts";

/** One in a thousand. */
const FALSE_ALARMS = 0.001;

interface RunOptions extends TableOptions {
  horizon?: number;
  samples?: true;
  anomalies?: true;
  falseAlarms: number;
  out?: string;
  json?: true;
}

export function setUpRun(command: Command): void {
  command
    .description(
      "Forecasts what comes after the last row: of the table given, or of the one that the model was trained on. Rows at its end in which all targets are empty are the future: covariates known of it stand there.",
    )
    .argument("[file]", "a table with the columns of the training table; - is standard input")
    .option("--horizon <n>", "steps to forecast, at most those trained for", wholeNumber(1))
    .option("--samples", "the paths drawn by an autoregressive model, too (with --json or -o)")
    .option("--anomalies", "say instead which rows of the table the forecaster did not expect")
    .option(
      "--false-alarms <share>",
      "alarms among rows without anomalies, with --anomalies",
      share("(0, 1)"),
      FALSE_ALARMS,
    )
    .option(
      "-o, --out <file.csv>",
      "write the forecast, or the rows with their scores, as a table",
    );
  addTableOptions(command);
  command.action(runCommand);
  addExamples(command, [
    "unrolled run runs/prices-lstm",
    "unrolled run runs/sales-lstm this-week.csv -o forecast.csv",
    "unrolled run runs/sensor-lstm yesterday.csv --anomalies",
  ]);
}

async function runCommand(
  directory: string,
  file: string | undefined,
  options: RunOptions,
): Promise<void> {
  const terminal = createTerminal(options.json ?? false);
  const model = loadForecastModel(modelReader(directory));
  const { schema, horizon: trained, isPrice } = readDataFacts(directory);
  const horizon = options.horizon ?? trained;
  if (horizon > trained) {
    throw new MisuseError(
      `--horizon: the model in ${directory} forecasts ${plural(trained, "step")}, got ${horizon}. Train one for more.`,
    );
  }
  const { set } = await readSeriesFile(file ?? notedFile(directory), options, schema);
  if (options.anomalies) {
    findAnomalies(terminal, model, set, options);
    return;
  }
  checkFuture(set, horizon);
  const contexts = set.series
    .map((series) => ({ series, origin: observedLength(set, series) }))
    .filter(({ origin }) => origin > 0)
    .map(({ series, origin }) => contextAt(set, series, origin, horizon));
  if (contexts.length === 0) {
    throw new FailureError(`There is no value of ${set.targets.join(" or ")} to go on from.`);
  }
  const forecasts = await fittedForecaster(model).forecast(contexts);
  if (options.samples && !forecasts.some(({ targets }) => Object.values(targets)[0].samples)) {
    throw new MisuseError(
      "--samples: this model forecasts all steps at once and draws no paths. Train one with --form autoregressive.",
    );
  }
  for (const forecast of forecasts) {
    for (const [target, its] of Object.entries(forecast.targets)) {
      terminal.event({ type: "forecast", ...eventOf(set, forecast, target, its, options.samples) });
    }
  }
  if (options.out) {
    writeWhole(options.out, csvOf(set, forecasts, options.samples ?? false));
    terminal.print(`Wrote ${options.out}.`);
  } else showTables(terminal, set, forecasts, CELL_LOOKS[model.config.cell].name);
  if (isPrice) terminal.note(NO_ADVICE);
}

/** Known covariates must be known for the steps to forecast. */
function checkFuture(set: SeriesSet, horizon: number): void {
  for (const series of set.series) {
    const origin = observedLength(set, series);
    const { future } = contextAt(set, series, origin, horizon);
    for (const name of set.knownCovariates) {
      const missing = Array.from(future.known[name], (value, h) =>
        Number.isNaN(value) ? h : -1,
      ).filter((h) => h >= 0);
      if (missing.length === 0) continue;
      const times = missing.slice(0, 3).map((h) => formatTime(future.times[h], set.frequency.unit));
      const more = missing.length > 3 ? ` and ${plural(missing.length - 3, "more time")}` : "";
      throw new FailureError(
        `The model needs to know ${name} for the ${plural(horizon, "step")} to forecast${series.id && ` of ${series.id}`}; it is missing for ${times.join(", ")}${more}. Add rows for them at the end of the table, with ${set.targets.join(", ")} left empty.`,
      );
    }
  }
}

function showTables(
  terminal: ReturnType<typeof createTerminal>,
  set: SeriesSet,
  forecasts: readonly Forecast[],
  name: string,
): void {
  for (const { id, times, targets } of forecasts) {
    for (const [target, { mean, quantiles }] of Object.entries(targets)) {
      terminal.print(`${target}${id && ` of ${id}`}, forecast by the ${name}:`);
      terminal.print();
      const bound = (level: number, h: number) => formatNumber(quantiles[levelAt(level)][h]);
      terminal.print(
        renderTable(
          [
            { title: "time", align: "left" },
            { title: "forecast" },
            { title: "80 %, from" },
            { title: "to" },
            { title: "95 %, from" },
            { title: "to" },
          ],
          Array.from(mean, (value, h) => [
            formatTime(times[h], set.frequency.unit),
            formatNumber(value),
            ...[0.1, 0.9, 0.025, 0.975].map((level) => bound(level, h)),
          ]),
        ),
      );
      terminal.print();
    }
  }
}

function levelAt(level: number): number {
  return QUANTILE_LEVELS.findIndex((it) => Math.abs(it - level) < 1e-9);
}

/** In ISO form, whole days without a clock; or the numbers of steps. */
function timesOf({ frequency: { unit } }: SeriesSet, times: Float64Array): (string | number)[] {
  if (unit === "step") return [...times];
  const hasClock = ["second", "minute", "hour"].includes(unit);
  return Array.from(times, (time) => {
    const text = new Date(time).toISOString();
    return !hasClock && time % 86_400_000 === 0 ? text.slice(0, 10) : text.slice(0, 19);
  });
}

function eventOf(
  set: SeriesSet,
  { id, times }: Forecast,
  target: string,
  { mean, quantiles, samples }: TargetForecast,
  withSamples: true | undefined,
) {
  return {
    target,
    ...(id && { id }),
    times: timesOf(set, times),
    mean: [...mean],
    quantiles: Object.fromEntries(QUANTILE_LEVELS.map((level, i) => [level, [...quantiles[i]]])),
    ...(withSamples && samples && { samples: samples.map((path) => [...path]) }),
  };
}

/** One row for each series, target and step. */
function csvOf(set: SeriesSet, forecasts: readonly Forecast[], withSamples: boolean): string {
  const samples = withSamples ? (Object.values(forecasts[0].targets)[0].samples?.length ?? 0) : 0;
  const head = [
    "id",
    "target",
    "time",
    "mean",
    ...QUANTILE_LEVELS.map((level) => `q${level}`),
    ...Array.from({ length: samples }, (_, i) => `sample${i + 1}`),
  ];
  const lines = [head.join(",")];
  for (const { id, times, targets } of forecasts) {
    const written = timesOf(set, times);
    for (const [target, its] of Object.entries(targets)) {
      its.mean.forEach((mean, h) => {
        const numbers = [
          mean,
          ...its.quantiles.map((values) => values[h]),
          ...(withSamples ? (its.samples ?? []).map((path) => path[h]) : []),
        ];
        lines.push([cell(id), cell(target), written[h], ...numbers].join(","));
      });
    }
  }
  return `${lines.join("\n")}\n`;
}

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
