/**
 * @file Intervals that hold what they promise: quantiles are moved to where the validation part had
 * them.
 *
 *   z = (u − location) / spread                on the validation part, by steps ahead
 *   q(p) = location + spread · z₍ₚ₎            z₍ₚ₎ the place p·(n + 1) of the sorted z
 *
 * This is split conformal prediction with normalised errors; with quantiles from the network it is
 * conformalised quantile regression, in both directions. It promises coverage for exchangeable
 * errors, which those of a series are only nearly. Few errors have rough quantiles, so these are drawn
 * towards the distribution's own, as wide as the errors are: n errors count n/(n + 50).
 *
 * Sources: Papadopoulos et al. 2002, "Inductive confidence machines for regression"; Lei et al. 2018,
 * "Distribution-free predictive inference for regression", section 5.2; Romano, Patterson and Candès
 * 2019, "Conformalized quantile regression".
 */

import { studentTQuantile } from "unrolled";
import type { ForecastDistribution } from "./config.ts";
import { NORMAL_QUANTILES } from "./distribution.ts";
import { QUANTILE_LEVELS } from "./forecaster.ts";

/** Errors that weigh as much as the distribution that they are to correct. */
const PRIOR = 50;

/** z(p) for each of `QUANTILE_LEVELS` before any calibration: of spread 1. */
export function standardQuantiles(distribution: ForecastDistribution, df: number): number[] {
  if (distribution !== "student-t") return [...NORMAL_QUANTILES];
  return QUANTILE_LEVELS.map((p) => studentTQuantile(p, df));
}

/** What one forecast of the past got wrong. */
export interface PastError {
  /** [horizon] (u − location) / spread, NaN where the value is missing */
  z: Float64Array;
  /** What the network adds to each quantile [horizon · levels], if it does. */
  shape: Float32Array | null;
}

/**
 * What to add to each quantile [horizon][levels]. The errors of neighbouring steps ahead are taken
 * together, an eighth of the horizon to either side.
 */
export function calibrate(
  errors: readonly PastError[],
  horizon: number,
  standard: readonly number[],
): number[][] {
  const reach = Math.floor(horizon / 8);
  const levels = QUANTILE_LEVELS.length;
  return Array.from({ length: horizon }, (_, h) => {
    const near = Array.from({ length: horizon }, (_, k) => k).filter(
      (k) => Math.abs(k - h) <= reach,
    );
    // How far what came is beyond the quantile of a level; without a shape, but for a constant.
    const beyond = (level: number) => {
      const own = (shape: Float32Array | null, k: number) => shape?.[k * levels + level] ?? 0;
      return errors
        .flatMap(({ z, shape }) => near.map((k) => z[k] - own(shape, k)))
        .filter((value) => !Number.isNaN(value))
        .sort((a, b) => a - b);
    };
    const shared = errors.some(({ shape }) => shape) ? null : beyond(0);
    return QUANTILE_LEVELS.map((p, level) => {
      const sorted = shared ?? beyond(level);
      // Forecasts one after the other overlap: steps ahead add places, not errors.
      const n = sorted.length / near.length;
      if (n === 0) return 0;
      const wide = rmsOf(sorted, near.length) * standard[level];
      return wide + ((quantileOfSorted(sorted, p) - wide) * n) / (n + PRIOR) - standard[level];
    });
  });
}

/** Root mean square of z, to which twenty errors of size 1 are added: of few, it is rough too. */
function rmsOf(z: readonly number[], steps: number): number {
  const squares = z.reduce((sum, value) => sum + value * value, 0) / steps;
  return Math.sqrt((squares + 20) / (z.length / steps + 20));
}

/** The place p·(n + 1) of the sorted values: one more is below it with probability p. */
export function quantileOf(values: ArrayLike<number>, p: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), p);
}

function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, p * (sorted.length + 1) - 1));
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Quantiles in order: where they cross, they are sorted (Chernozhukov et al. 2010). */
export function inOrder(quantiles: readonly number[]): Float64Array {
  return Float64Array.from(quantiles).sort();
}
