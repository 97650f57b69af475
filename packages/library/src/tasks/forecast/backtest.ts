/**
 * @file Evaluation by rolling origin: stand at one moment after the other, forecast from what was known
 * then, and compare with what came.
 *
 *   rows      p p p p p p o t t t          o: the origin, p: what may be read, t: forecast (horizon 4)
 *             p p p p p p p o t t t        the next one, `step` rows on
 *
 * Source: Tashman 2000, "Out-of-sample tests of forecasting accuracy"
 */

import { ArgumentError } from "unrolled";
import { contextAt, type FittedForecaster, type Forecast, type Forecaster } from "./forecaster.ts";
import { scaleOf, ScoreSums, type Scale, type Scores } from "./scores.ts";
import { before, type SeriesSet, type TimeSeries } from "./series.ts";
import type { RowOf } from "./split.ts";

export interface BacktestOptions {
  /** Steps ahead to forecast at each origin. */
  horizon: number;
  /** The first origin in each series; only rows before it are fitted on. */
  from: RowOf;
  /** The row after the last one that is forecast. Default: the end of the series. */
  to?: RowOf;
  /** Rows from one origin to the next. Default: 1. */
  step?: number;
  /** Fit again after this many origins, on all that is known by then. Default: never. */
  refitEvery?: number;
  /** Steps in a season, for MASE. Default: 1. */
  season?: number;
  /** Where everything random starts. Default: 1. */
  seed?: number;
  /** Aborting it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each batch of origins, and waited for. */
  onProgress?: (done: number, total: number) => void | Promise<void>;
}

/** What one forecaster did. */
export interface Backtest {
  name: string;
  /** What was chosen while fitting, in words. */
  details: string;
  origins: number;
  /** By target. */
  scores: Record<string, Scores>;
  /**
   * By target: the errors of each origin, in the order of time, in units of each series' standard
   * deviation (or its square), averaged over steps and series.
   */
  losses: Record<string, OriginLosses>;
  /** Forecasts of the last part that do not overlap, for plots. */
  examples: Forecast[];
  /** By target: errors one step ahead of the first series, in order. Empty unless `step` is 1. */
  residuals: Record<string, number[]>;
}

export interface OriginLosses {
  /** When the first step of the forecast was. */
  times: number[];
  absolute: number[];
  squared: number[];
}

/** Origins that are forecast at once: so that models can work in batches, and memory stays bounded. */
const BATCH = 256;
/** For plots, forecasts reach back over so many rows, or so many horizons if that is more. */
const EXAMPLE_ROWS = 120;
const EXAMPLE_HORIZONS = 6;
/** And are kept of so many series. */
const EXAMPLE_SERIES = 6;

interface Origin {
  series: TimeSeries;
  row: number;
  /** Whether its forecast is kept for plots. */
  isExample: boolean;
}

/**
 * Forecasts at every origin and scores what came. A {@link Forecaster} is fitted on the rows before
 * `from` (and again, with `refitEvery`); one that is fitted already is taken as it is.
 *
 * Each forecast is made from a context that ends at its origin: what comes later is not in it.
 *
 * @throws ArgumentError if no series has `horizon` rows left to forecast
 */
export async function backtest(
  forecaster: Forecaster | FittedForecaster,
  set: SeriesSet,
  options: BacktestOptions,
): Promise<Backtest> {
  const { horizon, from, step = 1, refitEvery, season = 1, seed = 1, signal } = options;
  for (const [name, value] of Object.entries({ horizon, step, refitEvery: refitEvery ?? 1 })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ArgumentError(`backtest: expected ${name} to be 1 or more, got ${value}.`);
  }
  const rounds = originsByRound(set, options);
  const total = rounds.reduce((sum, round) => sum + round.length, 0);
  const tally = new Tally(set, { horizon, from, season });

  const perFit = refitEvery ?? rounds.length;
  let fitted: FittedForecaster | null = null;
  let done = 0;
  for (let round = 0; round < rounds.length; round += perFit) {
    const known = before(set, (series) =>
      Math.min(from(series) + round * step, series.times.length),
    );
    if ("forecast" in forecaster) fitted = forecaster;
    else fitted = await forecaster.fit(known, { horizon, seed, signal });

    const origins = inOrderOfSeries(set, rounds.slice(round, round + perFit).flat());
    for (let i = 0; i < origins.length; i += BATCH) {
      signal?.throwIfAborted();
      const batch = origins.slice(i, i + BATCH);
      const contexts = batch.map(({ series, row }) => contextAt(set, series, row, horizon));
      const forecasts = await fitted.forecast(contexts);
      forecasts.forEach((forecast, k) => tally.add(batch[k], forecast));
      done += batch.length;
      await options.onProgress?.(done, total);
    }
  }
  const { name, details } = fitted!; // there is at least one round
  return { name, details, origins: total, ...tally.result(step === 1) };
}

