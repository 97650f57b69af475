/**
 * @file How a memory task is learned, whatever the recurrent layer.
 *
 *   [embedding →] layer → head, at the last step or at every one
 */

import type { MemoryBatch, MemoryTask } from "../data/datasets/memory-task.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { mseLoss } from "../losses/mse.ts";
import { Embedding } from "../nn/embedding.ts";
import { Linear } from "../nn/linear.ts";
import { Module } from "../nn/module.ts";
import type { Recurrent } from "../nn/recurrent/recurrent.ts";
import { RandomGenerator, type RandomState } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { BatchSource, Json } from "../training/batch-source.ts";
import { runCell, type CellLayer } from "./cells.ts";

/** Features of an id's vector: these tasks have no more than some twenty ids. */
const EMBEDDING_DIM = 8;
/** Sequences at a time in a test: no more memory than a few training steps need. */
const TEST_BATCH = 250;

/** Batch first, one direction. */
export type MemoryLayer = CellLayer | Recurrent<Tensor>;

/** From inputs to what a {@link MemoryTask} asks for: [batch, outputSize], or [batch, seq, outputSize]. */
export class MemoryModel extends Module {
  readonly embedding: Embedding | null;
  readonly recurrent: MemoryLayer;
  readonly head: Linear;
  readonly #atEveryStep: boolean;

  /** @param createLayer gives a layer for that many features, whose output has `hiddenSize` */
  constructor(
    task: MemoryTask,
    hiddenSize: number,
    createLayer: (inputSize: number) => MemoryLayer,
  ) {
    super();
    const isIds = task.inputKind === "ids";
    this.embedding = isIds ? new Embedding(task.inputSize, EMBEDDING_DIM) : null;
    this.recurrent = createLayer(isIds ? EMBEDDING_DIM : task.inputSize);
    this.head = new Linear(hiddenSize, task.outputSize);
    this.#atEveryStep = task.form === "labelling";
  }

  forward(input: Tensor): Tensor {
    const x = this.embedding?.forward(input) ?? input; // [batch, seq, inputSize]
    const [output] = runCell(this.recurrent, x); //       [batch, seq, hiddenSize]
    return this.head.forward(this.#atEveryStep ? output : output.select(1, -1));
  }
}

/** The task's own loss, as a mean over all answers. */
export function memoryLoss(task: MemoryTask, predictions: Tensor, targets: Tensor): Tensor {
  if (task.loss === "mse") return mseLoss(predictions, targets);
  if (task.form === "classification") return crossEntropy(predictions, targets);
  return crossEntropy(predictions.flatten(0, 1), targets.flatten());
}

/** Loss and success rate on `testSize` sequences, always the same for the same seed. */
export function testOnMemory(
  task: MemoryTask,
  model: MemoryModel,
  testSize: number,
  seed: number,
): { score: number; successRate: number } {
  const generator = new RandomGenerator(seed);
  let score = 0;
  let successRate = 0;
  for (let done = 0; done < testSize; done += TEST_BATCH) {
    const count = Math.min(TEST_BATCH, testSize - done);
    const { input, targets } = task.batch(count, generator);
    const predictions = model.forward(input);
    score += (memoryLoss(task, predictions, targets).item() * count) / testSize;
    successRate += (task.successRate(predictions, targets) * count) / testSize;
  }
  return { score, successRate };
}

/** New sequences without end. */
export function generatedBatches(
  task: MemoryTask,
  batchSize: number,
  seed: number,
): BatchSource<MemoryBatch> {
  const generator = new RandomGenerator(seed);
  return {
    batchesPerEpoch: 1,
    next: () => ({ batch: task.batch(batchSize, generator), startsEpoch: true }),
    getPosition: () => generator.getState() as unknown as Json,
    setPosition: (position) => generator.setState(position as unknown as RandomState),
  };
}
