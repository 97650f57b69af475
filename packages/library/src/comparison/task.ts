/**
 * @file What can be compared: a task says how a model with a given cell is made, trained and scored.
 */

import type { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { BatchSource } from "../training/batch-source.ts";
import type { FitOptions } from "../training/fit.ts";
import type { CellName } from "./cells.ts";

/** How a trained model did. */
export interface TaskScore {
  /** In the task's own measure. */
  score: number;
  /** Share of the test sequences that were answered right, where the task has such a thing. */
  successRate?: number;
}

/** How every cell is trained unless {@link CompareOptions} say otherwise. */
export interface TrainingSettings {
  /** Features of the hidden state. */
  hiddenSize: number;
  /** Steps that learning this takes; a budget of minutes never gives more. */
  steps: number;
  /** Learning rates to choose from. */
  lrs: readonly number[];
  /** Steps in which the learning rate rises; then it falls as a cosine. */
  warmupSteps: number;
  /** Longest gradient; longer ones are scaled down to it. */
  clipNorm: number;
  /** Of AdamW. */
  weightDecay: number;
}

/**
 * A task that cells are compared on. {@link memoryComparison} makes one of a {@link MemoryTask}; any
 * application joins with an object of this form, and `docs/compare.md` writes one.
 *
 * The same seed must give the same batches whatever the cell: that is what makes it a comparison.
 */
export interface ComparableTask<Batch = unknown, Model extends Module = Module> {
  readonly name: string;
  /** What the score is called, and which is better. */
  readonly score: { readonly name: string; readonly better: "lower" | "higher" };
  /** What is reached without learning, or by other means, in the same measure. */
  readonly baselines: readonly { readonly name: string; readonly score: number }[];
  readonly training: TrainingSettings;
  /** What is counted for the speed, such as `"tokens"`. */
  readonly items: string;
  /** How far back the answer lies, for tasks with {@link withLag}. */
  readonly lag?: number;

  /** A new model, its weights from the library's own generator. */
  createModel(cell: CellName, hiddenSize: number): Model;
  batches(seed: number): BatchSource<Batch>;
  /** As for `fit`: the loss of a batch, and the state to carry on where there is one. */
  loss(model: Model, batch: Batch, carried: Tensor[] | null): ReturnType<FitOptions<Batch>["loss"]>;
  /** On data that was not trained on; called in evaluation mode, without recording. */
  evaluate(model: Model): TaskScore;

  itemsIn(batch: Batch): number;
  /**
   * What `model.forward` reads, [batch, seq, …]: for the time of a streaming step. Left out by tasks
   * whose models cannot go step by step.
   */
  input?(batch: Batch): Tensor;

  /**
   * The same task with data of its own, on which learning rates are chosen, so that nothing is
   * chosen on what is reported.
   */
  forTuning(): ComparableTask<Batch, Model>;
  /** The same task with the answer another number of steps back: for the memory span. */
  withLag?(lag: number): ComparableTask<Batch, Model>;
}
