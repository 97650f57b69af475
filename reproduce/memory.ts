/**
 * @file The library's memory tasks: trained for a number of steps and tested, or trained until solved
 * as Hochreiter and Schmidhuber count it.
 */

import {
  crossEntropy,
  mseLoss,
  nn,
  noGrad,
  optim,
  RandomGenerator,
  tensor,
  warmupCosine,
  type MemoryBatch,
  type MemoryTask,
  type Schedule,
  type Tensor,
} from "unrolled";
import { EveryStepModel, LastStateModel, numParameters, type ModelOptions } from "./models.ts";
import type { Outcome, RunContext } from "./table.ts";
import { GeneratedBatches, Interrupted, train } from "./train.ts";

/** Other sequences than those of training, whose generators have the seeds of the runs. */
const VALIDATION_SEED = 1_000_003;
const TEST_SEED = 1_000_033;
/** Of a validation or a test, so many at a time. */
const BATCH = 100;

export interface TaskOptions extends Omit<ModelOptions, "inputSize" | "outputSize"> {
  task: MemoryTask;
  batchSize: number;
  lr: number;
  clipNorm: number;
}

export interface StepsOptions extends TaskOptions {
  steps: number;
  /** Stop as soon as the loss on the validation sequences is below this. Default: never. */
  stopBelow?: number;
  schedule?: Schedule;
  testSequences?: number;
}

/** Trains for `steps`; the score is the loss on test sequences. */
export async function trainOnTask(
  context: RunContext,
  { steps, stopBelow = 0, schedule, testSequences = 2000, ...options }: StepsOptions,
): Promise<Outcome> {
  const { task, clipNorm } = options;
  const batchSize = context.quick ? 2 : options.batchSize;
  const { network, lossOf, optimizer } = modelFor(options);
  const enough = new AbortController();
  const testLoss = (seed: number, sequences: number) => {
    const generator = new RandomGenerator(seed);
    const count = context.quick ? 1 : Math.ceil(sequences / BATCH);
    const losses = Array.from({ length: count }, () =>
      noGrad(() => lossOf(task.batch(context.quick ? 2 : BATCH, generator)).item()),
    );
    return losses.reduce((a, b) => a + b, 0) / count;
  };

  const result = await train(context, {
    model: network,
    optimizer,
    batches: new GeneratedBatches(context.seed, (generator) => task.batch(batchSize, generator)),
    loss: lossOf,
    budget: { steps: context.quick ? 3 : steps },
    validations: context.quick ? 1 : Math.max(10, Math.round(steps / 200)),
    schedule: schedule ?? warmupCosine(),
    clipNorm,
    validate: () => {
      const loss = testLoss(VALIDATION_SEED, 500);
      if (loss < stopBelow) enough.abort();
      return loss;
    },
    signal: enough.signal,
  });
  network.eval();
  const details = { validation: result.bestLoss!, parameters: numParameters(network) };
  return { ...result, score: testLoss(TEST_SEED, testSequences), details };
}

export interface UntilSolvedOptions extends TaskOptions {
  /** Mean error, absolute, over the latest sequences. */
  errorBelow: number;
  /** How many of them must all be right. */
  inARow: number;
  maxSequences: number;
}

/**
 * Trains until the latest `inARow` sequences were all answered right, each before it was learned
 * from, with a mean error below `errorBelow`. The score is the number of sequences that took.
 *
 * @throws Error if that never happened within `maxSequences`
 */
export async function trainUntilSolved(
  context: RunContext,
  { errorBelow, inARow, maxSequences, ...options }: UntilSolvedOptions,
): Promise<Outcome> {
  const { task, batchSize } = options;
  const trained = modelFor(options);
  let streak = 0; //    sequences since the last wrong one
  let errorSum = 0; //  over that streak
  const steps = await trainUntil(context, options, trained, (step, predictions, targets) => {
    const { right, error } = noGrad(() => judge(task, predictions, targets));
    if (right === batchSize) {
      streak += batchSize;
      errorSum += error * batchSize;
    } else streak = errorSum = 0;
    if (step % 250 === 0) {
      context.log(
        `${step * batchSize} sequences: error ${error.toFixed(4)}, ${streak} right in a row`,
      );
    }
    const isSolved = streak >= inARow && errorSum / streak < errorBelow;
    if (!isSolved && step * batchSize >= maxSequences) {
      throw new Error(`not solved within ${maxSequences} sequences`);
    }
    return isSolved;
  });
  const details = { ...test(task, trained), parameters: numParameters(trained.network) };
  return { score: steps * batchSize, steps, details };
}

