/**
 * @file Whether one system is better than another, or was lucky.
 */

import { ArgumentError, checkSize, ShapeError } from "../core/errors.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import { mean } from "./confidence-intervals.ts";
import { studentTCdf } from "./distributions.ts";
import { countedColumns, type Numbers } from "./inputs.ts";

export interface TestResult {
  /** How far apart the systems are, in the test's own measure. */
  statistic: number;
  /** How often systems that do not differ would seem as far apart, or further; from 0 to 1. */
  pValue: number;
}

export interface PermutationOptions<T> {
  /** From what both systems got to how far they are apart. Default: the difference of means. */
  statistic?: (a: T[], b: T[]) => number;
  /** How many exchanges are tried; all 2ⁿ if they are no more. Default: 10,000. */
  numResamples?: number;
  /** Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * Paired permutation test, two-sided: if the systems do not differ, it does not matter which of them
 * got which of the two scores of an item. The p-value is the share of random exchanges that put them
 * at least as far apart as they are.
 *
 * With all 2ⁿ exchanges it is exact; otherwise the observed one is counted among those tried, so that
 * it is never 0. Also called approximate randomization.
 *
 * - `a`, `b`  [n]: what each system got for each item, numbers or whatever `statistic` reads
 *
 * Source: Noreen 1989, "Computer-intensive methods for testing hypotheses"; Phipson and Smyth 2010,
 * "Permutation p-values should never be zero"
 *
 * @example
 * permutationTest([0.9, 0.8, 0.7, 0.9, 0.6], [0.8, 0.6, 0.6, 0.7, 0.5]).pValue; // 0.0625, 2 of 32
 */
export function permutationTest<T>(
  a: ArrayLike<T>,
  b: ArrayLike<T>,
  options: PermutationOptions<T> = {},
): TestResult {
  const where = "permutationTest";
  const { numResamples = 10_000, generator = defaultGenerator } = options;
  const statisticOf =
    options.statistic ?? ((x: T[], y: T[]) => mean(x as number[]) - mean(y as number[]));
  checkSize(where, "numResamples", numResamples);
  const n = a.length;
  if (n !== b.length || n === 0) {
    throw new ShapeError(`${where}: expected two lists of one length, got ${n} and ${b.length}.`);
  }

  const statistic = statisticOf(Array.from(a), Array.from(b));
  if (Number.isNaN(statistic)) {
    throw new ArgumentError(`${where}: expected numbers, got a statistic of NaN.`);
  }
  // Equal sums in another order may differ by a rounding.
  const asFar = Math.abs(statistic) * (1 - 1e-12);
  const isExact = 2 ** n <= numResamples;
  const numTried = isExact ? 2 ** n : numResamples;
  let numAsFar = isExact ? 0 : 1;
  for (let trial = 0; trial < numTried; trial++) {
    const x = Array.from(a);
    const y = Array.from(b);
    for (let i = 0; i < n; i++) {
      const exchange = isExact ? (trial >> i) & 1 : generator.integer(2);
      if (exchange) [x[i], y[i]] = [y[i], x[i]];
    }
    if (Math.abs(statisticOf(x, y)) >= asFar) numAsFar++;
  }
  return { statistic, pValue: numAsFar / (isExact ? numTried : numTried + 1) };
}

/**
 * Student's paired test, two-sided: are two systems equally good on average, from what both got for
 * the same few items, such as the same five seeds?
 *
 *   t = d̄ / √(Σ(dᵢ − d̄)² / (n − 1) / n)        d = a − b; n − 1 degrees of freedom
 *
 * It takes the differences for about normal. {@link permutationTest} does not, but on five items can
 * say nothing below p = 1/16. Differences that are all the same have no spread to judge by: p is 1
 * where they are 0, and 0 otherwise.
 *
 * - `a`, `b`  [n], n ≥ 2
 *
 * Source: Student 1908, "The probable error of a mean"
 *
 * @throws ShapeError if the lists differ in length or have fewer than two numbers
 *
 * @example
 * pairedTTest([0.9, 0.8, 0.7, 0.9, 0.6], [0.8, 0.6, 0.6, 0.7, 0.5]).pValue.toFixed(4); // "0.0046"
 */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const n = a.length;
  if (n !== b.length || n < 2) {
    throw new ShapeError(
      `pairedTTest: expected two lists of one length, at least 2, got ${n} and ${b.length}.`,
    );
  }
  const d = Float64Array.from(a, (value, i) => value - b[i]);
  const average = mean(d);
  const error = Math.sqrt(d.reduce((sum, x) => sum + (x - average) ** 2, 0) / (n - 1) / n);
  if (error === 0) return { statistic: average, pValue: average === 0 ? 1 : 0 };
  const statistic = average / error;
  return { statistic, pValue: 2 * studentTCdf(-Math.abs(statistic), n - 1) };
}

export interface DieboldMarianoOptions {
  /** How many steps ahead the forecasts were made: errors up to h − 1 steps apart overlap. Default: 1. */
  horizon?: number;
}

/**
 * Diebold and Mariano's test of equal accuracy of two forecasts, two-sided, with the correction of
 * Harvey, Leybourne and Newbold for short series.
 *
 *   d̄ / √((γ₀ + 2·Σ γₖ) / n) · √((n + 1 − 2h + h·(h − 1)/n) / n)         k = 1 … h − 1
 *
 * d are the differences of the losses, γₖ their autocovariance at lag k. Compared with Student's t
 * distribution with n − 1 degrees of freedom. A negative statistic speaks for the first forecast.
 *
 * - `lossesA`, `lossesB`  [n]: the losses of both forecasts, step by step in time, such as |y − ŷ|
 *
 * Sources: Diebold and Mariano 1995, "Comparing predictive accuracy"; Harvey, Leybourne and Newbold
 * 1997, "Testing the equality of prediction mean squared errors"
 *
 * @throws ArgumentError if the variance is estimated as 0 or below it
 *
 * @example
 * const { statistic, pValue } = dieboldMariano([1, 2, 1, 3, 2, 1], [2, 2, 3, 3, 4, 2]);
 * statistic.toFixed(3); // "-2.739"
 * pValue.toFixed(3); // "0.041"
 */
export function dieboldMariano(
  lossesA: Numbers,
  lossesB: Numbers,
  { horizon = 1 }: DieboldMarianoOptions = {},
): TestResult {
  const where = "dieboldMariano";
  checkSize(where, "horizon", horizon);
  const losses = countedColumns(where, { lossesA, lossesB });
  const d = losses.lossesA.map((loss, i) => loss - losses.lossesB[i]);
  const n = d.length;
  if (n <= horizon) {
    throw new ArgumentError(
      `${where}: expected more than ${horizon} losses because horizon is ${horizon}, got ${n}.`,
    );
  }
  const average = mean(d);
  let variance = 0;
  for (let k = 0; k < horizon; k++) {
    let covariance = 0;
    for (let t = k; t < n; t++) covariance += ((d[t] - average) * (d[t - k] - average)) / n;
    variance += (k === 0 ? 1 : 2) * covariance;
  }
  if (!(variance > 0)) {
    throw new ArgumentError(
      `${where}: expected differences with a variance above 0, got an estimate of ${variance}. ` +
        (horizon > 1 ? "Try a shorter horizon." : "Are the losses always equally far apart?"),
    );
  }
  const correction = (n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n;
  const statistic = (average / Math.sqrt(variance / n)) * Math.sqrt(correction);
  return { statistic, pValue: 2 * studentTCdf(-Math.abs(statistic), n - 1) };
}
