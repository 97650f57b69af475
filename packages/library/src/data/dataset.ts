/**
 * @file Anything that can say how many items it has and hand out the item at a place; and new ones
 * made of others: a part, several behind one another, every item changed.
 */

import { ArgumentError, DataError } from "../core/errors.ts";

/**
 * A finite collection of training items. Every array is one.
 *
 * @example
 * const squares: Dataset<number> = { length: 3, at: (index) => index * index };
 * [...new DataLoader(squares, { batchSize: 2 })]; // [[0, 1], [4]]
 */
export interface Dataset<Item> {
  readonly length: number;
  /** The item at `index`, 0 ≤ index < length. May compute it on the spot. */
  at(index: number): Item | undefined;
}

/**
 * The item at `index`.
 *
 * @throws DataError that names the index, if the data set fails or has nothing there
 */
export function itemAt<Item>(dataset: Dataset<Item>, index: number): Item {
  try {
    const item = dataset.at(index);
    if (item === undefined) throw noItem(dataset);
    return item;
  } catch (error) {
    throw itemError(index, error);
  }
}

/** That reading item `index` failed. A data set made of others wraps the error of the one below. */
export function itemError(index: number, error: unknown): DataError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DataError(`Item ${index} of the data set could not be read: ${reason}`, index, {
    cause: error,
  });
}

export function noItem({ length }: Dataset<unknown>): Error {
  return new ArgumentError(
    `it is undefined, though the length is ${length}. Does \`at\` return something?`,
  );
}

/**
 * The items of a data set at `indices`, in that order. Nothing is copied.
 *
 * @example
 * const part = new Subset(["a", "b", "c"], [2, 0]);
 * part.length; // 2
 * part.at(0); // "c"
 */
export class Subset<Item> implements Dataset<Item> {
  readonly dataset: Dataset<Item>;
  readonly indices: Int32Array;

  constructor(dataset: Dataset<Item>, indices: ArrayLike<number>) {
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i];
      if (Number.isInteger(index) && index >= 0 && index < dataset.length) continue;
      throw new ArgumentError(
        `Subset: expected indices from 0 to ${dataset.length - 1}, got ${String(index)} at place ${i}.`,
      );
    }
    this.dataset = dataset;
    this.indices = Int32Array.from(indices);
  }

  get length(): number {
    return this.indices.length;
  }

  at(index: number): Item {
    return itemAt(this.dataset, this.indices[index]);
  }
}

/**
 * Several data sets, one behind the other.
 *
 * @example
 * const both = new ConcatDataset([["a", "b"], ["c"]]);
 * both.length; // 3
 * both.at(2); // "c"
 */
export class ConcatDataset<Item> implements Dataset<Item> {
  readonly datasets: readonly Dataset<Item>[];
  readonly length: number;
  /** Where each data set begins. */
  readonly #starts: number[] = [];

  constructor(datasets: readonly Dataset<Item>[]) {
    if (datasets.length === 0) {
      throw new ArgumentError("ConcatDataset: expected at least one data set, got none.");
    }
    let length = 0;
    for (const dataset of datasets) {
      this.#starts.push(length);
      length += dataset.length;
    }
    this.datasets = datasets;
    this.length = length;
  }

  at(index: number): Item {
    const which = this.#starts.findLastIndex((start) => start <= index);
    return itemAt(this.datasets[which], index - this.#starts[which]);
  }
}

/**
 * A data set whose items are those of another, changed when they are asked for: a text becomes ids,
 * a file name its contents. `change` also gets the item's index.
 *
 * @example
 * const lengths = new MapDataset(["one", "three"], (word) => word.length);
 * lengths.at(1); // 5
 */
export class MapDataset<Item, Changed> implements Dataset<Changed> {
  readonly dataset: Dataset<Item>;
  readonly #change: (item: Item, index: number) => Changed;

  constructor(dataset: Dataset<Item>, change: (item: Item, index: number) => Changed) {
    this.dataset = dataset;
    this.#change = change;
  }

  get length(): number {
    return this.dataset.length;
  }

  at(index: number): Changed {
    return this.#change(itemAt(this.dataset, index), index);
  }
}
