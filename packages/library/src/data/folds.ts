/**
 * @file Several splits of one data set, so that a score has a spread: k-fold cross-validation, and
 * rolling origins for data with an order in time.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import { Subset, type Dataset } from "./dataset.ts";
import { partition, type PartitionOptions } from "./partition.ts";

/** What to train on, and what to measure on after that. */
export interface Fold<Item> {
  train: Subset<Item>;
  validation: Subset<Item>;
}

export interface KFoldOptions<Item> extends PartitionOptions<Item> {
  /** What the folds depend on. Default: the library's own. */
  generator?: RandomGenerator;
}

/**
 * `k` folds: every item is in the validation part of exactly one, and in the training part of all
 * others. The parts are drawn at random, as in {@link randomSplit}, with its `groupBy` and
 * `stratifyBy`.
 *
 * @throws ArgumentError if there are fewer items or groups than folds
 *
 * @example
 * const folds = kFold(["a", "b", "c", "d"], 2, { generator: new RandomGenerator(1) });
 * folds.map(({ train, validation }) => [train.length, validation.length]); // [[2, 2], [2, 2]]
 */
export function kFold<Item>(
  dataset: Dataset<Item>,
  k: number,
  { generator = defaultGenerator, ...options }: KFoldOptions<Item> = {},
): Fold<Item>[] {
  checkSize("kFold", "k", k, 2);
  const shares = new Array<number>(k).fill(1 / k);
  const parts = partition("kFold", dataset, shares, options, generator);
  if (parts.some((part) => part.length === 0)) {
    throw new ArgumentError(
      `kFold: expected at least ${k} items or groups because k is ${k}, got fewer from ${dataset.length} items. Lower k.`,
    );
  }
  return parts.map((validation, fold) => ({
    train: new Subset(
      dataset,
      parts.flatMap((part, other) => (other === fold ? [] : part)).sort((a, b) => a - b),
    ),
    validation: new Subset(dataset, validation),
  }));
}

export interface RollingOriginOptions {
  /** How many folds. Default: 5. */
  folds?: number;
  /** Items to validate on, per fold. Default: ⌊n / (folds + 1)⌋. */
  validationSize?: number;
  /** Items left out between the two, for data whose neighbours overlap. Default: 0. */
  gap?: number;
  /** The most items to train on, the latest ones. Default: all that came before. */
  maxTrainSize?: number;
}

/**
 * Folds that move through time: each trains on the past and validates on what comes right after;
 * the last ends with the data. scikit-learn's `TimeSeriesSplit`.
 *
 *   train train  val
 *   train train train  val
 *   train train train train  val
 *
 * @throws ArgumentError if the first fold would have nothing to train on
 *
 * @example
 * const folds = rollingOrigin([1, 2, 3, 4, 5, 6], { folds: 2 });
 * folds.map(({ train }) => [...train.indices]); // [[0, 1], [0, 1, 2, 3]]
 * folds.map(({ validation }) => [...validation.indices]); // [[2, 3], [4, 5]]
 */
export function rollingOrigin<Item>(
  dataset: Dataset<Item>,
  options: RollingOriginOptions = {},
): Fold<Item>[] {
  const n = dataset.length;
  const { folds = 5, gap = 0, maxTrainSize = Infinity } = options;
  checkSize("rollingOrigin", "folds", folds);
  checkSize("rollingOrigin", "gap", gap, 0);
  if (maxTrainSize !== Infinity) checkSize("rollingOrigin", "maxTrainSize", maxTrainSize);
  const validationSize = options.validationSize ?? Math.max(1, Math.floor(n / (folds + 1)));
  checkSize("rollingOrigin", "validationSize", validationSize);

  const first = n - folds * validationSize; // where the first fold validates
  if (first - gap < 1) {
    throw new ArgumentError(
      `rollingOrigin: expected at least ${folds * validationSize + gap + 1} items for ${folds} folds of ` +
        `${validationSize} with a gap of ${gap}, got ${n}. Lower folds, validationSize or gap.`,
    );
  }
  return Array.from({ length: folds }, (_, fold) => {
    const origin = first + fold * validationSize;
    const end = origin - gap;
    return {
      train: new Subset(dataset, range(Math.max(0, end - maxTrainSize), end)),
      validation: new Subset(dataset, range(origin, origin + validationSize)),
    };
  });
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}
