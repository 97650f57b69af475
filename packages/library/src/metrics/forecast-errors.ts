/**
 * @file How far point forecasts are off. Each is a mean over the targets that count.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { countedColumns, dataOf, notANumber, type MaskOptions, type Numbers } from "./inputs.ts";

/**
 * Mean absolute error: mean |y − ŷ|, in the unit of the targets. Lowest for the median.
 *
 * - `predictions`, `targets`  [...], of one shape
 *
 * @example
 * mae([2, 4, 7], [3, 4, 5]); // 1
 * mae([2, 4, 7], [3, NaN, 5], { mask: [1, 0, 1] }); // 1.5
 */
export function mae(predictions: Numbers, targets: Numbers, options: MaskOptions = {}): number {
  return meanOf("mae", predictions, targets, options, (p, y) => Math.abs(y - p));
}

/**
 * Root mean squared error: √(mean (y − ŷ)²), in the unit of the targets. Lowest for the mean; large
 * errors weigh more than in {@link mae}, which it is never below.
 *
 * - `predictions`, `targets`  [...], of one shape
 *
 * @example
 * rmse([2, 4, 7], [3, 4, 5]); // 1.291
 */
export function rmse(predictions: Numbers, targets: Numbers, options: MaskOptions = {}): number {
  return Math.sqrt(meanOf("rmse", predictions, targets, options, (p, y) => (y - p) ** 2));
}

/**
 * Symmetric mean absolute percentage error, from 0 to 200, as in the M4 competition:
 * mean 200·|y − ŷ| / (|y| + |ŷ|). Where both are 0 the error is 0.
 *
 * Not symmetric for all its name: too low costs more than too high. Useless for series around 0.
 *
 * - `predictions`, `targets`  [...], of one shape
 *
 * Source: Makridakis et al. 2020, "The M4 competition: 100,000 time series and 61 forecasting
 * methods"
 *
 * @example
 * smape([90, 0], [110, 0]); // 10
 */
export function smape(predictions: Numbers, targets: Numbers, options: MaskOptions = {}): number {
  return meanOf("smape", predictions, targets, options, (p, y) =>
    y === p ? 0 : (200 * Math.abs(y - p)) / (Math.abs(y) + Math.abs(p)),
  );
}

export interface MaseOptions extends MaskOptions {
  /** What was known when the forecast was made: the series on which the naive forecast is measured. */
  history: Numbers;
  /** Steps in a season: 1 compares with the last value, 12 with the same month a year ago. Default: 1. */
  seasonality?: number;
}

/**
 * Mean absolute scaled error: {@link mae} divided by that of the (seasonal) naive forecast within
 * the history. Below 1 is better than "as last time" was there, one step ahead.
 *
 *   mae / mean |history[t] − history[t − m]|          m = seasonality
 *
 * - `predictions`, `targets`  [horizon], of one series: scales of different series do not mix
 *
 * Source: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy"
 *
 * @throws ArgumentError if the history is too short, or the naive forecast never wrong on it
 *
 * @example
 * mase([12, 13], [11, 15], { history: [8, 9, 7, 10] }); // 0.75, as 1.5 / 2
 */
export function mase(
  predictions: Numbers,
  targets: Numbers,
  { history, seasonality = 1, mask }: MaseOptions,
): number {
  checkSize("mase", "seasonality", seasonality);
  const past = dataOf(history);
  if (past.length <= seasonality) {
    throw new ArgumentError(
      `mase: expected a history longer than the seasonality ${seasonality}, got ${past.length} values.`,
    );
  }
  let sum = 0;
  for (let t = 0; t < past.length; t++) {
    if (Number.isNaN(past[t])) throw notANumber("mase", "history", t);
    if (t >= seasonality) sum += Math.abs(past[t] - past[t - seasonality]);
  }
  if (sum === 0) {
    throw new ArgumentError(
      "mase: expected a history that changes, got one that repeats itself: nothing to scale by.",
    );
  }
  const error = meanOf("mase", predictions, targets, { mask }, (p, y) => Math.abs(y - p));
  return error / (sum / (past.length - seasonality));
}

export interface PinballOptions extends MaskOptions {
  /** Which quantile is forecast, between 0 and 1. Default: 0.5, the median. */
  quantile?: number;
}

/**
 * Pinball loss of a forecast quantile τ: mean of τ·(y − ŷ) where y ≥ ŷ, (1 − τ)·(ŷ − y) elsewhere.
 * Lowest for the true quantile. Half of {@link mae} for the median.
 *
 * - `predictions`, `targets`  [...], of one shape
 *
 * Source: Koenker and Bassett 1978, "Regression quantiles"
 *
 * @example
 * pinballLoss([10, 10], [12, 9], { quantile: 0.9 }); // 0.95, as (0.9·2 + 0.1·1) / 2
 */
export function pinballLoss(
  predictions: Numbers,
  targets: Numbers,
  { quantile = 0.5, mask }: PinballOptions = {},
): number {
  if (!(quantile > 0 && quantile < 1)) {
    throw new ArgumentError(
      `pinballLoss: expected a quantile between 0 and 1, such as 0.9, got ${quantile}.`,
    );
  }
  return meanOf("pinballLoss", predictions, targets, { mask }, (p, y) =>
    y >= p ? quantile * (y - p) : (1 - quantile) * (p - y),
  );
}

function meanOf(
  where: string,
  predictions: Numbers,
  targets: Numbers,
  options: MaskOptions,
  error: (prediction: number, target: number) => number,
): number {
  const counted = countedColumns(where, { predictions, targets }, options);
  return (
    counted.targets.reduce((sum, y, i) => sum + error(counted.predictions[i], y), 0) /
    counted.targets.length
  );
}
