/**
 * @file How long a step takes: a training step of a whole batch, and a streaming step of one sequence.
 */

import { yieldToEventLoop } from "#platform";
import { noGrad } from "../autograd/index.ts";
import type { Module } from "../nn/module.ts";
import { AdamW } from "../optim/adam.ts";
import { clipGradNorm } from "../optim/clip-grad-norm.ts";
import { createStream, type StreamableModel } from "../streaming/create-stream.ts";
import { defaultGenerator, manualSeed } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { SizedCell } from "./sizes.ts";
import type { ComparableTask } from "./task.ts";

/** Medians; the machine and whatever else runs on it decide them, so they are no results. */
export interface Speed {
  /** Forward, loss, backward, clipping and the optimizer's step. */
  trainingStepSeconds: number;
  /** The same as a mean, whatever else the machine does counted in: what plans go by. */
  meanStepSeconds: number;
  /** Items, such as tokens, of a training step by its time. */
  itemsPerSecond: number;
  /** One step of one sequence with carried state; null where models do not go step by step. */
  streamingStepSeconds: number | null;
  /** One evaluation. */
  evaluationSeconds: number;
}

/** Steps until the compiler has settled. */
const WARM_UP_STEPS = 10;
/** Streaming steps to one sample: a browser's clock is too coarse for a single one. */
const STREAM_STEPS = 32;

/** Measures one model, each time for about `seconds`. Nothing else should run meanwhile. */
export async function measureSpeed(
  task: ComparableTask,
  { cell, hiddenSize }: SizedCell,
  seconds: number,
): Promise<Speed> {
  const before = defaultGenerator.getState();
  try {
    manualSeed(0);
    const model = task.createModel(cell, hiddenSize);
    const { weightDecay, clipNorm } = task.training;
    const optimizer = new AdamW(model.parameters(), { lr: 1e-4, weightDecay });
    const batches = task.batches(0);
    // The same few batches again and again: making them is no part of a step.
    const ready = Array.from({ length: 4 }, () => batches.next());
    let carried: Tensor[] | null = null;
    let at = 0;
    const trainingStep = () => {
      const { batch } = ready[at++ % ready.length];
      const result = task.loss(model, batch, carried);
      const loss = result instanceof Tensor ? result : result.loss;
      carried = result instanceof Tensor ? null : result.carried.map((t) => t.detach());
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(model.parameters(), clipNorm);
      optimizer.step();
    };
    const { median, mean } = await time(trainingStep, seconds);
    const [{ batch }] = ready;
    model.eval();
    const streamingStepSeconds = task.input
      ? await streamingSeconds(model, task.input(batch), seconds)
      : null;
    const started = performance.now();
    noGrad(() => task.evaluate(model));
    return {
      trainingStepSeconds: median,
      meanStepSeconds: mean,
      itemsPerSecond: task.itemsIn(batch) / median,
      streamingStepSeconds,
      evaluationSeconds: (performance.now() - started) / 1000,
    };
  } finally {
    defaultGenerator.setState(before);
  }
}

async function streamingSeconds(model: Module, input: Tensor, seconds: number): Promise<number> {
  const stream = createStream(model as StreamableModel, { batchFirst: true });
  const one = input.slice(0, 0, 1); // one sequence
  const steps = Array.from({ length: STREAM_STEPS }, (_, t) => one.select(1, t % one.shape[1]));
  const { median } = await time(() => {
    for (const step of steps) stream.step(step);
  }, seconds);
  return median / STREAM_STEPS;
}

async function time(step: () => void, seconds: number): Promise<{ median: number; mean: number }> {
  for (let i = 0; i < WARM_UP_STEPS; i++) step();
  const samples: number[] = [];
  const start = performance.now();
  while (samples.length < 3 || performance.now() - start < seconds * 1000) {
    const started = performance.now();
    step();
    samples.push((performance.now() - started) / 1000);
    await yieldToEventLoop();
  }
  const mean = (performance.now() - start) / 1000 / samples.length;
  samples.sort((a, b) => a - b);
  return { median: samples[samples.length >> 1], mean };
}
