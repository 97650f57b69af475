/**
 * @file Logits become a token: the most likely one, or one drawn by chance.
 */

import { ArgumentError } from "../core/errors.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";

export interface SamplingOptions {
  /** Divides the logits: below 1 safer, above 1 wilder, 0 always the most likely. Default: 1. */
  temperature?: number;
  /** Only the k most likely tokens. Default: all. */
  topK?: number;
  /** Only the most likely tokens that together reach this probability ("nucleus"). Default: 1. */
  topP?: number;
  /** Only tokens at least this share as likely as the most likely one. Default: 0. */
  minP?: number;
  /**
   * Makes the tokens of `previous` less likely: above 1, a positive logit is divided by it and a
   * negative one multiplied. Default: 1.
   */
  repetitionPenalty?: number;
  /** What `repetitionPenalty` looks back on. Default: nothing. */
  previous?: Iterable<number>;
  /** Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * Draws a token with probability softmax(logits / temperature), restricted to the `topK` most
 * likely ones, to the smallest set of most likely ones whose probabilities sum to `topP`, and to
 * those at least `minP` times as likely as the first.
 *
 * - `logits` [numClasses]
 *
 * Source: Holtzman et al. 2020, https://arxiv.org/abs/1904.09751 (top-p); Fan et al. 2018 (top-k);
 * Nguyen et al. 2024, https://arxiv.org/abs/2407.01082 (min-p); Keskar et al. 2019,
 * https://arxiv.org/abs/1909.05858 (repetition penalty).
 *
 * @example
 * sampleToken([0, 5, 1], { temperature: 0 }); // 1
 */
export function sampleToken(logits: ArrayLike<number>, options: SamplingOptions = {}): number {
  const { temperature = 1, topK = logits.length, topP = 1, minP = 0 } = options;
  const { repetitionPenalty = 1, previous = [], generator = defaultGenerator } = options;
  checkSampling({ temperature, topK, topP, minP, repetitionPenalty });
  if (repetitionPenalty !== 1) logits = penalized(logits, previous, repetitionPenalty);
  if (temperature === 0 || topK === 1) return mostLikely(logits);

  const kept = likeliest(logits, temperature, topK, topP, minP);
  let left = generator.random() * kept.total;
  for (const { id, weight } of kept.tokens) {
    left -= weight;
    if (left < 0) return id;
  }
  return kept.tokens[kept.tokens.length - 1].id;
}

/** Refuses settings that mean nothing. */
export function checkSampling(options: SamplingOptions): void {
  const { temperature = 1, topK = 1, topP = 1, minP = 0, repetitionPenalty = 1 } = options;
  if (!(temperature >= 0 && temperature < Infinity)) {
    throw new ArgumentError(`sampling: expected a temperature of 0 or more, got ${temperature}.`);
  }
  if (!Number.isInteger(topK) || topK < 1) {
    throw new ArgumentError(`sampling: expected topK to be a whole number from 1 on, got ${topK}.`);
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new ArgumentError(`sampling: expected topP above 0 and at most 1, got ${topP}.`);
  }
  if (!(minP >= 0 && minP <= 1)) {
    throw new ArgumentError(`sampling: expected minP between 0 and 1, got ${minP}.`);
  }
  if (!(repetitionPenalty > 0 && repetitionPenalty < Infinity)) {
    throw new ArgumentError(
      `sampling: expected repetitionPenalty above 0, got ${repetitionPenalty}.`,
    );
  }
}

function penalized(
  logits: ArrayLike<number>,
  previous: Iterable<number>,
  penalty: number,
): Float64Array {
  const result = Float64Array.from(logits);
  for (const id of new Set(previous)) result[id] *= result[id] > 0 ? 1 / penalty : penalty;
  return result;
}

function mostLikely(logits: ArrayLike<number>): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

/** The tokens to choose among, most likely first, with weights that sum to `total`. */
function likeliest(
  logits: ArrayLike<number>,
  temperature: number,
  topK: number,
  topP: number,
  minP: number,
) {
  const max = logits[mostLikely(logits)];
  // The most likely token weighs 1.
  const tokens = Array.from(logits, (logit, id) => ({
    id,
    weight: Math.exp((logit - max) / temperature),
  }));
  const all = tokens.reduce((sum, { weight }) => sum + weight, 0);
  if (topK >= tokens.length && topP >= 1 && minP === 0) return { tokens, total: all };

  tokens.sort((a, b) => b.weight - a.weight || a.id - b.id);
  const most = Math.min(topK, tokens.length);
  let total = 0;
  let count = 0;
  while (count < most && tokens[count].weight >= minP && (count === 0 || total < topP * all)) {
    total += tokens[count++].weight;
  }
  return { tokens: tokens.slice(0, count), total };
}
