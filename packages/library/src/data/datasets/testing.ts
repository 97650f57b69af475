/**
 * @file What the tests of the memory tasks share.
 */

import { tensor } from "../../tensor/creation.ts";
import { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { MemoryBatch, MemoryTask } from "./memory-task.ts";

/** Batches with at least `sequences` sequences in all, each with another length where they vary. */
export function* manyBatches(
  task: MemoryTask,
  sequences: number,
  { seed = 1, batchSize = 500 } = {},
): Generator<MemoryBatch, void> {
  const generator = new RandomGenerator(seed);
  for (let n = 0; n < sequences; n += batchSize) yield task.batch(batchSize, generator);
}

/** Row `b` of a tensor whose first axis is the batch, as plain numbers. */
export function row(t: Tensor, b: number): number[] {
  const size = t.size / t.shape[0];
  return Array.from(t.data.subarray(b * size, (b + 1) * size));
}

/** The mean, and how far it may be from the true one by chance: its standard error. */
export function meanOf(values: readonly number[]): { mean: number; standardError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Scores [batch, …, numClasses] whose highest is the class given for each row. */
export function oneHot(classes: readonly (readonly number[])[], task: MemoryTask): Tensor {
  const scores = classes.map((steps) =>
    steps.map((own) => Array.from({ length: task.outputSize }, (_, c) => (c === own ? 1 : 0))),
  );
  return tensor(task.form === "labelling" ? scores : scores.map(([only]) => only));
}
