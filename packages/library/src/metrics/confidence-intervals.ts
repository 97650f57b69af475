/**
 * @file How far a measured score may be from the true one.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import { normalQuantile, studentTQuantile } from "./distributions.ts";

export interface Interval {
  low: number;
  high: number;
}

export interface ConfidenceOptions {
  /** How often such an interval should hold the true value, between 0 and 1. Default: 0.95. */
  confidence?: number;
}

/**
 * The interval for a share, such as an accuracy, after `successes` of `trials`: Wilson's, which stays
 * within 0 and 1 and holds for few trials and for shares near 0 and 1, too.
 *
 *   (p + z²/2n ± z·√(p·(1 − p)/n + z²/4n²)) / (1 + z²/n)        p = successes / trials, n = trials
 *
 * Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference"
 *
 * @example
 * const { low, high } = wilsonInterval(8, 10);
 * low; // 0.490
 * high; // 0.943
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  { confidence = 0.95 }: ConfidenceOptions = {},
): Interval {
  checkSize("wilsonInterval", "trials", trials);
  checkSize("wilsonInterval", "successes", successes, 0);
  checkConfidence("wilsonInterval", confidence);
  if (successes > trials) {
    throw new ArgumentError(
      `wilsonInterval: expected at most as many successes as trials, got ${successes} of ${trials}.`,
    );
  }
  const z = normalQuantile((1 + confidence) / 2);
  const p = successes / trials;
  const center = p + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return {
    low: successes === 0 ? 0 : (center - reach) / scale,
    high: successes === trials ? 1 : (center + reach) / scale,
  };
}

export interface BootstrapOptions<T> extends ConfidenceOptions {
  /** From a sample of the items to the score. Default: the mean of numbers. */
  statistic?: (sample: T[]) => number;
  /** How many samples are drawn. Default: 10,000. */
  numResamples?: number;
  /** Default: the library's own generator. */
  generator?: RandomGenerator;
}

export interface Estimate extends Interval {
  /** The statistic of the items themselves. */
  estimate: number;
}

/**
 * The interval for a score of items, such as sentences: the score is computed again and again on as
 * many items drawn with replacement, and the middle of what comes out, between the quantiles
 * (1 ∓ confidence) / 2, is the interval.
 *
 * The items must be independent: draw documents where sentences of one document resemble each other,
 * and blocks of a series. Below some twenty items it is too narrow.
 *
 * To compare two systems draw pairs, and let the statistic be a difference: if 0 is outside the
 * interval, they differ.
 *
 * Source: Efron 1979, "Bootstrap methods: another look at the jackknife" (the percentile interval);
 * Koehn 2004, "Statistical significance tests for machine translation evaluation" (pairs)
 *
 * @example
 * const losses = Array.from({ length: 50 }, (_, i) => Math.sin(i) ** 2);
 * const { estimate, low, high } = bootstrapInterval(losses);
 * estimate; // 0.501
 * low < estimate && estimate < high; // true
 *
 * const pairs = losses.map((loss, i): [number, number] => [loss, loss + 0.1 * (i % 3)]);
 * const difference = (sample: [number, number][]) => sample.reduce((sum, [a, b]) => sum + a - b, 0);
 * bootstrapInterval(pairs, { statistic: difference }).high < 0; // true: the first system loses less
 */
export function bootstrapInterval<T>(
  items: ArrayLike<T>,
  options: BootstrapOptions<T> = {},
): Estimate {
  const where = "bootstrapInterval";
  const { confidence = 0.95, numResamples = 10_000, generator = defaultGenerator } = options;
  const statistic = options.statistic ?? ((sample: T[]) => mean(sample as number[]));
  checkSize(where, "numResamples", numResamples);
  checkConfidence(where, confidence);
  if (items.length === 0)
    throw new ArgumentError(`${where}: expected at least one item, got none.`);

  const estimate = statistic(Array.from(items));
  const scores = new Float64Array(numResamples);
  for (let i = 0; i < numResamples; i++) {
    scores[i] = statistic(
      Array.from({ length: items.length }, () => items[generator.integer(items.length)]),
    );
    if (Number.isNaN(scores[i])) {
      throw new ArgumentError(`${where}: expected numbers, got a statistic of NaN.`);
    }
  }
  scores.sort();
  return {
    estimate,
    low: quantile(scores, (1 - confidence) / 2),
    high: quantile(scores, (1 + confidence) / 2),
  };
}

/**
 * The interval for the mean of a few numbers that scatter about normally, such as the scores of five
 * seeds: Student's.
 *
 *   x̄ ± t·√(Σ(x − x̄)² / (n − 1) / n)        t = quantile (1 + confidence)/2 with n − 1 degrees of freedom
 *
 * For many items, or scores of another shape, {@link bootstrapInterval} assumes less.
 *
 * Source: Student 1908, "The probable error of a mean"
 *
 * @throws ArgumentError for fewer than two numbers
 *
 * @example
 * const { estimate, low, high } = meanInterval([0.71, 0.74, 0.69, 0.73, 0.72]);
 * estimate; // 0.718
 * low; // 0.694
 * high; // 0.742
 */
export function meanInterval(
  values: ArrayLike<number>,
  { confidence = 0.95 }: ConfidenceOptions = {},
): Estimate {
  const where = "meanInterval";
  checkConfidence(where, confidence);
  const n = values.length;
  if (n < 2) {
    throw new ArgumentError(`${where}: expected at least two numbers, got ${n}.`);
  }
  const estimate = mean(values);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - estimate) ** 2;
  const t = studentTQuantile((1 + confidence) / 2, n - 1);
  const reach = t * Math.sqrt(squares / (n - 1) / n);
  return { estimate, low: estimate - reach, high: estimate + reach };
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Between the two sorted values nearest to place p·(n − 1), as NumPy does. */
function quantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

function checkConfidence(where: string, confidence: number): void {
  if (confidence > 0 && confidence < 1) return;
  throw new ArgumentError(
    `${where}: expected a confidence between 0 and 1, such as 0.95, got ${confidence}.`,
  );
}
