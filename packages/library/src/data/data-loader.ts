/**
 * @file A data set, epoch by epoch, in batches and in a new order each time.
 */

import type { RandomGenerator } from "../tensor/random.ts";
import type { Dataset } from "./dataset.ts";
import { EpochCursor, type LoaderPosition } from "./epoch-cursor.ts";
import { makeBatchNow } from "./make-batch.ts";
import { batchSamplerFor, type BatchSampler, type OrderOptions } from "./sampler.ts";

export interface DataLoaderOptions<Item, Batch> extends OrderOptions {
  /** Items → batch. Default: the array of items itself. */
  collate?: (items: Item[]) => Batch;
  /** Gives the seed of all orders, once, when the loader is made. Default: the library's own. */
  generator?: RandomGenerator;
}

/**
 * Batches of a data set. Each loop over the loader is one epoch, with an order of its own.
 *
 * To go on in the middle of an epoch, save {@link getPosition} and give it to {@link setPosition} of
 * a loader made alike: its next loop is the rest of that epoch, and those after it are the same,
 * too. A loader is also a source of batches for {@link fit}, which saves and restores the position
 * with its checkpoints.
 *
 * @throws DataError that names the item where the data set or `collate` fails
 *
 * @example
 * const loader = new DataLoader(["a", "b", "c", "d", "e"], { batchSize: 2 });
 * loader.length; // 3
 * [...loader]; // [["a", "b"], ["c", "d"], ["e"]]
 */
export class DataLoader<Item, Batch = Item[]> implements Iterable<Batch> {
  readonly dataset: Dataset<Item>;
  readonly #sampler: BatchSampler;
  readonly #collate: (items: Item[]) => Batch;
  readonly #cursor: EpochCursor;
  /** The loop that {@link next} is in. */
  #loop: Generator<Batch, void> | null = null;

  constructor(
    dataset: Dataset<Item>,
    {
      collate = (items) => items as Batch,
      generator,
      ...order
    }: DataLoaderOptions<Item, Batch> = {},
  ) {
    this.#sampler = batchSamplerFor("DataLoader", dataset.length, order);
    this.dataset = dataset;
    this.#collate = collate;
    this.#cursor = new EpochCursor("DataLoader", generator);
  }

  /** Batches per epoch. */
  get length(): number {
    return this.#sampler.length;
  }

  /** The same as `length`; what {@link fit} asks for. */
  get batchesPerEpoch(): number {
    return this.length;
  }

  *[Symbol.iterator](): Generator<Batch, void> {
    const cursor = this.#cursor;
    const from = cursor.begin();
    const batches = this.#sampler.sample(cursor.generator());
    for (let batch = from; batch < batches.length; batch++) {
      const made = makeBatchNow(this.dataset, batches[batch], this.#collate);
      cursor.advance();
      yield made;
    }
    cursor.finish();
  }

  /**
   * The next batch, epoch after epoch without end. `startsEpoch`: it is an epoch's first.
   *
   * @example
   * const loader = new DataLoader([1, 2, 3], { batchSize: 2 });
   * const batches = [loader.next(), loader.next(), loader.next()];
   * batches.map(({ startsEpoch }) => startsEpoch); // [true, false, true]
   */
  next(): { batch: Batch; startsEpoch: boolean } {
    for (;;) {
      this.#loop ??= this[Symbol.iterator]();
      const { value, done } = this.#loop.next();
      if (!done) return { batch: value, startsEpoch: this.#cursor.isAfterFirst };
      this.#loop = null;
    }
  }

  /** Where the loader stands, as plain numbers. */
  getPosition(): LoaderPosition {
    return this.#cursor.getPosition();
  }

  /**
   * Goes on from a saved position, whatever seed this loader was made with.
   *
   * @throws FormatError if it is no position of a loader with these options
   */
  setPosition(position: unknown): void {
    this.#cursor.setPosition(position, this.length);
    this.#loop = null;
  }
}
