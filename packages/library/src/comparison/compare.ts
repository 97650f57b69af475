/**
 * @file Cells trained alike and measured: the same batches in the same order, the same steps, each
 * with its best learning rate, over several seeds.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { checkCell, type CellName } from "./cells.ts";
import { Comparison } from "./comparison.ts";
import type { ComparisonResult } from "./result.ts";
import type { SizeBudget, SizedCell } from "./sizes.ts";
import type { ComparableTask } from "./task.ts";
import type { TrialOptions, TrialResult, TrialSpec } from "./trial.ts";

export interface CompareOptions {
  /** Default: RNN, LSTM and GRU. */
  cells?: readonly CellName[];
  /** How many, counted from 1, or which. Default: 5. */
  seeds?: number | readonly number[];
  /** Default: the task's. */
  hiddenSize?: number;
  /** Default: both. */
  budgets?: readonly SizeBudget[];
  /** Steps of each training. Default: the task's. */
  steps?: number;
  /** Fewer steps, if the task's would take longer than that in all. */
  minutes?: number;
  /** To choose each model's learning rate from. Default: the task's. */
  lrs?: readonly number[];
  /**
   * Lags at which models are trained to find their memory span, besides the task's own. Default: a
   * half, a quarter, an eighth, … of it. None: no span is looked for.
   */
  lags?: readonly number[];
  /** How often each training is scored on the way. Default: 10. */
  validations?: number;
  /** How long each time of each model is measured. Default: 0.6, or less where training is short. */
  measureSeconds?: number;
  /** Runs trials elsewhere, several at a time. Default: here, one after the other. */
  workers?: TrialWorkers;
  onEvent?: (event: ComparisonEvent) => void;
  /** Aborting it ends the comparison after the step in progress, with what is finished. */
  signal?: AbortSignal;
}

/**
 * Where trials run. The result does not depend on it: a trial is decided by its specification alone.
 */
export interface TrialWorkers {
  /** How many trials run at a time. */
  count: number;
  /** As {@link runTrial} of the same task does. */
  run(spec: TrialSpec, options: TrialOptions): Promise<TrialResult | null>;
}

export type ComparisonEvent =
  | {
      type: "plan";
      steps: number;
      /** Trainings, without those for memory spans, of which nobody knows how many will be needed. */
      trials: number;
      /** About how long it takes; null where nothing was measured. */
      seconds: number | null;
      models: SizedCell[];
    }
  | { type: "measuring"; model: SizedCell }
  | {
      type: "progress";
      spec: TrialSpec;
      step: number;
      totalSteps: number;
      loss: number;
      /** Share of all the work that is done, and the time that the rest will take. */
      done: number;
      secondsLeft: number;
    }
  | { type: "trial"; result: TrialResult; done: number; secondsLeft: number };

/**
 * Compares cells on a task.
 *
 * Every cell is trained at the same hidden size, and again with as many parameters as the largest of
 * them; on the same batches in the same order for a seed; for the same number of steps. Learning rates
 * are chosen for each model from the same list, with a seed and on data that nothing is reported of.
 * Then each is trained with every seed. `docs/compare.md` says more on how it is fair, and what it
 * does not show.
 *
 * The same options give the same scores, bit for bit, on the same engine; only times differ. With
 * `minutes`, the number of steps is found by measuring, and `steps` with it repeats the comparison.
 *
 * @throws ArgumentError for options that cannot be; an abort is no error
 *
 * @example
 * const task = memoryComparison((lag) => addingProblem({ lag }), 4, { testSize: 100 });
 * const result = await compare(task, { cells: ["rnn", "gru"], seeds: 2, steps: 30, hiddenSize: 6, lags: [] });
 * result.entries.map(({ cell, budgets, hiddenSize, parameters }) => [cell, hiddenSize, parameters].join(" "));
 * // ["rnn 6 67", "gru 6 187", "rnn 11 177"]
 */
export async function compare(
  task: ComparableTask,
  options: CompareOptions = {},
): Promise<ComparisonResult> {
  const { cells = ["rnn", "lstm", "gru"], seeds = 5, lags = defaultLags(task) } = options;
  const { hiddenSize, steps, lrs } = { ...task.training, ...definedOf(options) };
  const { budgets = ["equal-hidden", "equal-parameters"], validations = 10, minutes } = options;
  const { measureSeconds = Math.min(0.6, (minutes ?? 1) * 0.6, steps / 1000) } = options;
  const seedList = typeof seeds === "number" ? firstSeeds(seeds) : [...seeds];

  checkList("cells", cells);
  for (const cell of cells) checkCell("compare", cell);
  checkList("seeds", seedList);
  checkList("budgets", budgets);
  for (const budget of budgets) {
    if (budget === "equal-hidden" || budget === "equal-parameters") continue;
    throw new ArgumentError(
      `compare: expected budgets of "equal-hidden" and "equal-parameters", got ${JSON.stringify(budget)}.`,
    );
  }
  checkList("lrs", lrs);
  checkSize("compare", "hiddenSize", hiddenSize);
  checkSize("compare", "steps", steps);
  checkSize("compare", "validations", validations);
  checkSize("compare", "workers.count", options.workers?.count ?? 1);
  for (const lag of lags) checkSize("compare", "lags", lag);
  if (lags.length > 0 && !task.withLag) {
    throw new ArgumentError(
      `compare: expected no lags: ${task.name} has none that can be changed.`,
    );
  }
  for (const [name, values] of Object.entries({
    lr: lrs,
    minutes: [minutes ?? 1],
    measureSeconds: [measureSeconds],
  })) {
    const wrong = values.find((value) => !(value > 0 && value < Infinity));
    if (wrong === undefined) continue;
    throw new ArgumentError(`compare: expected ${name} to be above 0, got ${wrong}.`);
  }
  const settings = {
    cells,
    seeds: seedList,
    hiddenSize,
    budgets,
    steps,
    lrs,
    lags,
    validations,
    measureSeconds,
  };
  return new Comparison(task, { ...options, ...settings }).toTheEnd();
}

function definedOf({ hiddenSize, steps, lrs }: CompareOptions) {
  const given = Object.entries({ hiddenSize, steps, lrs });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Partial<
    ComparableTask["training"]
  >;
}

function firstSeeds(count: number): number[] {
  checkSize("compare", "seeds", count);
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** Shorter lags than these are remembered by anything. */
const SHORTEST_LAG = 3;

function defaultLags(task: ComparableTask): number[] {
  const lags: number[] = [];
  if (task.lag === undefined || !task.withLag) return lags;
  for (let n = Math.floor(task.lag / 2); n >= SHORTEST_LAG; n = Math.floor(n / 2)) lags.push(n);
  return lags;
}

function checkList(name: string, list: readonly unknown[]): void {
  const twice = list.find((item, i) => list.indexOf(item) !== i);
  if (list.length > 0 && twice === undefined) return;
  throw new ArgumentError(
    list.length === 0
      ? `compare: expected at least one of ${name}, got none.`
      : `compare: expected ${name} that all differ, got ${JSON.stringify(twice)} twice.`,
  );
}
