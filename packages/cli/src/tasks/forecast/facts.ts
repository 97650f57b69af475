/**
 * @file What a forecast run notes: in the metrics, in the model's configuration, and for `inspect`.
 */

import { FormatError } from "unrolled";
import type { Backtest, ReadSeries, Scores, TableSchema } from "unrolled/tasks/forecast";
import { readConfig, type MetricsLine } from "../../files/model-directory.ts";
import { plural } from "../../terminal/numbers.ts";
import { errorOf, hasOwnUnit } from "./comparison.ts";
import { formatNumber } from "./numbers.ts";
import type { ForecastPlan } from "./plan.ts";

/** What `config.json` says of the data, beside what the model itself is made of. */
export interface DataFacts {
  schema: TableSchema;
  horizon: number;
  season: number;
  isPrice: boolean;
  /** When the part that was trained on ends, exclusive: what comes later is new to the model. */
  trainedUntil: number;
  /** The size of the test part and the stride in it, as they were typed or chosen. */
  test: number;
  stride: number;
}

/** The files of a model, with the facts in its configuration. */
export function withDataFacts(
  files: Record<string, Uint8Array>,
  data: DataFacts,
): Record<string, Uint8Array | string> {
  const config = JSON.parse(new TextDecoder().decode(files["config.json"])) as object;
  return { ...files, "config.json": `${JSON.stringify({ ...config, data }, null, 1)}\n` };
}

export function readDataFacts(directory: string): DataFacts {
  const { data } = readConfig(directory);
  if (typeof data === "object" && data !== null && "schema" in data) return data as DataFacts;
  throw new FormatError(
    `${directory}: expected the columns of the training table in config.json, got none. Was the model saved without the command line?`,
  );
}

/** What is kept of a backtest: its scores, without single forecasts. */
export interface NotedBacktest {
  name: string;
  details: string;
  scaledMse: number;
  scores: Record<string, Scores>;
}

export function noted(backtest: Backtest): NotedBacktest {
  const { name, details, scores } = backtest;
  return { name, details, scaledMse: errorOf(backtest), scores };
}

/** For the first line of the metrics. */
export function startFacts(
  { set, notes }: ReadSeries,
  { horizon, season, stride }: ForecastPlan,
  baselines: readonly Backtest[],
) {
  return {
    targets: set.targets,
    series: set.series.length,
    rows: set.series.reduce((sum, { times }) => sum + times.length, 0),
    frequency: set.frequency,
    notes,
    horizon,
    season,
    stride,
    baselines: baselines.map(noted),
  };
}

/** What `unrolled inspect` tells. */
export function trainingFacts(start: MetricsLine, end: MetricsLine): [string, string][] {
  const model = end.evaluation as NotedBacktest;
  const baselines = start.baselines as NotedBacktest[];
  const best = baselines.reduce((a, b) => (b.scaledMse < a.scaledMse ? b : a));
  const targets = Object.keys(model.scores);
  const scoreOf = (it: NotedBacktest) =>
    hasOwnUnit({ targets, series: start.series as number })
      ? `RMSE ${formatNumber(it.scores[targets[0]].rmse)}`
      : `scaled MSE ${it.scaledMse.toFixed(4)}`;
  return [
    ["forecasts", `${targets.join(", ")}, ${plural(start.horizon as number, "step")} ahead`],
    ["on the test part", `${scoreOf(model)} (best baseline, ${best.name}: ${scoreOf(best)})`],
    ["chosen", model.details],
  ];
}
