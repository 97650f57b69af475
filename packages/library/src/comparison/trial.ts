/**
 * @file One training of one model: what a comparison consists of.
 */

import { ArgumentError, NumericError } from "../core/errors.ts";
import { AdamW } from "../optim/adam.ts";
import { defaultGenerator, manualSeed } from "../tensor/random.ts";
import { fit } from "../training/fit.ts";
import { warmupCosine } from "../training/schedule.ts";
import { checkCell, type CellName } from "./cells.ts";
import type { ComparableTask, TaskScore } from "./task.ts";

/** All that decides how a trial goes: two with the same specification give the same result. */
export interface TrialSpec {
  cell: CellName;
  hiddenSize: number;
  lr: number;
  steps: number;
  /** Of weights and batches. */
  seed: number;
  /** What it is for; `"tuning"` has data of its own. */
  purpose: "tuning" | "score" | "span";
  /** null: the task's own. */
  lag: number | null;
  /** How often it is scored on the way, the end included. */
  validations: number;
}

export interface TrialPoint extends TaskScore {
  step: number;
  /** Mean over the steps since the point before. */
  trainLoss: number;
}

export interface TrialResult extends TrialSpec {
  /** At the end, on test data; null where training ran into numbers that are none. */
  score: number | null;
  successRate: number | null;
  points: TrialPoint[];
  seconds: number;
  /** Why there is no score. */
  failure: string | null;
}

export interface TrialProgress {
  step: number;
  totalSteps: number;
  loss: number;
}

export interface TrialOptions {
  signal?: AbortSignal;
  onProgress?: (progress: TrialProgress) => void;
}

/**
 * Trains one model of a task and scores it. The weights at the end count, not the best on the way,
 * which would be chosen on the test data.
 *
 * @returns null if `signal` ended it early
 *
 * @example
 * const task = memoryComparison((lag) => addingProblem({ lag }), 5);
 * const spec = { cell: "gru", hiddenSize: 8, lr: 0.01, steps: 20, seed: 1, purpose: "score" };
 * const result = await runTrial(task, { ...spec, lag: null, validations: 2 } as TrialSpec);
 * result!.points.map(({ step }) => step); // [10, 20]
 */
export async function runTrial(
  task: ComparableTask,
  spec: TrialSpec,
  { signal, onProgress }: TrialOptions = {},
): Promise<TrialResult | null> {
  checkCell("runTrial", spec.cell);
  const own = taskOf(task, spec);
  const before = defaultGenerator.getState();
  const { clipNorm, warmupSteps, weightDecay } = own.training;
  const scores: TaskScore[] = [];
  const started = performance.now();
  const result = (score: TaskScore | null, points: TrialPoint[], failure: string | null) => ({
    ...spec,
    score: score?.score ?? null,
    successRate: score?.successRate ?? null,
    points,
    seconds: (performance.now() - started) / 1000,
    failure,
  });
  try {
    manualSeed(spec.seed);
    const model = own.createModel(spec.cell, spec.hiddenSize);
    const { history, stoppedBy } = await fit({
      model,
      optimizer: new AdamW(model.parameters(), { lr: spec.lr, weightDecay }),
      batches: own.batches(spec.seed),
      loss: (batch, carried) => own.loss(model, batch, carried),
      budget: { steps: spec.steps },
      schedule: warmupCosine({ warmupSteps }),
      clipNorm,
      validate() {
        const score = own.evaluate(model);
        scores.push(score);
        return score.score;
      },
      validations: Math.min(spec.validations, spec.steps),
      keepBest: false,
      signal,
      onEvent: (event) => {
        if (event.type !== "step") return;
        const { step, totalSteps, loss } = event;
        onProgress?.({ step, totalSteps, loss });
      },
    });
    if (stoppedBy === "signal") return null;
    const points = history.map(({ step, trainLoss }, i) => ({ step, trainLoss, ...scores[i] }));
    return result(scores.at(-1)!, points, null);
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    return result(null, [], error.message);
  } finally {
    defaultGenerator.setState(before);
  }
}

function taskOf(task: ComparableTask, { lag, purpose }: TrialSpec): ComparableTask {
  if (lag !== null && !task.withLag) {
    throw new ArgumentError(`runTrial: ${task.name} has no lag that could be changed.`);
  }
  const own = lag === null ? task : task.withLag!(lag);
  return purpose === "tuning" ? own.forTuning() : own;
}
