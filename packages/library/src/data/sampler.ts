/**
 * @file In which order an epoch goes through a data set, and how it falls into batches.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";

/** The order of an epoch. */
export interface Sampler {
  /** Indices per epoch. */
  readonly length: number;
  /** The indices of one epoch; what is random about them comes from `generator`. */
  sample(generator: RandomGenerator): Int32Array;
}

/** The batches of an epoch. */
export interface BatchSampler {
  /** Batches per epoch, the same in every one. */
  readonly length: number;
  /** The indices of each batch of one epoch; what is random about them comes from `generator`. */
  sample(generator: RandomGenerator): Int32Array[];
}

/** What decides which items come when; see {@link DataLoader}. */
export interface OrderOptions {
  /** Items per batch. Default: 1. */
  batchSize?: number;
  /** A new random order for every epoch. Default: `false`, the order of the data set. */
  shuffle?: boolean;
  /** Leave out the last batch of an epoch if it is not full. Default: `false`, it comes smaller. */
  dropLast?: boolean;
  /** An order of one's own, in place of `shuffle`. */
  sampler?: Sampler;
  /** Batches of one's own, in place of all of the above. */
  batchSampler?: BatchSampler;
}

/** The batches that the options of a loader ask for. */
export function batchSamplerFor(
  where: string,
  length: number,
  { batchSize, shuffle, dropLast, sampler, batchSampler }: OrderOptions,
): BatchSampler {
  if (length === 0) {
    throw new ArgumentError(`${where}: expected a data set with at least one item, got none.`);
  }
  const excluded = batchSampler
    ? Object.entries({ batchSize, shuffle, dropLast, sampler })
    : Object.entries({ shuffle: sampler && shuffle });
  const [extra] = excluded.find(([, value]) => value !== undefined && value !== false) ?? [];
  if (extra !== undefined) {
    throw new ArgumentError(
      `${where}: ${batchSampler ? "batchSampler" : "sampler"} already decides that: leave out ${extra}.`,
    );
  }
  if (batchSampler) return batchSampler;
  const order = sampler ?? (shuffle ? new RandomSampler(length) : new SequentialSampler(length));
  return new FixedSizeBatches(where, order, batchSize ?? 1, dropLast ?? false);
}

/** From the first to the last. */
class SequentialSampler implements Sampler {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  sample(): Int32Array {
    return Int32Array.from({ length: this.length }, (_, index) => index);
  }
}

/** Each once, in any order, each order equally likely. */
class RandomSampler implements Sampler {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  sample(generator: RandomGenerator): Int32Array {
    return generator.permutation(this.length);
  }
}

/** An order, cut every `batchSize` items. */
class FixedSizeBatches implements BatchSampler {
  readonly length: number;
  readonly #order: Sampler;
  readonly #batchSize: number;

  constructor(where: string, order: Sampler, batchSize: number, dropLast: boolean) {
    checkSize(where, "batchSize", batchSize);
    if (dropLast && order.length < batchSize) {
      throw new ArgumentError(
        `${where}: expected at least ${batchSize} items because batchSize is ${batchSize} and dropLast is on, ` +
          `got ${order.length}. Every batch would be dropped: lower batchSize.`,
      );
    }
    this.length = (dropLast ? Math.floor : Math.ceil)(order.length / batchSize);
    this.#order = order;
    this.#batchSize = batchSize;
  }

  sample(generator: RandomGenerator): Int32Array[] {
    const order = this.#order.sample(generator);
    return Array.from({ length: this.length }, (_, batch) =>
      order.subarray(batch * this.#batchSize, (batch + 1) * this.#batchSize),
    );
  }
}

export interface WeightedRandomSamplerOptions {
  /** Draws per epoch. Default: as many as there are weights. */
  numSamples?: number;
  /** Whether an item may come several times in an epoch. Default: `true`. */
  replacement?: boolean;
}

/**
 * Draws items with a chance in proportion to their weights. A weight of 0 never comes.
 *
 * - with replacement: every draw is independent of the ones before
 * - without: each item at most once; every draw is in proportion to the weights that are left
 *   (Efraimidis and Spirakis 2006: the largest of `u^(1/w)`, u uniform)
 *
 * PyTorch's `WeightedRandomSampler`. With {@link balancedWeights} every class comes equally often.
 *
 * @example
 * const labels = ["rare", "common", "common", "common"];
 * const sampler = new WeightedRandomSampler(balancedWeights(labels), { numSamples: 1000 });
 * const drawn = sampler.sample(new RandomGenerator(1));
 * const rare = drawn.filter((index) => index === 0).length;
 * rare > 450 && rare < 550; // true
 */
export class WeightedRandomSampler implements Sampler {
  readonly length: number;
  readonly replacement: boolean;
  readonly #weights: Float64Array;
  /** The sum of the weights up to and including each. */
  readonly #sums: Float64Array;

  constructor(
    weights: ArrayLike<number>,
    { numSamples = weights.length, replacement = true }: WeightedRandomSamplerOptions = {},
  ) {
    checkSize("WeightedRandomSampler", "numSamples", numSamples);
    let sum = 0;
    let positive = 0;
    this.#weights = Float64Array.from(weights);
    this.#sums = this.#weights.map((weight, index) => {
      if (!(weight >= 0 && weight < Infinity)) {
        throw new ArgumentError(
          `WeightedRandomSampler: expected weights of at least 0, got ${weight} at place ${index}.`,
        );
      }
      if (weight > 0) positive++;
      return (sum += weight);
    });
    if (positive === 0) {
      throw new ArgumentError("WeightedRandomSampler: expected a weight above 0, got none.");
    }
    if (!replacement && numSamples > positive) {
      throw new ArgumentError(
        `WeightedRandomSampler: expected at most ${positive} draws without replacement, ` +
          `as many as there are weights above 0, got numSamples ${numSamples}.`,
      );
    }
    this.length = numSamples;
    this.replacement = replacement;
  }

  sample(generator: RandomGenerator): Int32Array {
    if (this.replacement) {
      return Int32Array.from({ length: this.length }, () => this.#draw(generator));
    }
    // log(u)/w orders as u^(1/w) does, and does not underflow. 1 − random() is never 0.
    const keys = this.#weights.map((weight) => Math.log(1 - generator.random()) / weight);
    const order = Int32Array.from(keys.keys()).filter((index) => this.#weights[index] > 0);
    return order.sort((a, b) => keys[b] - keys[a] || a - b).subarray(0, this.length);
  }

  /** The first index whose sum is above a point on the line from 0 to the sum of all. */
  #draw(generator: RandomGenerator): number {
    const point = generator.random() * this.#sums[this.#sums.length - 1];
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle] > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * For each item, 1 / (how many items have its label): the items of every class together weigh 1.
 *
 * @example
 * balancedWeights(["a", "b", "b"]); // [1, 0.5, 0.5]
 */
export function balancedWeights(labels: Iterable<unknown>): Float64Array {
  const list = [...labels];
  const counts = new Map<unknown, number>();
  for (const label of list) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(list, (label) => 1 / counts.get(label)!);
}