/** The first origin of every series, then the second, …; a series that has ended is left out. */
function originsByRound(
  set: SeriesSet,
  { horizon, from, to = ({ times }) => times.length, step = 1 }: BacktestOptions,
): Origin[][] {
  const rounds: Origin[][] = [];
  set.series.forEach((series, which) => {
    const first = from(series);
    const last = Math.min(to(series), series.times.length) - horizon;
    const exampleFrom = last - Math.max(EXAMPLE_ROWS, EXAMPLE_HORIZONS * horizon);
    const count = first < 1 ? 0 : Math.floor((last - first) / step) + 1;
    // Backwards from the last: the plots end where the series does.
    const spacing = Math.ceil(horizon / step);
    for (let i = 0; i < count; i++) {
      const row = first + i * step;
      const isExample =
        which < EXAMPLE_SERIES && row > exampleFrom && (count - 1 - i) % spacing === 0;
      (rounds[i] ??= []).push({ series, row, isExample });
    }
  });
  if (rounds.length > 0) return rounds;
  const longest = Math.max(0, ...set.series.map((series) => series.times.length - from(series)));
  throw new ArgumentError(
    `backtest: expected at least ${horizon} rows in the test part because the horizon is ${horizon}, got ${longest}. Hold out more, or forecast fewer steps.`,
  );
}

/** One series after the other, so that contexts which are prefixes of each other come together. */
function inOrderOfSeries(set: SeriesSet, origins: readonly Origin[]): Origin[] {
  const place = new Map(set.series.map((series, i) => [series, i]));
  return [...origins].sort((a, b) => place.get(a.series)! - place.get(b.series)! || a.row - b.row);
}

/** What is kept of all forecasts: sums, and a few for plots. */
class Tally {
  readonly #set: SeriesSet;
  readonly #sums: ReadonlyMap<string, ScoreSums>;
  readonly #scales = new Map<TimeSeries, Record<string, Scale>>();
  /** By target and time: the sums of errors over series. */
  readonly #losses: ReadonlyMap<string, Map<number, LossSums>>;
  readonly #examples: Forecast[] = [];
  readonly #residuals: Record<string, number[]> = {};

  constructor(
    set: SeriesSet,
    { horizon, from, season }: { horizon: number; from: RowOf; season: number },
  ) {
    this.#set = set;
    this.#sums = new Map(set.targets.map((target) => [target, new ScoreSums(horizon)]));
    this.#losses = new Map(set.targets.map((target) => [target, new Map<number, LossSums>()]));
    for (const series of set.series) {
      const scales: Record<string, Scale> = {};
      for (const target of set.targets) {
        scales[target] = scaleOf(series.columns[target].subarray(0, from(series)), season);
      }
      this.#scales.set(series, scales);
    }
    for (const target of set.targets) this.#residuals[target] = [];
  }

  add({ series, row, isExample }: Origin, forecast: Forecast): void {
    for (const target of this.#set.targets) {
      const values = series.columns[target];
      const { mean } = forecast.targets[target];
      const actual = values.subarray(row, row + mean.length);
      const scale = this.#scales.get(series)![target];
      const loss = this.#sums
        .get(target)!
        .add(forecast.targets[target], actual, values[row - 1], scale);
      if (!Number.isNaN(loss.absolute)) {
        const sums = this.#losses.get(target)!;
        const sum = sums.get(series.times[row]) ?? { absolute: 0, squared: 0, count: 0 };
        sums.set(series.times[row], sum);
        sum.absolute += loss.absolute;
        sum.squared += loss.squared;
        sum.count++;
      }
      if (series === this.#set.series[0]) this.#residuals[target].push(actual[0] - mean[0]);
    }
    if (isExample) this.#examples.push(forecast);
  }

  result(isEveryRow: boolean): Omit<Backtest, "name" | "details" | "origins"> {
    const scores: Record<string, Scores> = {};
    const losses: Record<string, OriginLosses> = {};
    for (const target of this.#set.targets) {
      const found = this.#sums.get(target)!.scores();
      if (!found) {
        throw new ArgumentError(
          `backtest: expected values of ${target} in the test part, got none: all are missing.`,
        );
      }
      scores[target] = found;
      const byTime = [...this.#losses.get(target)!].sort(([a], [b]) => a - b);
      losses[target] = {
        times: byTime.map(([time]) => time),
        absolute: byTime.map(([, { absolute, count }]) => absolute / count),
        squared: byTime.map(([, { squared, count }]) => squared / count),
      };
    }
    const residuals = isEveryRow
      ? this.#residuals
      : Object.fromEntries(this.#set.targets.map((target) => [target, []]));
    return { scores, losses, examples: this.#examples, residuals };
  }
}

interface LossSums {
  absolute: number;
  squared: number;
  count: number;
}
