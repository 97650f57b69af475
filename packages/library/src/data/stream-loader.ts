/**
 * @file Batches of a data set that is never in memory as a whole, epoch by epoch.
 */

import { ArgumentError, checkSize, DataError } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import { EpochCursor, type LoaderPosition } from "./epoch-cursor.ts";

/** Anything that gives items one after the other. */
export type ItemStream<Item> = AsyncIterable<Item> | Iterable<Item>;

export interface StreamLoaderOptions<Item, Batch> {
  /** Items per batch. Default: 1. */
  batchSize?: number;
  /** Leave out the last batch of an epoch if it is not full. Default: `false`, it comes smaller. */
  dropLast?: boolean;
  /**
   * How many items wait to be drawn from, by chance, in place of the order of the stream. The more,
   * the better the stream is mixed, and the more is in memory. Default: 0, the order of the stream.
   */
  shuffleBuffer?: number;
  /** Items → batch. Default: the array of items itself. */
  collate?: (items: Item[]) => Batch | Promise<Batch>;
  /** How many batches are read ahead while one is in use. Default: 2. */
  prefetch?: number;
  /** Gives the seed of all orders, once, when the loader is made. Default: the library's own. */
  generator?: RandomGenerator;
}

/**
 * Batches of a stream. `open` gives the stream from its beginning; it is called once for every epoch.
 * Each loop over the loader is one epoch, mixed differently.
 *
 * Positions are saved and restored as those of a {@link DataLoader}. To go on in the middle of an
 * epoch, the stream is read again up to there, without collating. Every loop closes its stream, also
 * one that is left early.
 *
 * @throws DataError that names the items where `collate` fails, by their place in the stream's
 *   shuffled order; what the stream throws comes as it is
 *
 * @example
 * const loader = new StreamLoader(() => readLines(["1\n2\n3\n4\n5"]), {
 *   batchSize: 2,
 *   collate: (lines) => lines.map(Number),
 * });
 * const batches: number[][] = [];
 * for await (const batch of loader) batches.push(batch);
 * batches; // [[1, 2], [3, 4], [5]]
 */
export class StreamLoader<Item, Batch = Item[]> implements AsyncIterable<Batch> {
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly shuffleBuffer: number;
  readonly prefetch: number;
  readonly #open: () => ItemStream<Item>;
  readonly #collate: (items: Item[]) => Batch | Promise<Batch>;
  readonly #cursor: EpochCursor;
  /** The loop that {@link next} is in. */
  #loop: AsyncGenerator<Batch, void> | null = null;

  constructor(
    open: () => ItemStream<Item>,
    {
      batchSize = 1,
      dropLast = false,
      shuffleBuffer = 0,
      collate = (items) => items as Batch,
      prefetch = 2,
      generator,
    }: StreamLoaderOptions<Item, Batch> = {},
  ) {
    checkSize("StreamLoader", "batchSize", batchSize);
    checkSize("StreamLoader", "shuffleBuffer", shuffleBuffer, 0);
    checkSize("StreamLoader", "prefetch", prefetch, 0);
    if (typeof open !== "function") {
      throw new ArgumentError(
        "StreamLoader: expected a function that opens the stream, because every epoch reads it anew: () => stream.",
      );
    }
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    this.shuffleBuffer = shuffleBuffer;
    this.prefetch = prefetch;
    this.#open = open;
    this.#collate = collate;
    this.#cursor = new EpochCursor("StreamLoader", generator);
  }

  /** Only the end of an epoch tells: a training run takes a number of steps or minutes. */
  get batchesPerEpoch(): number {
    throw new ArgumentError(
      "StreamLoader: how many batches an epoch has is not known before its end. Give a budget of steps or minutes.",
    );
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void> {
    const cursor = this.#cursor;
    const from = cursor.begin();
    const batches = this.#batches(from, cursor.generator());
    for await (const batch of readAhead(batches, this.prefetch)) {
      cursor.advance();
      yield batch;
    }
    cursor.finish();
  }

  async *#batches(from: number, generator: RandomGenerator): AsyncGenerator<Batch, void> {
    const stream = this.#open();
    const items = this.shuffleBuffer > 0 ? mixed(stream, this.shuffleBuffer, generator) : stream;
    let number = 0;
    let batch: Item[] = [];
    for await (const item of items) {
      batch.push(item);
      if (batch.length < this.batchSize) continue;
      if (number >= from) yield await this.#collated(batch, number);
      number++;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) {
      if (number >= from) yield await this.#collated(batch, number);
      number++;
    }
    if (number === 0) {
      throw new ArgumentError(
        this.dropLast
          ? `StreamLoader: expected at least ${this.batchSize} items because batchSize is ${this.batchSize} and dropLast is on, got ${batch.length}.`
          : "StreamLoader: expected a stream with at least one item, got none. Does each call open it anew?",
      );
    }
  }

  async #collated(items: Item[], number: number): Promise<Batch> {
    try {
      return await this.#collate(items);
    } catch (error) {
      const first = number * this.batchSize;
      const reason = error instanceof Error ? error.message : String(error);
      throw new DataError(
        `Items ${first} to ${first + items.length - 1} of the stream could not be put into a batch: ${reason}`,
        first,
        { cause: error },
      );
    }
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

  /** Where the loader stands; batches read ahead do not count. */
  getPosition(): LoaderPosition {
    return this.#cursor.getPosition();
  }

  /**
   * Goes on from a saved position.
   *
   * @throws FormatError if it is none
   */
  setPosition(position: unknown): void {
    this.#cursor.setPosition(position);
    void this.#loop?.return();
    this.#loop = null;
  }
}

/**
 * A stream in another order: `size` items wait, one of them by chance goes out, and the next of the
 * stream takes its place.
 */
async function* mixed<Item>(
  stream: ItemStream<Item>,
  size: number,
  generator: RandomGenerator,
): AsyncGenerator<Item, void> {
  const waiting: Item[] = [];
  for await (const item of stream) {
    if (waiting.length < size) {
      waiting.push(item);
      continue;
    }
    const place = generator.integer(size);
    yield waiting[place];
    waiting[place] = item;
  }
  for (const place of generator.permutation(waiting.length)) yield waiting[place];
}

/** Asks for up to `size` values before they are needed. */
async function* readAhead<Value>(
  source: AsyncGenerator<Value, void>,
  size: number,
): AsyncGenerator<Value, void> {
  const asked: Promise<IteratorResult<Value, void>>[] = [];
  try {
    for (;;) {
      while (asked.length <= size) {
        const promise = source.next();
        promise.catch(() => {}); // it is told when its turn comes
        asked.push(promise);
      }
      const { value, done } = await asked.shift()!;
      if (done) return;
      yield value;
    }
  } finally {
    await source.return();
  }
}
