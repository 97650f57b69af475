/**
 * @file A data set, epoch by epoch, in batches and in a new order each time.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { defaultGenerator } from "../tensor/random.ts";
import type { Dataset } from "./dataset.ts";

export interface DataLoaderOptions<Item, Batch> {
  /** Items per batch. Default: 1. */
  batchSize?: number;
  /** A new random order for every epoch. Default: `false`, the order of the data set. */
  shuffle?: boolean;
  /** Leave out the last batch of an epoch if it is not full. Default: `false`, it comes smaller. */
  dropLast?: boolean;
  /** Items → batch. Default: the array of items itself. */
  collate?: (items: Item[]) => Batch;
  /** Where the order comes from. Default: the library's own generator. */
  generator?: { random(): number };
}

/**
 * Batches of a data set. Each loop over the loader is one epoch.
 *
 * The order of an epoch is drawn when the loop begins. To repeat an epoch exactly, give `generator`
 * the state it had then; to go on in its middle, ask for {@link DataLoader.batches} from that batch.
 *
 * @example
 * const loader = new DataLoader(["a", "b", "c", "d", "e"], { batchSize: 2 });
 * loader.length; // 3
 * [...loader]; // [["a", "b"], ["c", "d"], ["e"]]
 */
export class DataLoader<Item, Batch = Item[]> implements Iterable<Batch> {
  readonly dataset: Dataset<Item>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly #collate: (items: Item[]) => Batch;
  readonly #generator: { random(): number };

  constructor(
    dataset: Dataset<Item>,
    {
      batchSize = 1,
      shuffle = false,
      dropLast = false,
      collate = (items) => items as Batch,
      generator = defaultGenerator,
    }: DataLoaderOptions<Item, Batch> = {},
  ) {
    checkSize("DataLoader", "batchSize", batchSize);
    if (dataset.length === 0) {
      throw new ArgumentError("DataLoader: expected a data set with at least one item, got none.");
    }
    if (dropLast && dataset.length < batchSize) {
      throw new ArgumentError(
        `DataLoader: expected at least ${batchSize} items because batchSize is ${batchSize} and dropLast is on, ` +
          `got ${dataset.length}. Every batch would be dropped: lower batchSize.`,
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#collate = collate;
    this.#generator = generator;
  }

  /** Batches per epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  [Symbol.iterator](): Iterator<Batch> {
    return this.batches();
  }

  /** One epoch from batch `from` on. The earlier batches are not even collated. */
  *batches(from = 0): Generator<Batch, void> {
    const order = Int32Array.from({ length: this.dataset.length }, (_, index) => index);
    if (this.shuffle) shuffle_(order, this.#generator);

    for (let batch = from; batch < this.length; batch++) {
      const start = batch * this.batchSize;
      const indices = order.subarray(start, start + this.batchSize);
      yield this.#collate(Array.from(indices, (index) => this.dataset.at(index) as Item));
    }
  }
}

/** Puts `values` into random order, each order equally likely (Fisher and Yates). */
function shuffle_(values: Int32Array, generator: { random(): number }): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(generator.random() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
}
