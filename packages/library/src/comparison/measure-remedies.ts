/**
 * @file Remedies against vanishing gradients, measured on one task and one budget.
 */

import { ArgumentError, checkSize, NumericError } from "../core/errors.ts";
import type { MemoryTask } from "../data/datasets/memory-task.ts";
import { Adam } from "../optim/adam.ts";
import { defaultGenerator, manualSeed } from "../tensor/random.ts";
import { fit } from "../training/fit.ts";
import { warmupCosine } from "../training/schedule.ts";
import { generatedBatches, memoryLoss, MemoryModel, testOnMemory } from "./memory-model.ts";
import { REMEDIES, type Remedy } from "./remedies.ts";

export interface MeasureRemediesOptions {
  task: MemoryTask;
  /** Default: {@link REMEDIES}, all of them. */
  remedies?: readonly Remedy[];
  /** Of weights and training sequences; one run each. Default: 1 to 5. */
  seeds?: readonly number[];
  /** Training steps of every run. Default: 2000. */
  steps?: number;
  /** Learning rates to choose from. Default: 0.001, 0.003, 0.01, 0.03. */
  lrs?: readonly number[];
  /** Sequences in a batch. Default: 32. */
  batchSize?: number;
  /** Default: 32. */
  hiddenSize?: number;
  /** Sequences that every run is tested on, the same for all. Default: 1000. */
  testSize?: number;
  /**
   * Runs that are done, by their {@link RemedyRun.key}: they are not run again, and new ones join
   * them. For a measurement in several sittings, with the same options.
   */
  done?: Map<string, RemedyRun>;
  /** Called as soon as a run has ended. */
  onRun?: (run: RemedyRun) => void;
  /** Called as soon as a remedy has been measured. */
  onResult?: (result: RemedyResult) => void;
  /** Ends the measurement after the step in progress; what is finished is returned. */
  signal?: AbortSignal;
}

export interface RemedyRun {
  /** Remedy, learning rate, and seed or `"tuning"`. */
  key: string;
  lr: number;
  /** The task's loss on test sequences; null where training ran into NaN or infinity. */
  score: number | null;
  /** Share of the test sequences solved; 0 where there is no score. */
  successRate: number;
  /** Of a training step: the time that nine of ten steps took longer than, so that a busy machine counts little. */
  secondsPerStep: number;
}

export interface RemedyResult {
  name: string;
  what: string;
  /** Numbers to train, the head included. */
  parameters: number;
  /** Runs with each learning rate, on sequences of their own. */
  tuning: RemedyRun[];
  /** The rate with the lowest loss among these; with it the runs below. */
  lr: number;
  runs: RemedyRun[];
}

/** Nobody types these for a run: tuning and test sequences are not those of any training. */
const TUNING_SEED = 1_493_857_201;
const TUNING_TEST_SEED = 1_742_330_579;
const TEST_SEED = 1_907_261_003;

/**
 * Trains the control and every remedy alike: a layer and a linear head, Adam with a warm-up of 50
 * steps and a cosine after it, the same sequences for the same seed. The learning rate is chosen for
 * each, by one run with each rate on sequences of its own; then one run for every seed.
 *
 * The weights at the end count, not the best on the way. A run that ends in NaN or infinity has no
 * score and solves nothing; it ends there.
 *
 * @throws ArgumentError without remedies, seeds or learning rates
 *
 * @example
 * const [none, clipping] = await measureRemedies({
 *   task: addingProblem({ length: 10 }),
 *   remedies: REMEDIES.slice(0, 2),
 *   seeds: [1, 2],
 *   steps: 20,
 *   lrs: [0.01],
 * });
 * clipping.name; // "clipping"
 * none.runs.map(({ key }) => key); // ["none, lr 0.01, 1", "none, lr 0.01, 2"]
 * none.parameters; // 1185
 */
