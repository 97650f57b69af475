/**
 * @file Any memory task as a task to compare cells on.
 */

import type { MemoryBatch, MemoryTask } from "../data/datasets/memory-task.ts";
import { createCell, type CellName } from "./cells.ts";
import { generatedBatches, memoryLoss, MemoryModel, testOnMemory } from "./memory-model.ts";
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
  steps: 2000,
  lrs: [0.003, 0.01, 0.03],
  warmupSteps: 50,
  clipNorm: 1,
  weightDecay: 0,
};

/** Where test sequences come from: seeds that nobody types for a training. */
const TEST_SEED = 1_907_261_003;
const TUNING_SEED = 1_493_857_201;

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
  return {
    name: `${task.name}, lag ${task.lag}`,
    lag: task.lag,
    score: { name: task.loss === "mse" ? "MSE" : "nats", better: "lower" as const },
    baselines: [{ name: task.baseline.what, score: task.baseline.score }],
    training: { ...TRAINING, ...training },
    items: "steps",
    createModel: (cell: CellName, hiddenSize: number) =>
      new MemoryModel(task, hiddenSize, (inputSize) =>
        createCell(cell, inputSize, hiddenSize, { horizon: task.lag }),
      ),
    batches: (seed: number) => generatedBatches(task, batchSize, seed),
    loss: (model: MemoryModel, { input, targets }: MemoryBatch) =>
      memoryLoss(task, model.forward(input), targets),
    evaluate: (model: MemoryModel) => testOnMemory(task, model, testSize, testSeed),
    itemsIn: ({ input }: MemoryBatch) => input.shape[0] * input.shape[1],
    input: ({ input }: MemoryBatch) => input,
    forTuning: () => comparison(create, task, options, TUNING_SEED),
    withLag: (lag: number) => comparison(create, create(lag), options, testSeed),
  };
}
