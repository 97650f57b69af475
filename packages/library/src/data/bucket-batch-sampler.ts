/**
 * @file Batches of sequences of similar length: less padding, and so less work, per epoch.
 *
 *   sort by length, equal lengths in random order     9 9 8 8 7 7 │ 5 5 4 4 3 3 │ 3 2 1
 *   cut into buckets of a few batches each            bucket 0      bucket 1      bucket 2
 *   shuffle within each bucket, cut into batches      8 9│7 9│8 7   3 5│4 3│5 4   1 3│2
 *   shuffle the batches
 *
 * The sorted lengths are the same in every epoch, so the number of batches is, too; who stands
 * beside whom changes.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { BatchSampler } from "./sampler.ts";

export interface BucketBatchSamplerOptions {
  /** Sequences per batch. Either this or `maxTokens`. */
  batchSize?: number;
  /**
   * The most elements of a padded batch, sequences · longest: short sequences come in large batches,
   * long ones in small. Either this or `batchSize`.
   */
  maxTokens?: number;
  /**
   * Batches per bucket: 1 gives the least padding and nearly the same batches in every epoch; more
   * give more of both padding and chance. Default: 8.
   */
  batchesPerBucket?: number;
  /** New batches in a new order for every epoch. Default: `true`; `false` goes from long to short. */
  shuffle?: boolean;
  /**
   * With `batchSize`: no batch that is not full. Which sequences are left out is drawn anew in every
   * epoch, whatever their length. Default: `false`.
   */
  dropLast?: boolean;
}

/** A run of the sorted sequences, and the size of its batches. */
interface Bucket {
  start: number;
  end: number;
  batchSize: number;
}

/**
 * For {@link DataLoader}'s `batchSampler`. Each sequence comes once per epoch (but for `dropLast`).
 *
 * `lengths` are those of the data set's items, in its order. For pairs, give the longer of the two,
 * or what their batch costs you.
 *
 * @example
 * const names = ["Ng", "Abernathy", "Wu", "Christodoulou", "Li", "Featherstone"];
 * const batchSampler = new BucketBatchSampler(names.map((name) => name.length), {
 *   batchSize: 2,
 *   batchesPerBucket: 1,
 *   shuffle: false,
 * });
 * [...new DataLoader(names, { batchSampler })][0]; // ["Christodoulou", "Featherstone"]
 */
export class BucketBatchSampler implements BatchSampler {
  readonly length: number;
  readonly #lengths: Float64Array;
  readonly #buckets: Bucket[];
  readonly #shuffle: boolean;
  /** How many sequences an epoch leaves out. */
  readonly #dropped: number;

  constructor(
    lengths: ArrayLike<number>,
    {
      batchSize,
      maxTokens,
      batchesPerBucket = 8,
      shuffle = true,
      dropLast = false,
    }: BucketBatchSamplerOptions,
  ) {
    if ((batchSize === undefined) === (maxTokens === undefined)) {
      throw new ArgumentError("BucketBatchSampler: expected either batchSize or maxTokens.");
    }
    checkSize("BucketBatchSampler", "batchesPerBucket", batchesPerBucket);
    checkSize("BucketBatchSampler", "number of lengths", lengths.length);
    this.#lengths = Float64Array.from(lengths);
    this.#shuffle = shuffle;

    if (batchSize !== undefined) {
      checkSize("BucketBatchSampler", "batchSize", batchSize);
      this.#dropped = dropLast ? lengths.length % batchSize : 0;
    } else {
      checkSize("BucketBatchSampler", "maxTokens", maxTokens!);
      if (dropLast) {
        throw new ArgumentError(
          "BucketBatchSampler: with maxTokens no size is a full batch's: leave out dropLast.",
        );
      }
      this.#dropped = 0;
    }
    for (const [index, length] of this.#lengths.entries()) {
      if (!(length >= 0 && length < Infinity)) {
        throw new ArgumentError(
          `BucketBatchSampler: expected lengths of at least 0, got ${length} at place ${index}.`,
        );
      }
      if (maxTokens !== undefined && length > maxTokens) {
        throw new ArgumentError(
          `BucketBatchSampler: sequence ${index} has ${length} tokens, more than maxTokens ${maxTokens} allows ` +
            "in a batch. Raise maxTokens, or cut or leave out such sequences.",
        );
      }
    }

    const descending = this.#lengths.toSorted().reverse();
    const sizeFor = (longest: number) => batchSize ?? Math.floor(maxTokens! / Math.max(1, longest));
    this.#buckets = [];
    const kept = lengths.length - this.#dropped;
    for (let start = 0; start < kept;) {
      const size = sizeFor(descending[start]);
      const end = Math.min(kept, start + size * batchesPerBucket);
      this.#buckets.push({ start, end, batchSize: size });
      start = end;
    }
    this.length = this.#buckets.reduce((sum, bucket) => sum + numBatches(bucket), 0);
    if (this.length === 0) {
      throw new ArgumentError(
        `BucketBatchSampler: expected at least ${batchSize} sequences because dropLast is on, ` +
          `got ${lengths.length}. Every batch would be dropped: lower batchSize.`,
      );
    }
  }

  sample(generator: RandomGenerator): Int32Array[] {
    const n = this.#lengths.length;
    // Sorting keeps the order of equal lengths, so it is this order that decides among them.
    const order = this.#shuffle
      ? generator.permutation(n)
      : Int32Array.from({ length: n }, (_, index) => index);
    const kept = order.subarray(0, n - this.#dropped);
    const sorted = kept.sort((a, b) => this.#lengths[b] - this.#lengths[a]);

    const batches = this.#buckets.flatMap((bucket) => {
      const { start, end, batchSize } = bucket;
      const members = sorted.subarray(start, end);
      const places = this.#shuffle ? generator.permutation(members.length) : null;
      const mixed = places ? places.map((place) => members[place]) : members;
      return Array.from({ length: numBatches(bucket) }, (_, batch) =>
        mixed.subarray(batch * batchSize, (batch + 1) * batchSize),
      );
    });
    if (!this.#shuffle) return batches;
    return Array.from(generator.permutation(batches.length), (place) => batches[place]);
  }
}

function numBatches({ start, end, batchSize }: Bucket): number {
  return Math.ceil((end - start) / batchSize);
}
