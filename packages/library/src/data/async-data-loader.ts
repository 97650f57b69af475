/**
 * @file A data set whose items take time to come, in batches that are made ahead of being asked for:
 * by promises, or by threads that run the data set's own module.
 */

import { checkSize } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import { BatchThreads, type WorkerOptions } from "./batch-threads.ts";
import type { Dataset } from "./dataset.ts";
import { EpochCursor, type LoaderPosition } from "./epoch-cursor.ts";
import { makeBatch } from "./make-batch.ts";
import { batchSamplerFor, type BatchSampler, type OrderOptions } from "./sampler.ts";

export interface AsyncDataLoaderOptions<Item, Batch> extends OrderOptions {
  /** Items → batch. Default: the array of items itself. */
  collate?: (items: Item[]) => Batch | Promise<Batch>;
  /** Gives the seed of all orders, once, when the loader is made. Default: the library's own. */
  generator?: RandomGenerator;
  /** How many batches are in the making while one is in use. Default: 2. */
  prefetch?: number;
  /** Make the batches in threads of their own; see {@link serveBatches}. Default: in this one. */
  workers?: WorkerOptions;
}

/**
 * {@link DataLoader} for `for await`: the items may be promises, such as files that are being read,
 * and the next batches are made while one is in use. The same options and the same position give
 * the same batches in the same order as a {@link DataLoader}, with or without threads; {@link fit}
 * takes either.
 *
 * @throws DataError that names the item where the data set or `collate` fails, in a thread or not
 *
 * @example
 * const files = { length: 3, at: async (index: number) => `contents of file ${index}` };
 * const loader = new AsyncDataLoader(files, { batchSize: 2 });
 * const batches: string[][] = [];
 * for await (const batch of loader) batches.push(batch);
 * batches[1]; // ["contents of file 2"]
 */
export class AsyncDataLoader<Item, Batch = Item[]> implements AsyncIterable<Batch> {
  readonly dataset: Dataset<Item | Promise<Item>>;
  readonly prefetch: number;
  readonly #sampler: BatchSampler;
  readonly #collate: (items: Item[]) => Batch | Promise<Batch>;
  readonly #cursor: EpochCursor;
  readonly #threads: BatchThreads | null;
  /** The loop that {@link next} is in. */
  #loop: AsyncGenerator<Batch, void> | null = null;

  constructor(
    dataset: Dataset<Item | Promise<Item>>,
    {
      collate = (items) => items as Batch,
      generator,
      prefetch = 2,
      workers,
      ...order
    }: AsyncDataLoaderOptions<Item, Batch> = {},
  ) {
    checkSize("AsyncDataLoader", "prefetch", prefetch, 0);
    this.#sampler = batchSamplerFor("AsyncDataLoader", dataset.length, order);
    this.dataset = dataset;
    this.prefetch = prefetch;
    this.#collate = collate;
    this.#cursor = new EpochCursor("AsyncDataLoader", generator);
    this.#threads = workers ? new BatchThreads(workers) : null;
  }

  /** Batches per epoch. */
  get length(): number {
    return this.#sampler.length;
  }

  /** The same as `length`; what {@link fit} asks for. */
  get batchesPerEpoch(): number {
    return this.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void> {
    const cursor = this.#cursor;
    const from = cursor.begin();
    const generator = cursor.generator();
    const batches = this.#sampler.sample(generator);
    // Drawn for all of them, so that they do not depend on where the loop begins.
    const seeds = batches.map(() => generator.integer(2 ** 32));

    const inTheMaking: Promise<Batch>[] = [];
    let ahead = from;
    for (let batch = from; batch < batches.length; batch++) {
      for (; ahead < batches.length && ahead <= batch + this.prefetch; ahead++) {
        const promise = this.#make(batches[ahead], seeds[ahead]);
        promise.catch(() => {}); // it is told when its turn comes
        inTheMaking.push(promise);
      }
      const made = inTheMaking.shift()!;
      const ready = await (this.#threads ? this.#threads.waitFor(made) : made);
      cursor.advance();
      yield ready;
    }
    cursor.finish();
  }

  #make(indices: Int32Array, seed: number): Promise<Batch> {
    if (this.#threads) return this.#threads.request(indices, seed) as Promise<Batch>;
    return makeBatch(this.dataset, indices, this.#collate);
  }

  /** The next batch, epoch after epoch without end. `startsEpoch`: it is an epoch's first. */
  async next(): Promise<{ batch: Batch; startsEpoch: boolean }> {
    for (;;) {
      this.#loop ??= this[Symbol.asyncIterator]();
      const { value, done } = await this.#loop.next();
      if (!done) return { batch: value, startsEpoch: this.#cursor.isAfterFirst };
      this.#loop = null;
    }
  }

  /** Where the loader stands; batches made ahead do not count. */
  getPosition(): LoaderPosition {
    return this.#cursor.getPosition();
  }

  /**
   * Goes on from a saved position, be it that of a {@link DataLoader}.
   *
   * @throws FormatError if it is no position of a loader with these options
   */
  setPosition(position: unknown): void {
    this.#cursor.setPosition(position, this.length);
    this.#loop = null;
  }

  /** Ends the threads. They never keep a program alive, so only a program that goes on needs this. */
  close(): void {
    this.#threads?.close();
  }
}
