/**
 * @file What a forecaster is: classical baselines and recurrent models are backtested by the same
 * code, which asks for nothing more than this.
 */

import { timesAfter } from "./frequency.ts";
import { sliceSeries, type SeriesSet, type TimeSeries } from "./series.ts";

/**
 * The quantiles of every forecast: the bounds of the 50, 80 and 95 % intervals, and enough between
 * them for the CRPS.
 */
export const QUANTILE_LEVELS: readonly number[] = [
  0.025, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.975,
];

/** All that a forecast may read: a series up to its origin, and what is known of the time after it. */
export interface Context {
  /** Ends with the last row before the origin. */
  series: TimeSeries;
  /** The steps to forecast: their times, and the known covariates, each [horizon]. */
  future: { times: Float64Array; known: Readonly<Record<string, Float64Array>> };
}

/** What is forecast for one target, in its own unit. */
export interface TargetForecast {
  /** [horizon] */
  mean: Float64Array;
  /** One [horizon] for each of `QUANTILE_LEVELS`, in their order; never falling from level to level. */
  quantiles: Float64Array[];
  /** Paths drawn from the forecast distribution, each [horizon], where the forecaster has them. */
  samples?: Float64Array[];
}

export interface Forecast {
  /** Of the series. */
  id: string;
  /** [horizon] */
  times: Float64Array;
  /** By the target's name. */
  targets: Readonly<Record<string, TargetForecast>>;
}

export interface FitForecasterOptions {
  /** Steps ahead that will be asked for. */
  horizon: number;
  /** Where everything random starts. */
  seed: number;
  signal?: AbortSignal;
}

/** A way to forecast, before it has seen any data. */
export interface Forecaster {
  readonly name: string;
  /**
   * Learns whatever it learns (weights, scales, seasons, lags, spreads of errors) from `train` alone;
   * what it validates on is a part of `train` too.
   */
  fit(train: SeriesSet, options: FitForecasterOptions): Promise<FittedForecaster>;
}

/** A way to forecast that has learned. */
export interface FittedForecaster {
  readonly name: string;
  /** What was chosen while fitting, in words: `season 12, multiplicative`. Empty if nothing was. */
  readonly details: string;
  /**
   * One forecast for each context, of the steps in its `future`, at most the horizon of `fit`. Each
   * depends on its own context alone: where it stands in the list changes nothing, also not what is
   * random. Contexts may have values missing and may belong to series that were not in training.
   */
  forecast(contexts: readonly Context[]): Promise<Forecast[]>;
}

/**
 * What may be read to forecast rows `origin` … `origin` + `horizon` − 1 of a series. Past the end of
 * the series times go on by the frequency, and known covariates are NaN.
 */
export function contextAt(
  { frequency, knownCovariates }: Pick<SeriesSet, "frequency" | "knownCovariates">,
  series: TimeSeries,
  origin: number,
  horizon: number,
): Context {
  const length = series.times.length;
  const end = Math.min(origin + horizon, length);
  const times = new Float64Array(horizon);
  times.set(series.times.subarray(origin, end));
  if (end < origin + horizon) {
    times.set(
      timesAfter(series.times[length - 1], origin + horizon - end, frequency),
      end - origin,
    );
  }
  const known: Record<string, Float64Array> = {};
  for (const name of knownCovariates) {
    known[name] = new Float64Array(horizon).fill(NaN);
    known[name].set(series.columns[name].subarray(origin, end));
  }
  return { series: sliceSeries(series, 0, origin), future: { times, known } };
}
