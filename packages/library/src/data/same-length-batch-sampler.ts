/**
 * @file Batches of sequences of one length: nothing is padded, so nothing has to be left out, and a
 * recurrent layer runs as the machine's own libraries have it, in one piece.
 *
 *   lengths that many have    shuffled, and divided evenly     5 5 5 │ 5 5 5    3 3 3 3
 *   lengths that few have     put together, as BucketBatchSampler does          9 8 │ 7 6
 *   shuffle the batches
 */

import { checkSize } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import { BucketBatchSampler } from "./bucket-batch-sampler.ts";
import type { BatchSampler } from "./sampler.ts";

export interface SameLengthBatchSamplerOptions {
  /** The most sequences in a batch; or how many there may be of each length. */
  batchSize: number | ((length: number) => number);
  /**
   * Other lengths of the same items, which a batch pads: of pairs, the targets'. Items of similar
   * ones are put together. Default: none.
   */
  paddedLengths?: ArrayLike<number>;
}

/** How far chance moves a padded length before sorting: who stands beside whom changes. */
const JITTER = 2;
/** Of the lengths that few have: much chance, since with little data these are all there is. */
const BATCHES_PER_BUCKET = 16;

/** The items of one length, and into how many batches they are divided. */
interface Group {
  members: Int32Array;
  numBatches: number;
}

/**
 * For {@link DataLoader}'s `batchSampler`. Each sequence comes once per epoch. A batch is of one
 * length and at least half full wherever so many sequences of that length are there; the others
 * share batches, padded. How many batches there are is the same in every epoch; who stands beside whom
 * changes.
 *
 * `lengths` are those of the data set's items, in its order.
 *
 * @example
 * const words = ["at", "by", "sea", "in", "sky", "to", "a", "water"];
 * const batchSampler = new SameLengthBatchSampler(words.map((word) => word.length), { batchSize: 2 });
 * const batches = [...new DataLoader(words, { batchSampler })];
 * batches.map((batch) => batch.map((word) => word.length)).sort(); // [[1], [2, 2], [2, 2], [3, 3], [5]]
 */
export class SameLengthBatchSampler implements BatchSampler {
  readonly length: number;
  readonly #groups: Group[] = [];
  readonly #padded: ArrayLike<number> | null;
  /** Items whose length few others have, and their own sampler. */
  readonly #rare: Int32Array;
  readonly #rareBatches: BatchSampler | null;

  constructor(
    lengths: ArrayLike<number>,
    { batchSize, paddedLengths }: SameLengthBatchSamplerOptions,
  ) {
    const where = "SameLengthBatchSampler";
    checkSize(where, "number of lengths", lengths.length);
    this.#padded = paddedLengths ?? null;
    const sizeFor = (length: number) => {
      const size = typeof batchSize === "number" ? batchSize : batchSize(length);
      checkSize(where, "batchSize", size);
      return size;
    };
    const byLength = new Map<number, number[]>();
    for (let i = 0; i < lengths.length; i++) {
      const members = byLength.get(lengths[i]);
      if (members) members.push(i);
      else byLength.set(lengths[i], [i]);
    }
    const rare: number[] = [];
    let longestRare = 0;
    for (const [length, members] of [...byLength].sort(([a], [b]) => a - b)) {
      const size = sizeFor(length);
      if (2 * members.length >= size) {
        const numBatches = Math.ceil(members.length / size);
        this.#groups.push({ members: Int32Array.from(members), numBatches });
      } else {
        rare.push(...members);
        longestRare = length;
      }
    }
    this.#rare = Int32Array.from(rare);
    this.#rareBatches =
      rare.length === 0
        ? null
        : new BucketBatchSampler(
            rare.map((i) => lengths[i]),
            { batchSize: sizeFor(longestRare), batchesPerBucket: BATCHES_PER_BUCKET },
          );
    this.length =
      this.#groups.reduce((sum, { numBatches }) => sum + numBatches, 0) +
      (this.#rareBatches?.length ?? 0);
  }

  sample(generator: RandomGenerator): Int32Array[] {
    const even = this.#groups.flatMap(({ members, numBatches }) => {
      const order = this.#shuffled(members, generator);
      const cut = (batch: number) => Math.round((batch * order.length) / numBatches);
      return Array.from({ length: numBatches }, (_, i) => order.subarray(cut(i), cut(i + 1)));
    });
    const padded = this.#rareBatches?.sample(generator) ?? [];
    const batches = [...even, ...padded.map((batch) => batch.map((i) => this.#rare[i]))];
    return Array.from(generator.permutation(batches.length), (place) => batches[place]);
  }

  /** In any order, or about in that of the lengths that are padded. */
  #shuffled(members: Int32Array, generator: RandomGenerator): Int32Array {
    const places = generator.permutation(members.length);
    const order = Int32Array.from(places, (place) => members[place]);
    const padded = this.#padded;
    if (!padded) return order;
    const keys = new Map(
      Array.from(order, (i) => [i, padded[i] + JITTER * (2 * generator.random() - 1)]),
    );
    return order.sort((a, b) => keys.get(a)! - keys.get(b)!);
  }
}
