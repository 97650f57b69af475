/**
 * @file How improbable an error is: the distribution of the errors of clean data, with a tail that
 * reaches beyond the largest of them.
 *
 *   P(E > e) = share above e                                   up to the threshold t, the 90 % quantile
 *   P(E > e) = 0.1 · (1 + ξ·(e − t)/σ)^(−1/ξ)                   beyond it
 *
 * The second line is the generalised Pareto distribution, to which the excesses over a high threshold
 * converge for nearly every distribution. ξ and σ are fitted by moments, ξ from 0 (an exponential
 * tail) to ½: a tail that ends would call everything beyond its end impossible.
 *
 * Sources: Pickands 1975, "Statistical inference using extreme order statistics"; Hosking and Wallis
 * 1987 (moments); Siffer et al. 2017, "Anomaly detection in streams with extreme value theory".
 */

import { quantileOf } from "./intervals.ts";

/** All of it, as plain numbers. */
export interface ErrorTail {
  /** Root mean square of (u − location)/spread for each step ahead: they are divided by it. */
  rms: number[];
  /** Quantiles 0, 0.1, …, 0.9 of the absolute errors. */
  body: number[];
  /** ξ */
  shape: number;
  /** σ */
  scale: number;
}

const STEPS = 9;

/** The tail of errors z [errors][steps ahead]; NaN where nothing is known. */
export function tailOf(errors: readonly Float64Array[], horizon: number): ErrorTail {
  const rms = Array.from({ length: horizon }, (_, h) => {
    const known = errors.map((z) => z[h]).filter((value) => !Number.isNaN(value));
    const square = known.reduce((sum, value) => sum + value * value, 0) / known.length;
    return square > 0 ? Math.sqrt(square) : 1;
  });
  const sizes = errors
    .flatMap((z) => Array.from(z, (value, h) => Math.abs(value) / rms[h]))
    .filter((value) => !Number.isNaN(value));
  if (sizes.length === 0) sizes.push(0);
  const body = Array.from({ length: STEPS + 1 }, (_, i) => quantileOf(sizes, i / 10));
  const excesses = sizes.filter((size) => size > body[STEPS]).map((size) => size - body[STEPS]);
  const n = Math.max(1, excesses.length);
  const mean = excesses.reduce((sum, e) => sum + e, 0) / n;
  const variance = excesses.reduce((sum, e) => sum + (e - mean) ** 2, 0) / n;
  // A normal tail beyond its 90 % quantile has a mean excess of 0.45: with fewer than ten, take that.
  if (excesses.length < 10 || !(variance > 0)) {
    return { rms, body, shape: 0, scale: Math.max(mean, 0.45) };
  }
  const ratio = mean ** 2 / variance;
  const shape = Math.max(0, Math.min(0.5, (1 - ratio) / 2));
  return { rms, body, shape, scale: mean * (1 - shape) };
}

/** The probability of an error this large or larger, of either sign, so many steps ahead (from 0). */
export function tailProbability(z: number, step: number, tail: ErrorTail): number {
  const { rms, body, shape, scale } = tail;
  const size = Math.abs(z) / rms[Math.min(step, rms.length - 1)];
  const excess = size - body[STEPS];
  if (excess >= 0) {
    const beyond =
      shape > 0 ? (1 + (shape * excess) / scale) ** (-1 / shape) : Math.exp(-excess / scale);
    return Math.max(Number.MIN_VALUE, 0.1 * beyond);
  }
  const above = body.findIndex((value) => value > size);
  if (above <= 0) return 1;
  const [low, high] = [body[above - 1], body[above]];
  return 1 - (above - 1 + (size - low) / (high - low)) / 10;
}
