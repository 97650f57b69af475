/**
 * @file One run of {@link compare}: what is to be trained, in which order, and how far it is.
 */

import { engineName, getNumThreads } from "../backends/index.ts";
import { meanInterval } from "../metrics/confidence-intervals.ts";
import { CELL_INFOS } from "./cells.ts";
import type { CompareOptions } from "./compare.ts";
import { differencesBetween } from "./differences.ts";
import { findMemorySpan } from "./memory-span.ts";
import { SOLVED, type ComparedCell, type ComparisonResult } from "./result.ts";
import { sizedCells, type SizedCell } from "./sizes.ts";
import { measureSpeed } from "./speed.ts";
import type { ComparableTask } from "./task.ts";
import { runTrial, type TrialResult, type TrialSpec } from "./trial.ts";
import { Workload } from "./workload.ts";

type Settings = Required<
  Pick<
    CompareOptions,
    "cells" | "hiddenSize" | "budgets" | "steps" | "lrs" | "lags" | "validations" | "measureSeconds"
  >
> & { seeds: readonly number[] };

/** Seeds of the comparison never tune, whatever they are: it is the first number that is none of them. */
function tuningSeedFor(seeds: readonly number[]): number {
  let seed = 0;
  while (seeds.includes(seed)) seed++;
  return seed;
}

export class Comparison {
  readonly #task: ComparableTask;
  readonly #options: CompareOptions & Settings;
  readonly #tuningSeed: number;
  readonly #started = performance.now();
  readonly #entries: ComparedCell[];
  readonly #workload: Workload;
  #steps: number;

