/**
 * @file Tasks whose answer lies far back: what they have in common.
 *
 * Each is generated, so there is no end of data, no test set to overfit, and the score of a model
 * that remembers nothing is known exactly. `docs/memory-tasks.md` lists them with their sources.
 */

import { ArgumentError, formatShape, ShapeError } from "../../core/errors.ts";
import { sameShape } from "../../core/shape.ts";
import { toIndices } from "../../tensor/creation.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Sequences, all of the same number of steps, and what is to be answered. */
export interface MemoryBatch {
  /** Features [batch, seq, inputSize] in float32, or ids [batch, seq] in int32. */
  input: Tensor;
  /**
   * Regression: [batch, 1]. Classification: class ids [batch]. Labelling: class ids [batch, seq],
   * −100 at steps where none is asked.
   */
  targets: Tensor;
}

/** What a model that remembers nothing reaches. */
export interface MemoryBaseline {
  /** In the task's own loss. */
  score: number;
  /** Which answer gives that score, in words. */
  what: string;
}

/**
 * A sequence task that cannot be solved without memory.
 *
 * A model for it ends in `outputSize` numbers: from the last step's output for `"regression"` and
 * `"classification"`, at every step for `"labelling"`.
 */
export interface MemoryTask {
  readonly name: string;
  /** Features of a step; where inputs are ids, the number of ids. */
  readonly inputSize: number;
  readonly inputKind: "features" | "ids";
  /** 1 for regression, otherwise the number of classes. */
  readonly outputSize: number;
  /** One number at the end; one class at the end; a class at every step. */
  readonly form: "regression" | "classification" | "labelling";
  /** The most steps from something that must be remembered to where it is used. */
  readonly lag: number;
  /** Steps of a sequence; where they vary from batch to batch, the most. */
  readonly length: number;
  readonly baseline: MemoryBaseline;
  /** Mean squared error, or cross-entropy in nats, either as a mean over all answers. */
  readonly loss: "mse" | "cross-entropy";
  /** New sequences. The same state of `generator` gives the same batch. */
  batch(batchSize: number, generator: RandomGenerator): MemoryBatch;
  /**
   * The share of sequences that are solved, from 0 to 1. `predictions`: [batch, 1] for regression,
   * otherwise scores [batch, outputSize] or [batch, seq, outputSize], of which the highest decides.
   */
  successRate(predictions: Tensor, targets: Tensor): number;
}

/** How far a task reaches back, said in one of two ways. */
export interface LengthOrLag {
  /** Steps of a sequence, as the paper counts them. */
  length?: number;
  /** The most steps from something that must be remembered to where it is used. */
  lag?: number;
}

/** Throws unless exactly one of the two is given. */
export function checkOneOf(where: string, options: Record<string, number | undefined>): void {
  const names = Object.keys(options);
  const given = names.filter((name) => options[name] !== undefined);
  if (given.length === 1) return;
  throw new ArgumentError(
    `${where}: expected either ${names.join(" or ")}, got ${given.length === 0 ? "neither" : "both"}.`,
  );
}

/**
 * The smallest whole number from `least` on for which `reach` is at least `lag`. `reach` never falls,
 * and rises by half of what `n` does at least.
 */
export function smallestReaching(lag: number, least: number, reach: (n: number) => number): number {
  let low = least;
  let high = least + 2 * lag;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reach(middle) >= lag) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The share of answers [batch, 1] that are less than `tolerance` away. */
export function shareWithin(
  where: string,
  tolerance: number,
  predictions: Tensor,
  targets: Tensor,
): number {
  if (targets.size === 0 || predictions.size !== targets.size) {
    throw wrongPredictions(where, formatShape(targets.shape), predictions, targets);
  }
  const answers = predictions.storage.array;
  const expected = targets.storage.array;
  let solved = 0;
  for (let i = 0; i < expected.length; i++) {
    // NaN is never within.
    if (Math.abs(answers[i] - expected[i]) < tolerance) solved++;
  }
  return solved / expected.length;
}

/** Scores with this target are not asked for: crossEntropy's own default. */
export const NOT_ASKED = -100;

/**
 * The share of sequences in which the highest score is right at every step that is asked. A score
 * that is NaN is never right.
 *
 * - `scores`  [batch, numClasses] with `targets` [batch], or [batch, seq, numClasses] with [batch, seq]
 */
export function shareAllRight(where: string, scores: Tensor, targets: Tensor): number {
  const numClasses = scores.shape.at(-1) ?? 0;
  if (
    targets.size === 0 ||
    numClasses === 0 ||
    !sameShape(scores.shape.slice(0, -1), targets.shape)
  ) {
    const expected = `[${[...targets.shape, "numClasses"].join(", ")}]`;
    throw wrongPredictions(where, expected, scores, targets);
  }
  const data = scores.storage.array;
  const ids = toIndices(where, targets);
  const batch = targets.shape[0];
  const steps = ids.length / batch;
  let solved = 0;
  for (let b = 0; b < batch; b++) {
    let right = true;
    for (let i = b * steps; right && i < (b + 1) * steps; i++) {
      if (ids[i] === NOT_ASKED) continue;
      const own = data[i * numClasses + ids[i]];
      for (let c = 0; right && c < numClasses; c++) {
        right = c === ids[i] || own > data[i * numClasses + c];
      }
    }
    if (right) solved++;
  }
  return solved / batch;
}

function wrongPredictions(
  where: string,
  expected: string,
  predictions: Tensor,
  targets: Tensor,
): ShapeError {
  return new ShapeError(
    `${where}: expected predictions ${expected} for targets ${formatShape(targets.shape)}, and at least one sequence, got ${formatShape(predictions.shape)}.`,
  );
}