export async function measureRemedies(options: MeasureRemediesOptions): Promise<RemedyResult[]> {
  const {
    remedies = REMEDIES,
    seeds = [1, 2, 3, 4, 5],
    lrs = [0.001, 0.003, 0.01, 0.03],
  } = options;
  const { task, steps = 2000, batchSize = 32, hiddenSize = 32, testSize = 1000 } = options;
  for (const [name, list] of Object.entries({ remedies, seeds, lrs })) {
    if (list.length > 0) continue;
    throw new ArgumentError(`measureRemedies: expected ${name}, got an empty list.`);
  }
  for (const [name, size] of Object.entries({ steps, batchSize, hiddenSize, testSize })) {
    checkSize("measureRemedies", name, size);
  }
  const { done = new Map<string, RemedyRun>(), signal, onRun, onResult } = options;
  const settings = { task, steps, batchSize, hiddenSize, testSize, signal };
  const once = async (remedy: Remedy, lr: number, seed: number | "tuning") => {
    const key = `${remedy.name}, lr ${lr}, ${seed}`;
    const known = done.get(key);
    if (known) return known;
    const run = { key, ...(await train(remedy, lr, seed, settings)) };
    if (signal?.aborted) return run; // cut short: no result
    done.set(key, run);
    onRun?.(run);
    return run;
  };

  const results: RemedyResult[] = [];
  for (const remedy of remedies) {
    const tuning: RemedyRun[] = [];
    for (const lr of lrs) tuning.push(await once(remedy, lr, "tuning"));
    const { lr } = tuning.reduce((best, one) => (lossOf(one) < lossOf(best) ? one : best));
    const runs: RemedyRun[] = [];
    for (const seed of seeds) runs.push(await once(remedy, lr, seed));
    if (signal?.aborted) break;

    const parameters = modelFor(remedy, settings, 0).numParameters();
    const result = { name: remedy.name, what: remedy.what, parameters, tuning, lr, runs };
    results.push(result);
    onResult?.(result);
  }
  return results;
}

const lossOf = ({ score }: RemedyRun) => score ?? Infinity;

type Settings = Required<
  Pick<MeasureRemediesOptions, "task" | "steps" | "batchSize" | "hiddenSize" | "testSize">
> &
  Pick<MeasureRemediesOptions, "signal">;

/** With weights that depend on the seed alone; the library's own generator stays as it was. */
function modelFor(
  remedy: Remedy,
  { task, hiddenSize }: Pick<Settings, "task" | "hiddenSize">,
  seed: number,
): MemoryModel {
  const before = defaultGenerator.getState();
  manualSeed(seed);
  const createLayer = (inputSize: number) => remedy.createLayer(inputSize, hiddenSize);
  const model = new MemoryModel(task, hiddenSize, createLayer);
  defaultGenerator.setState(before);
  return model;
}

async function train(
  remedy: Remedy,
  lr: number,
  seed: number | "tuning",
  settings: Settings,
): Promise<Omit<RemedyRun, "key">> {
  const { task, steps, batchSize, testSize, signal } = settings;
  const isTuning = seed === "tuning";
  const ownSeed = isTuning ? TUNING_SEED : seed;
  const testSeed = isTuning ? TUNING_TEST_SEED : TEST_SEED;
  const model = modelFor(remedy, settings, ownSeed);
  const batches = generatedBatches(task, batchSize, ownSeed);
  const started: number[] = []; // of every step
  let score = NaN;
  let successRate = 0;
  let failed = false;
  try {
    await fit({
      model,
      optimizer: new Adam(model.parameters(), { lr }),
      batches: {
        ...batches,
        next() {
          started.push(performance.now());
          return batches.next();
        },
      },
      loss: ({ input, targets }) => memoryLoss(task, model.forward(input), targets),
      budget: { steps },
      schedule: warmupCosine({ warmupSteps: 50 }),
      clipNorm: remedy.clipNorm,
      validate: () => {
        ({ score, successRate } = testOnMemory(task, model, testSize, testSeed));
        return score;
      },
      validations: 1,
      keepBest: false,
      signal,
    });
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    failed = true;
  }
  const secondsPerStep = lowerDecile(started.slice(1).map((at, i) => at - started[i])) / 1000;
  const outcome = failed ? { score: null, successRate: 0 } : { score, successRate };
  return { lr, ...outcome, secondsPerStep };
}

function lowerDecile(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 10)] ?? NaN;
}