  constructor(task: ComparableTask, options: CompareOptions & Settings) {
    this.#task = task;
    this.#options = options;
    this.#tuningSeed = tuningSeedFor(options.seeds);
    this.#steps = options.steps;
    const { cells, hiddenSize, budgets, workers, signal } = options;
    const sized = sizedCells(task, cells, hiddenSize, budgets);
    this.#entries = sized.map((model) => emptyEntry(task, model));
    const run = workers ? workers.run.bind(workers) : runTrial.bind(null, task);
    this.#workload = new Workload(workers?.count ?? 1, run, signal, (event) =>
      options.onEvent?.(event),
    );
  }

  async toTheEnd(): Promise<ComparisonResult> {
    await this.#measure();
    await this.#plan();
    // The slowest first, so that no long training is left over for one worker alone.
    const order = [...this.#entries].sort((a, b) => secondsPerStep(b) - secondsPerStep(a));
    await Promise.all(order.map((entry) => this.#train(entry)));
    // Spans come last: how many trainings they need shows only then.
    if (this.#options.lags.length > 0) {
      await Promise.all(order.map((entry) => this.#findSpan(entry)));
    }
    return this.#result();
  }

  async #measure(): Promise<void> {
    // Twice, and the second time counts: compilers and clocks take their time, and whoever came first
    // would seem slow.
    for (const entry of [...this.#entries, ...this.#entries]) {
      if (this.#isAborted) return;
      this.#options.onEvent?.({ type: "measuring", model: modelOf(entry) });
      entry.speed = await measureSpeed(this.#task, entry, this.#options.measureSeconds / 2);
    }
  }

  /** Finds the number of steps, and what all of it will take. */
  async #plan(): Promise<void> {
    const { minutes, validations, seeds, lrs, onEvent, lags } = this.#options;
    if (this.#isAborted) return;
    const slowest = this.#entries.reduce((a, b) => (secondsPerStep(b) > secondsPerStep(a) ? b : a));
    if (this.#options.workers && minutes !== undefined) {
      await this.#workload.measureCrowding(
        this.#spec(slowest, { purpose: "tuning", lr: Math.min(...lrs), steps: CROWDING_STEPS }),
        CROWDING_STEPS * secondsPerStep(slowest) + slowest.speed!.evaluationSeconds,
      );
    }
    const numTuning = this.#numTuning;
    const evaluating = this.#entries.reduce(
      (sum, { speed }) => sum + (numTuning + seeds.length * validations) * speed!.evaluationSeconds,
      0,
    );
    const perStep = this.#entries.reduce(
      (sum, entry) => sum + (numTuning + seeds.length) * secondsPerStep(entry),
      0,
    );
    const crowding = this.#workload.secondsPerSecond;
    if (minutes !== undefined) {
      const spent = (performance.now() - this.#started) / 1000;
      const share = lags.length > 0 ? 1 - SPAN_SHARE : 1;
      const left = (minutes * 60 * PLAN_SHARE - spent) * share;
      const affordable = Math.floor((left / crowding - evaluating) / perStep);
      this.#steps = Math.max(1, Math.min(this.#steps, affordable));
    }
    onEvent?.({
      type: "plan",
      steps: this.#steps,
      trials: this.#entries.length * (numTuning + seeds.length),
      seconds: (evaluating + this.#steps * perStep) * crowding,
      models: this.#entries.map(modelOf),
    });
    for (const entry of this.#entries) {
      this.#workload.expect((numTuning + seeds.length) * this.#steps * secondsPerStep(entry));
    }
  }

  async #train(entry: ComparedCell): Promise<void> {
    const { seeds } = this.#options;
    entry.tuning = await this.#tune(entry, null);
    if (this.#isAborted) return;
    const lr = this.#bestRate(entry.tuning);
    if (lr === null) return;
    entry.lr = lr;
    entry.runs = await this.#runAll(
      entry,
      seeds.map((seed) => this.#spec(entry, { purpose: "score", lr, seed })),
    );
    summarize(entry);
  }

  async #tune(entry: ComparedCell, lag: number | null): Promise<TrialResult[]> {
    const { lrs } = this.#options;
    if (this.#numTuning === 0) return [];
    return this.#runAll(
      entry,
      lrs.map((lr) => this.#spec(entry, { purpose: "tuning", lr, lag })),
    );
  }

  /** Trainings to choose a learning rate: with one to choose from there is nothing to try. */
  get #numTuning(): number {
    const { lrs } = this.#options;
    return lrs.length > 1 ? lrs.length : 0;
  }

  #bestRate(tuning: readonly TrialResult[]): number | null {
    const { lrs } = this.#options;
    if (lrs.length === 1) return lrs[0];
    const sign = this.#task.score.better === "lower" ? 1 : -1;
    const scored = tuning.filter(({ score }) => score !== null);
    if (scored.length === 0) return null;
    return scored.reduce((a, b) => (sign * b.score! < sign * a.score! ? b : a)).lr;
  }

  async #findSpan(entry: ComparedCell): Promise<void> {
    const { lags, seeds, minutes } = this.#options;
    const own = successOf(entry.runs);
    if (entry.lr === null || own === null || entry.runs.length < seeds.length) return;
    const deadline = minutes === undefined ? Infinity : this.#started + minutes * 60_000;
    entry.memorySpan = await findMemorySpan({
      lags,
      own: { lag: this.#task.lag!, lr: entry.lr, successRate: own, runs: [] },
      hasTime: (lag) => performance.now() + 1000 * this.#secondsFor(entry, lag) < deadline,
      train: async (lag) => {
        const lr = this.#bestRate(await this.#tune(entry, lag));
        if (lr === null || this.#isAborted) return null;
        const specs = seeds.map((seed) =>
          this.#spec(entry, { purpose: "span", lr, seed, lag, validations: 1 }),
        );
        const runs = await this.#runAll(entry, specs);
        const successRate = successOf(runs);
        if (successRate === null || runs.length < seeds.length) return null;
        return { lag, lr, successRate, runs };
      },
    });
  }

  /** About how long it takes to find out about one lag. */
  #secondsFor(entry: ComparedCell, lag: number): number {
    const trainings = this.#numTuning + this.#options.seeds.length;
    return (
      trainings * this.#steps * this.#stepSecondsAt(entry, lag) * this.#workload.secondsPerSecond
    );
  }

  /** A step's time is about proportional to the length of its sequences. */
  #stepSecondsAt(entry: ComparedCell, lag: number | null): number {
    return secondsPerStep(entry) * (lag === null ? 1 : (lag + 1) / (this.#task.lag! + 1));
  }

  #spec(entry: ComparedCell, part: Partial<TrialSpec> & Pick<TrialSpec, "purpose" | "lr">) {
    const { cell, hiddenSize } = entry;
    const validations = part.purpose === "score" ? this.#options.validations : 1;
    const seed = this.#tuningSeed;
    return { cell, hiddenSize, steps: this.#steps, lag: null, validations, seed, ...part };
  }

  /** Those that came to their end, in the order of the specifications. */
  async #runAll(entry: ComparedCell, specs: readonly TrialSpec[]): Promise<TrialResult[]> {
    const results = await Promise.all(
      specs.map((spec) =>
        this.#workload.run(spec, spec.steps * this.#stepSecondsAt(entry, spec.lag)),
      ),
    );
    return results.filter((result) => result !== null);
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  #result(): ComparisonResult {
    const { name, score, baselines, items, lag = null } = this.#task;
    const { cells, seeds, hiddenSize, budgets, lrs } = this.#options;
    const differences = budgets.flatMap((budget) => {
      const scored = this.#entries
        .filter((entry) => entry.budgets.includes(budget))
        .sort((a, b) => cells.indexOf(a.cell) - cells.indexOf(b.cell))
        .map(({ cell, runs }) => ({
          cell,
          scores: seeds.map((seed) => runs.find((run) => run.seed === seed)?.score ?? null),
        }));
      return differencesBetween(budget, scored, score.better);
    });
    return {
      formatVersion: 1,
      task: { name, score, baselines, items, lag },
      settings: {
        cells: [...cells],
        seeds: [...seeds],
        tuningSeed: this.#tuningSeed,
        hiddenSize,
        steps: this.#steps,
        lrs: [...lrs],
        engine: engineName(),
        threads: getNumThreads(),
      },
      entries: this.#entries,
      differences,
      stoppedBy: this.#isAborted ? "signal" : "end",
      seconds: (performance.now() - this.#started) / 1000,
    };
  }
}

/** Plan a little less than the time given: machines are not always as fast as when measured. */
const PLAN_SHARE = 0.85;
/** Of a budget of minutes, for finding memory spans. */
const SPAN_SHARE = 0.25;
const CROWDING_STEPS = 200;

function secondsPerStep({ speed }: ComparedCell): number {
  return speed?.meanStepSeconds ?? 0;
}

function modelOf({ cell, budgets, hiddenSize, parameters }: ComparedCell): SizedCell {
  return { cell, budgets, hiddenSize, parameters };
}

function emptyEntry(task: ComparableTask, model: SizedCell): ComparedCell {
  const { gates, keptPerFeature } = CELL_INFOS[model.cell];
  const steps = task.input?.(task.batches(0).next().batch).shape.slice(0, 2) ?? null;
  const activations =
    steps && keptPerFeature && 4 * steps[0] * steps[1] * model.hiddenSize * keptPerFeature;
  return {
    ...model,
    gates,
    lr: null,
    tuning: [],
    runs: [],
    score: null,
    solved: null,
    memorySpan: null,
    speed: null,
    memory: { parameters: 16 * model.parameters, activations },
  };
}

function summarize(entry: ComparedCell): void {
  const { runs } = entry;
  const scores = runs.flatMap(({ score }) => (score === null ? [] : [score]));
  if (scores.length > 1) entry.score = meanInterval(scores);
  else if (scores.length === 1) {
    entry.score = { estimate: scores[0], low: scores[0], high: scores[0] };
  }
  const rates = runs.flatMap(({ successRate }) => (successRate === null ? [] : [successRate]));
  if (rates.length > 0) {
    entry.solved = { runs: rates.filter((rate) => rate >= SOLVED).length, of: runs.length };
  }
}

/** The mean over the runs, one that failed counting as 0; null where nothing has a rate. */
function successOf(runs: readonly TrialResult[]): number | null {
  const rates = runs.map(({ successRate, failure }) => (failure === null ? successRate : 0));
  if (rates.length === 0 || rates.includes(null)) return null;
  return (rates as number[]).reduce((sum, rate) => sum + rate, 0) / rates.length;
}
