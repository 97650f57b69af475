/**
 * @file Where a loader stands: in which epoch, before which of its batches.
 */

import { FormatError } from "../core/errors.ts";
import { defaultGenerator, RandomGenerator } from "../tensor/random.ts";

/**
 * A place in a loader's endless row of epochs; plain numbers, so that it fits into JSON. With the
 * same data set and options it leads to the same batches, in this process or another.
 */
export type LoaderPosition = {
  /** Decides the order of every epoch. */
  seed: number;
  /** Which epoch, from 0. */
  epoch: number;
  /** How many of its batches have been handed out. */
  batch: number;
};

/**
 * Each loop is a new epoch; the first after {@link setPosition} is the rest of the saved one. The
 * order of an epoch follows from the seed and its number alone, so any of them can be found again
 * without going through those before.
 */
export class EpochCursor {
  readonly #where: string;
  #seed: number;
  #epoch = 0;
  #batch = 0;
  /** Whether the next loop goes on in the middle of an epoch. */
  #isResumed = false;

  constructor(where: string, generator: RandomGenerator = defaultGenerator) {
    this.#where = where;
    this.#seed = generator.integer(2 ** 32);
  }

  /** Begins a loop: gives the batch to begin with. */
  begin(): number {
    if (!this.#isResumed && this.#batch > 0) this.finish();
    this.#isResumed = false;
    return this.#batch;
  }

  /** A batch has been handed out. */
  advance(): void {
    this.#batch++;
  }

  /** The epoch is over. */
  finish(): void {
    this.#epoch++;
    this.#batch = 0;
  }

  /** Whether the batch handed out last was the first of its epoch. */
  get isAfterFirst(): boolean {
    return this.#batch === 1;
  }

  /** The random numbers of this epoch, from their start. */
  generator(): RandomGenerator {
    return new RandomGenerator(this.#seed + this.#epoch * 2 ** 32);
  }

  getPosition(): LoaderPosition {
    return { seed: this.#seed, epoch: this.#epoch, batch: this.#batch };
  }

  /** `maxBatch`: the most batches that can have been handed out. */
  setPosition(position: unknown, maxBatch = Infinity): void {
    const { seed, epoch, batch } = (position ?? {}) as Partial<LoaderPosition>;
    const isCount = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
    if (!isCount(seed) || !isCount(epoch) || !isCount(batch) || batch! > maxBatch) {
      throw new FormatError(
        `${this.#where}: expected a position { seed, epoch, batch } as getPosition gave it` +
          `${maxBatch < Infinity ? `, with a batch of at most ${maxBatch}` : ""}, ` +
          `got ${JSON.stringify(position)}. Was it saved with another data set or batchSize?`,
      );
    }
    this.#seed = seed!;
    this.#epoch = epoch!;
    this.#batch = batch!;
    this.#isResumed = true;
  }
}