export interface StepsUntilOptions extends TaskOptions {
  /** Mean over the latest 50 batches. */
  lossBelow: number;
  maxSteps: number;
}

const LATEST = 50;

/** The number of steps until the loss is low; `maxSteps` if that takes longer. */
export async function stepsUntilLow(
  context: RunContext,
  { lossBelow, maxSteps, ...options }: StepsUntilOptions,
): Promise<number> {
  const trained = modelFor(options);
  const losses: number[] = [];
  return trainUntil(context, options, trained, (step, predictions, targets) => {
    losses.push(noGrad(() => trained.lossFor(predictions, targets).item()));
    const mean = losses.slice(-LATEST).reduce((a, b) => a + b, 0) / Math.min(step, LATEST);
    if (step % 500 === 0) context.log(`step ${step}: loss ${mean.toFixed(5)}`);
    return (step >= LATEST && mean < lossBelow) || step >= maxSteps;
  });
}

/** One batch after the other, until `isEnough` says so of the answers before a step. */
async function trainUntil(
  { quick, seed, signal }: RunContext,
  { task, batchSize, clipNorm }: TaskOptions,
  { network, optimizer, answersTo, lossFor }: Trained,
  isEnough: (step: number, predictions: Tensor, targets: Tensor) => boolean,
): Promise<number> {
  const generator = new RandomGenerator(seed);
  for (let step = 1; ; step++) {
    const { input, targets } = task.batch(batchSize, generator);
    const predictions = answersTo(input);
    if (isEnough(step, predictions, targets) || (quick && step === 3)) return step;
    optimizer.zeroGrad();
    lossFor(predictions, targets).backward();
    nn.utils.clipGradNorm(network.parameters(), clipNorm);
    optimizer.step();
    if (step % 10 === 0) await new Promise((resolve) => setImmediate(resolve)); // for Ctrl-C
    if (signal.aborted) throw new Interrupted();
  }
}

/** As in their paper: 2560 sequences, the number of wrong ones, and the mean error. */
function test(task: MemoryTask, { network, answersTo }: Trained) {
  network.eval();
  const generator = new RandomGenerator(TEST_SEED);
  let right = 0;
  let errorSum = 0;
  for (let i = 0; i < 40; i++) {
    const { input, targets } = task.batch(64, generator);
    const judged = noGrad(() => judge(task, answersTo(input), targets));
    right += judged.right;
    errorSum += judged.error;
  }
  return { wrongOf2560: 2560 - right, testError: errorSum / 40 };
}

/**
 * As Hochreiter and Schmidhuber judge: a number is right if its error is below 0.04, a class if all
 * outputs, of which there is one for each class, are less than 0.3 from 0 or 1.
 */
function judge(task: MemoryTask, predictions: Tensor, targets: Tensor) {
  const isClass = task.form === "classification";
  const expected = isClass ? oneHot(targets, task.outputSize) : targets;
  const errors = (isClass ? predictions.softmax(-1) : predictions).sub(expected).abs(); // [batch, outputs]
  const tolerance = isClass ? 0.3 : 0.04;
  const right = errors.max(1).data.filter((error) => error < tolerance).length;
  return { right, error: errors.mean().item() };
}

/** int32 of any shape → float32 with one more axis, of zeros and a one. */
function oneHot(ids: Tensor, size: number): Tensor {
  const ones = new Float32Array(ids.size * size);
  ids.data.forEach((id, i) => (ones[i * size + id] = 1));
  return tensor(ones, { shape: [...ids.shape, size] });
}

type Trained = ReturnType<typeof modelFor>;

function modelFor({ task, lr, ...options }: TaskOptions) {
  const { inputSize, outputSize, inputKind, form, loss } = task;
  const sizes = { ...options, inputSize, outputSize };
  const network = form === "labelling" ? new EveryStepModel(sizes) : new LastStateModel(sizes);
  /** [batch, outputSize], or at every step [batch, seq, outputSize]. */
  const answersTo = (input: Tensor) => {
    const x = inputKind === "ids" ? oneHot(input, inputSize) : input; // [batch, seq, inputSize]
    const output = network.forward(x.transpose(0, 1));
    return form === "labelling" ? output.transpose(0, 1) : output;
  };
  const lossFor = (predictions: Tensor, targets: Tensor) =>
    loss === "mse"
      ? mseLoss(predictions, targets)
      : crossEntropy(predictions.reshape([-1, outputSize]), targets.reshape([-1]));
  const lossOf = ({ input, targets }: MemoryBatch) => lossFor(answersTo(input), targets);
  const optimizer = new optim.Adam(network.parameters(), { lr });
  return { network, answersTo, lossFor, lossOf, optimizer };
}
