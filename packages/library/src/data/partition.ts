/**
 * @file Dealing out items among parts so that every part gets its share: what splits and folds are
 * made of.
 *
 * Units (single items, or groups that stay together) are taken in some order, and each goes to the
 * part that lies furthest behind its share of what has been dealt so far:
 *
 *   part ← argmax over p of  share_p · (dealt + size) − has_p
 *
 * With units of one item, every part then has its share to within one, and so has every stretch of
 * the order up to a constant: dealing the classes one after the other splits each class alike.
 */

import { ArgumentError } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import { itemAt, type Dataset } from "./dataset.ts";

/** How a split or a set of folds treats the items. */
export interface PartitionOptions<Item> {
  /** Items with the same key stay together in one part. Keys are compared as a `Map` does. */
  groupBy?: (item: Item, index: number) => unknown;
  /** Every part gets its share of every class. */
  stratifyBy?: (item: Item, index: number) => unknown;
}

/** The indices of each part, ascending. `shares` sum to at most 1; the rest belongs to no part. */
export function partition<Item>(
  where: string,
  dataset: Dataset<Item>,
  shares: readonly number[],
  { groupBy, stratifyBy }: PartitionOptions<Item>,
  generator: RandomGenerator,
): number[][] {
  if (groupBy && stratifyBy) {
    throw new ArgumentError(
      `${where}: expected groupBy or stratifyBy, got both. Groups stay whole, so classes cannot be split evenly.`,
    );
  }
  if (stratifyBy) {
    const classes = shuffled(groupsOf(dataset, stratifyBy), generator);
    const order = classes.flatMap((members) => shuffled(members, generator));
    return deal(
      order.map((index) => [index]),
      shares,
    );
  }
  const units = groupBy
    ? groupsOf(dataset, groupBy)
    : Array.from({ length: dataset.length }, (_, index) => [index]);
  return deal(shuffled(units, generator), shares);
}

function deal(units: readonly (readonly number[])[], shares: readonly number[]): number[][] {
  const left = 1 - shares.reduce((sum, share) => sum + share, 0);
  // Shares such as 0.7 + 0.2 + 0.1 miss 1 by a rounding, which is no part of its own.
  const all = left > 1e-9 ? [...shares, left] : shares;
  const parts = all.map((): number[] => []);
  const lackOf = (part: number, dealt: number) => all[part] * dealt - parts[part].length;
  const fillOf = (part: number) => parts[part].length / all[part];
  let dealt = 0;
  for (const unit of units) {
    dealt += unit.length;
    let most = 0;
    for (let part = 1; part < all.length; part++) {
      const ahead = lackOf(part, dealt) - lackOf(most, dealt);
      // Of two that lack as much, the one that has less of its share.
      const isEven = Math.abs(ahead) < 1e-9;
      if (isEven ? fillOf(part) < fillOf(most) - 1e-9 : ahead > 0) most = part;
    }
    parts[most].push(...unit);
  }
  return parts.slice(0, shares.length).map((part) => part.sort((a, b) => a - b));
}

/** The indices of the items with each key, in the order in which the keys first come. */
function groupsOf<Item>(
  dataset: Dataset<Item>,
  keyOf: (item: Item, index: number) => unknown,
): number[][] {
  const groups = new Map<unknown, number[]>();
  for (let index = 0; index < dataset.length; index++) {
    const key = keyOf(itemAt(dataset, index), index);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()];
}

function shuffled<Value>(values: readonly Value[], generator: RandomGenerator): Value[] {
  return Array.from(generator.permutation(values.length), (place) => values[place]);
}
