/**
 * @file One data set becomes several, for training, validation and test, and nothing of one leaks
 * into another.
 */

import { ArgumentError } from "../core/errors.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import { itemAt, Subset, type Dataset } from "./dataset.ts";
import { partition, type PartitionOptions } from "./partition.ts";

/** Names of parts and their shares, above 0 and together at most 1. */
export type Shares = Record<string, number>;

/** A data set for each name. */
export type Parts<Names extends Shares, Item> = { [Name in keyof Names]: Subset<Item> };

export interface RandomSplitOptions<Item> extends PartitionOptions<Item> {
  /** What the split depends on. Default: the library's own. */
  generator?: RandomGenerator;
}

/**
 * Splits a data set at random. Every item is in one part at most, and in exactly one if the shares
 * sum to 1; each part has its share to within one item, and keeps the order of the data set.
 *
 * - `groupBy`: items with the same key (a speaker, a patient, a source sentence) are never in two
 *   parts. Groups differ in size, so parts have their shares only roughly.
 * - `stratifyBy`: every part has its share of every class, to within two items.
 *
 * PyTorch's `random_split`, with names in place of places. For data with an order in time, where a
 * random split would let a model see the future, use {@link splitByTime}.
 *
 * @throws ArgumentError if the shares are not above 0 or exceed 1, or a part comes out empty
 *
 * @example
 * const pairs = [["Go.", "Va !"], ["Go.", "Marche."], ["Run!", "Cours !"], ["Wow!", "Ça alors !"]];
 * const { train, test } = randomSplit(pairs, { train: 0.75, test: 0.25 }, {
 *   groupBy: ([english]) => english,
 *   generator: new RandomGenerator(1),
 * });
 * train.length + test.length; // 4
 * checkDisjoint({ train, test }, ([english]) => english); // no sentence is in both
 */
export function randomSplit<Item, const Names extends Shares>(
  dataset: Dataset<Item>,
  shares: Names,
  { generator = defaultGenerator, ...options }: RandomSplitOptions<Item> = {},
): Parts<Names, Item> {
  checkShares("randomSplit", shares);
  const parts = partition("randomSplit", dataset, Object.values(shares), options, generator);
  return named("randomSplit", dataset, shares, parts);
}

export interface TimeSplitOptions<Item> {
  /** When an item happened; items of the same time stay together. Default: the order of the data set. */
  timeOf?: (item: Item, index: number) => number;
  /** Items left out between two parts, for data whose neighbours overlap. Default: 0. */
  gap?: number;
}

/**
 * Splits a data set in the order of time: the first part is the oldest. No part has anything
 * that happened before the end of an earlier one.
 *
 * @throws ArgumentError if the shares are not above 0 or exceed 1, or a part comes out empty
 *
 * @example
 * const { train, test } = splitByTime([10, 20, 30, 40, 50], { train: 0.6, test: 0.4 });
 * [...train.indices]; // [0, 1, 2]
 * [...test.indices]; // [3, 4]
 */
export function splitByTime<Item, const Names extends Shares>(
  dataset: Dataset<Item>,
  shares: Names,
  { timeOf, gap = 0 }: TimeSplitOptions<Item> = {},
): Parts<Names, Item> {
  checkShares("splitByTime", shares);
  if (!(Number.isInteger(gap) && gap >= 0)) {
    throw new ArgumentError(
      `splitByTime: expected gap to be a whole number of at least 0, got ${String(gap)}.`,
    );
  }
  const order = Array.from({ length: dataset.length }, (_, index) => index);
  const times = timeOf && order.map((index) => timeOf(itemAt(dataset, index), index));
  const wrong = times?.findIndex((time) => !Number.isFinite(time)) ?? -1;
  if (wrong >= 0) {
    throw new ArgumentError(
      `splitByTime: expected timeOf to give a number, got ${String(times![wrong])} for item ${wrong}.`,
    );
  }
  if (times) order.sort((a, b) => times[a] - times[b] || a - b);

  let start = 0;
  let share = 0;
  const parts = Object.values(shares).map((own) => {
    share += own;
    let end = Math.round(share * order.length);
    // The cut moves to where a new time begins.
    if (times)
      while (end > 0 && end < order.length && times[order[end]] === times[order[end - 1]]) end++;
    const part = order.slice(start, end);
    start = Math.max(start, end + gap);
    return part;
  });
  return named("splitByTime", dataset, shares, parts);
}

/**
 * Makes sure that no key is in two parts: no sentence, speaker or day that a model is both trained
 * and tested on. For splits that come from elsewhere.
 *
 * @throws ArgumentError that names the first key that is, and how many there are
 *
 * @example
 * checkDisjoint({ train: ["a", "b"], test: ["b"] }, (word) => word); // throws ArgumentError: checkDisjoint: "b" is in train (item 1) and in test (item 0)…
 */
export function checkDisjoint<Item>(
  parts: Record<string, Dataset<Item>>,
  keyOf: (item: Item, index: number) => unknown,
): void {
  const seen = new Map<unknown, { name: string; index: number }>();
  const shared = new Map<unknown, string>();
  for (const [name, dataset] of Object.entries(parts)) {
    for (let index = 0; index < dataset.length; index++) {
      const key = keyOf(itemAt(dataset, index), index);
      const first = seen.get(key);
      if (!first) seen.set(key, { name, index });
      else if (first.name !== name && !shared.has(key)) {
        shared.set(
          key,
          `${show(key)} is in ${first.name} (item ${first.index}) and in ${name} (item ${index})`,
        );
      }
    }
  }
  const [first] = shared.values();
  if (first === undefined) return;
  throw new ArgumentError(
    `checkDisjoint: ${first}; ${shared.size} of ${seen.size} keys are in more than one part. ` +
      "Split anew with randomSplit and groupBy.",
  );
}

function show(key: unknown): string {
  return (JSON.stringify(key) ?? String(key)).slice(0, 80);
}

export function checkShares(where: string, shares: Shares): void {
  const entries = Object.entries(shares);
  if (entries.length === 0) throw new ArgumentError(`${where}: expected at least one part.`);
  for (const [name, share] of entries) {
    if (share > 0 && share <= 1) continue;
    throw new ArgumentError(
      `${where}: expected the share of ${name} to be above 0 and at most 1, got ${String(share)}.`,
    );
  }
  const sum = entries.reduce((total, [, share]) => total + share, 0);
  if (sum <= 1 + 1e-9) return;
  throw new ArgumentError(
    `${where}: expected shares that sum to at most 1, got ${entries
      .map(([name, share]) => `${name} ${share}`)
      .join(" + ")} = ${Number(sum.toPrecision(6))}.`,
  );
}

function named<Item, Names extends Shares>(
  where: string,
  dataset: Dataset<Item>,
  shares: Names,
  parts: readonly number[][],
): Parts<Names, Item> {
  const entries = Object.entries(shares).map(([name, share], i) => {
    if (parts[i].length === 0) {
      throw new ArgumentError(
        `${where}: ${name} came out empty, with a share of ${share} of ${dataset.length} items. ` +
          "Give it a larger share; where groups or times stay together, there may be too few of them.",
      );
    }
    return [name, new Subset(dataset, parts[i])] as const;
  });
  return Object.fromEntries(entries) as Parts<Names, Item>;
}
