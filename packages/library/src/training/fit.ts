/**
 * @file The loop around all of it: batch → loss → backward → clip → step, with validation, early
 * stopping, checkpoints and an exact way back to any of them.
 */

import { ArgumentError } from "../core/errors.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { AsyncBatchSource, BatchSource } from "./batch-source.ts";
import { Run } from "./run.ts";
import type { Schedule } from "./schedule.ts";
import type { Snapshot } from "./snapshot.ts";

/** How long to train. `minutes` measures the speed first, and then plans a number of steps. */
export type Budget = { steps: number } | { epochs: number } | { minutes: number };

export interface FitOptions<Batch> {
  model: Module;
  optimizer: Optimizer;
  batches: BatchSource<Batch> | AsyncBatchSource<Batch>;

  /**
   * The loss of a batch, one number. For truncated backpropagation through time, also the state to
   * carry on, which comes back as `carried` with the next batch (null where an epoch starts), cut
   * off from the tape.
   */
  loss: (batch: Batch, carried: Tensor[] | null) => Tensor | { loss: Tensor; carried: Tensor[] };

  budget: Budget;

  /** Factor on the optimizer's learning rate. Default: 1 throughout. */
  schedule?: Schedule;
  /** Longest gradient over all parameters; longer ones are scaled down to it. Default: none. */
  clipNorm?: number;

  /** A number that should fall, measured in evaluation mode without recording. */
  validate?: () => number;
  /**
   * How often to validate, spread evenly; the last time is at the end. Default: 10, or with a budget
   * of minutes as many of these as take no more than a tenth of it.
   */
  validations?: number;
  /** Stop after this many validations without a better one. Default: never. */
  patience?: number;
  /** Leave the model with the weights of its best validation. Default: `true`. */
  keepBest?: boolean;

  /** Called now and then, and when the run is interrupted, with all that `resume` needs. */
  checkpoint?: { everySeconds: number; save: (snapshot: Snapshot) => void };
  /** Go on from here: bit for bit as if there had been no interruption. */
  resume?: Snapshot;
  /** Aborting it ends the run after the step in progress. */
  signal?: AbortSignal;

  /** Items in a batch, such as tokens: for the speed that is reported. Default: 1. */
  itemsIn?: (batch: Batch) => number;
  onEvent?: (event: FitEvent) => void;
}

export type FitEvent =
  | {
      type: "plan";
      totalSteps: number;
      validations: number;
      /** As measured; null where the budget does not need it. */
      secondsPerStep: number | null;
      /** Where a resumed run goes on; 0 for a new one. */
      startStep: number;
    }
  | {
      type: "step";
      step: number;
      totalSteps: number;
      epoch: number;
      /** Mean over the steps since the last validation. */
      loss: number;
      lr: number;
      /** Before clipping. */
      gradNorm: number;
      itemsPerSecond: number;
      seconds: number;
      secondsLeft: number;
    }
  | { type: "validation"; step: number; loss: number; isBest: boolean; seconds: number }
  | { type: "checkpoint"; step: number };

/** One line for each validation (or, without any, for the end). */
export interface FitRecord {
  step: number;
  /** Mean over the steps since the line before. */
  trainLoss: number;
  validationLoss: number | null;
  lr: number;
  seconds: number;
}

export interface FitResult {
  steps: number;
  epochs: number;
  seconds: number;
  /** Time in training steps alone, without validation and checkpoints. */
  trainingSeconds: number;
  bestLoss: number | null;
  bestStep: number | null;
  stoppedBy: "budget" | "patience" | "signal";
  history: FitRecord[];
}

/**
 * Trains a model.
 *
 * With `budget: { minutes }` the speed is measured on a few steps, which are then taken back; the
 * number of steps planned is reported, and `{ steps }` with that number repeats the run exactly.
 *
 * In Node, start a script that trains for long with `node --single-threaded-gc`: V8's helper threads
 * cost up to half as much processor time as the training itself
 * (docs/decisions/0010-the-collector-has-little-to-do.md). The command has it done already.
 *
 * @throws NumericError at the first NaN or infinity in a loss or gradient, naming step, layer and
 *   remedy; the model then has its best weights so far
 */
export async function fit<Batch>(options: FitOptions<Batch>): Promise<FitResult> {
  checkOptions(options);
  const run = new Run(options);
  if (options.resume) run.resume(options.resume);
  else await run.plan();
  return run.toTheEnd();
}

function checkOptions<Batch>({ budget, patience, validate, clipNorm }: FitOptions<Batch>): void {
  const [[name, value]] = Object.entries(budget);
  if (!(value > 0 && value < Infinity)) {
    throw new ArgumentError(`fit: expected ${name} to be above 0, got ${value}.`);
  }
  if (patience !== undefined && (!validate || !(patience >= 1))) {
    throw new ArgumentError(
      `fit: patience counts validations: expected at least 1 and a validate function, got ${patience}.`,
    );
  }
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    throw new ArgumentError(`fit: expected clipNorm to be above 0, got ${clipNorm}.`);
  }
}
