/**
 * @file Any memory task as a task to compare cells on.
 *
 *   [embedding →] cell → head, at the last step or at every one
 */

import type { MemoryBatch, MemoryTask } from "../data/datasets/memory-task.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { mseLoss } from "../losses/mse.ts";
import { Embedding } from "../nn/embedding.ts";
import { Linear } from "../nn/linear.ts";
import { Module } from "../nn/module.ts";
import { RandomGenerator, type RandomState } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { BatchSource, Json } from "../training/batch-source.ts";
import { createCell, runCell, type CellLayer, type CellName } from "./cells.ts";
import type { ComparableTask, TrainingSettings } from "./task.ts";

export interface MemoryComparisonOptions extends Partial<TrainingSettings> {
  /** Sequences in a batch. Default: 32. */
  batchSize?: number;
  /** Sequences that a model is tested on. Default: 1000. */
  testSize?: number;
}

/**
 * Enough to learn the adding problem over 100 steps: with these, all of LSTM and GRU did in every
 * seed that was tried, see docs/results/compare-adding.md.
 */
const TRAINING: TrainingSettings = {
  hiddenSize: 32,
  steps: 2500,
  lrs: [0.003, 0.01, 0.03],
  warmupSteps: 50,
  clipNorm: 1,
  weightDecay: 0,
};

/** Features of an id's vector: these tasks have no more than some twenty ids. */
const EMBEDDING_DIM = 8;
/** Sequences at a time in a test: no more memory than a few training steps need. */
const TEST_BATCH = 250;
/** Where test sequences come from: seeds that nobody types for a training. */
const TEST_SEED = 1_907_261_003;
const TUNING_SEED = 1_493_857_201;

/** From inputs to what a {@link MemoryTask} asks for: [batch, outputSize], or [batch, seq, outputSize]. */
export class MemoryModel extends Module {
  readonly embedding: Embedding | null;
  readonly recurrent: CellLayer;
  readonly head: Linear;
  readonly #atEveryStep: boolean;

  constructor(task: MemoryTask, cell: CellName, hiddenSize: number) {
    super();
    const isIds = task.inputKind === "ids";
    this.embedding = isIds ? new Embedding(task.inputSize, EMBEDDING_DIM) : null;
    const inputSize = isIds ? EMBEDDING_DIM : task.inputSize;
    this.recurrent = createCell(cell, inputSize, hiddenSize, { horizon: task.lag });
    this.head = new Linear(hiddenSize, task.outputSize);
    this.#atEveryStep = task.form === "labelling";
  }

  forward(input: Tensor): Tensor {
    const x = this.embedding?.forward(input) ?? input; // [batch, seq, inputSize]
    const [output] = runCell(this.recurrent, x); //       [batch, seq, hiddenSize]
    return this.head.forward(this.#atEveryStep ? output : output.select(1, -1));
  }
}

/**
 * A memory task to compare cells on.
 *
 * @param create makes the task with a given lag, so that shorter ones can be tried for the memory span
 *
 * @example
 * const task = memoryComparison((lag) => addingProblem({ lag }), 20);
 * task.name; // "adding, lag 20"
 * task.withLag(10).lag; // 10
 * task.createModel("lstm", 8).numParameters(); // 393
 */
export function memoryComparison(
  create: (lag: number) => MemoryTask,
  lag: number,
  options: MemoryComparisonOptions = {},
): ComparableTask<MemoryBatch, MemoryModel> & {
  withLag(lag: number): ComparableTask<MemoryBatch, MemoryModel>;
} {
  return comparison(create, create(lag), options, TEST_SEED);
}

function comparison(
  create: (lag: number) => MemoryTask,
  task: MemoryTask,
  options: MemoryComparisonOptions,
  testSeed: number,
) {
  const { batchSize = 32, testSize = 1000, ...training } = options;
  const lossOf = (predictions: Tensor, targets: Tensor) =>
    task.loss === "mse"
      ? mseLoss(predictions, targets)
      : task.form === "labelling"
        ? crossEntropy(predictions.flatten(0, 1), targets.flatten())
        : crossEntropy(predictions, targets);

  return {
    name: `${task.name}, lag ${task.lag}`,
    lag: task.lag,
    score: { name: task.loss === "mse" ? "MSE" : "nats", better: "lower" as const },
    baselines: [{ name: task.baseline.what, score: task.baseline.score }],
    training: { ...TRAINING, ...training },
    items: "steps",
    createModel: (cell: CellName, hiddenSize: number) => new MemoryModel(task, cell, hiddenSize),
    batches: (seed: number) => generated(task, batchSize, seed),
    loss: (model: MemoryModel, { input, targets }: MemoryBatch) =>
      lossOf(model.forward(input), targets),
    evaluate(model: MemoryModel) {
      const generator = new RandomGenerator(testSeed);
      let score = 0;
      let successRate = 0;
      for (let done = 0; done < testSize; done += TEST_BATCH) {
        const count = Math.min(TEST_BATCH, testSize - done);
        const { input, targets } = task.batch(count, generator);
        const predictions = model.forward(input);
        score += (lossOf(predictions, targets).item() * count) / testSize;
        successRate += (task.successRate(predictions, targets) * count) / testSize;
      }
      return { score, successRate };
    },
    itemsIn: ({ input }: MemoryBatch) => input.shape[0] * input.shape[1],
    input: ({ input }: MemoryBatch) => input,
    forTuning: () => comparison(create, task, options, TUNING_SEED),
    withLag: (lag: number) => comparison(create, create(lag), options, testSeed),
  };
}

/** New sequences without end. */
function generated(task: MemoryTask, batchSize: number, seed: number): BatchSource<MemoryBatch> {
  const generator = new RandomGenerator(seed);
  return {
    batchesPerEpoch: 1,
    next: () => ({ batch: task.batch(batchSize, generator), startsEpoch: true }),
    getPosition: () => generator.getState() as unknown as Json,
    setPosition: (position) => generator.setState(position as unknown as RandomState),
  };
}
