/**
 * @file Which of several models is taken: the one that was least wrong on the last third of training.
 */

import type { LocalModel, LocalSeries } from "../local-forecaster.ts";

/** Forecasts are made at so many origins at most, evenly spread. */
const MAX_ORIGINS = 200;

/** Where the part to choose on begins. */
export function validationStart({ values }: LocalSeries): number {
  return Math.max(1, Math.floor((2 * values.length) / 3));
}

/**
 * The root mean squared error of forecasts after the first `from` … n − 1 values, over all steps ahead
 * that are still in the series.
 */
export function validationError(
  model: LocalModel,
  series: LocalSeries,
  horizon: number,
  from = validationStart(series),
): number {
  const n = series.values.length;
  const count = Math.min(n - from, MAX_ORIGINS);
  const origins = Array.from(
    { length: count },
    (_, i) => from + Math.floor((i * (n - from)) / count),
  );
  let sum = 0;
  let known = 0;
  model.forecast(series, origins, horizon).forEach((predicted, i) => {
    const end = Math.min(horizon, n - origins[i]);
    for (let h = 0; h < end; h++) sum += (series.values[origins[i] + h] - predicted[h]) ** 2;
    known += end;
  });
  return Math.sqrt(sum / known);
}

/** The candidate with the smallest error; the first among equals, and if none has an error. */
export function leastWrong<T>(candidates: readonly T[], errorOf: (candidate: T) => number): T {
  let best = candidates[0];
  let bestError = Infinity;
  for (const candidate of candidates) {
    const error = errorOf(candidate);
    if (error < bestError) [best, bestError] = [candidate, error];
  }
  return best;
}
