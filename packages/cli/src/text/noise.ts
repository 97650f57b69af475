/**
 * @file Is one model better than another, or is it chance? Both are measured on the same text, so
 * what counts is how steadily their difference keeps its sign. This is the noise of the text alone;
 * another seed for the training adds its own.
 */

import { evaluateText, type TextModel } from "unrolled/tasks/text";

/** Blocks of held-out text that a model is measured on one by one. */
const BLOCKS = 16;
/** In standard errors: with 16 blocks, chance exceeds it about once in twenty. */
const BEYOND = 2.13;

/** The loss on each of the blocks, in nats per token. */
export function lossByBlock(model: TextModel, ids: Int32Array): number[] {
  const size = Math.floor(ids.length / BLOCKS);
  if (size < 2) return [];
  return Array.from({ length: BLOCKS }, (_, i) => {
    return evaluateText(model, ids.subarray(i * size, (i + 1) * size)).natsPerToken;
  });
}

/** The place of the list with the lowest mean, if it is lower than each other beyond chance. */
export function clearlyLowest(lists: readonly (readonly number[])[]): number | null {
  if (lists.some((list) => list.length === 0)) return null;
  const means = lists.map(mean);
  const lowest = means.indexOf(Math.min(...means));
  const isClear = lists.every((list, i) => i === lowest || differs(lists[lowest], list));
  return isClear ? lowest : null;
}

/** The place of the highest share of n, if it is higher than each other beyond chance. */
export function clearlyHighest(shares: readonly number[], n: number): number | null {
  const variance = (p: number) => (p * (1 - p)) / n;
  const highest = shares.indexOf(Math.max(...shares));
  const best = shares[highest];
  const isClear = shares.every((share, i) => {
    return i === highest || best - share > 2 * Math.sqrt(variance(best) + variance(share));
  });
  return isClear ? highest : null;
}

function differs(low: readonly number[], high: readonly number[]): boolean {
  const gaps = low.map((value, i) => high[i] - value);
  const center = mean(gaps);
  const variance = mean(gaps.map((gap) => (gap - center) ** 2)) / (gaps.length - 1);
  return center > BEYOND * Math.sqrt(variance);
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}
