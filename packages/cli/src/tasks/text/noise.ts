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

/**
 * The places of the lists with the lowest mean: the lowest, and those that chance may have put
 * above it. None where that would be all of them.
 */
export function lowestBeyondChance(lists: readonly (readonly number[])[]): number[] {
  if (lists.some((list) => list.length === 0)) return [];
  const means = lists.map(mean);
  const lowest = lists[means.indexOf(Math.min(...means))];
  return someButNotAll(lists, (list) => !differs(lowest, list));
}

/** The same for the highest of shares, each measured on n places. */
export function highestBeyondChance(shares: readonly number[], n: number): number[] {
  const variance = (p: number) => (p * (1 - p)) / n;
  const best = Math.max(...shares);
  return someButNotAll(shares, (share) => {
    return best - share <= 2 * Math.sqrt(variance(best) + variance(share));
  });
}

function someButNotAll<T>(items: readonly T[], isAmong: (item: T) => boolean): number[] {
  const places = items.flatMap((item, i) => (isAmong(item) ? [i] : []));
  return places.length < items.length ? places : [];
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
