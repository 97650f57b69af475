/**
 * @file One run of {@link fit}: where it stands, and how it goes on.
 */

import { yieldToEventLoop } from "#platform";
import { noGrad } from "../autograd/index.ts";
import { FormatError, UnrolledError } from "../core/errors.ts";
import type { StateDict } from "../nn/module.ts";
import { clipGradNorm } from "../optim/clip-grad-norm.ts";
import type { GroupState } from "../optim/optimizer.ts";
import { defaultGenerator, type RandomState } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Json, NextBatch } from "./batch-source.ts";
import type { FitOptions, FitRecord, FitResult } from "./fit.ts";
import { checkGradients, checkLoss } from "./numeric-guard.ts";
import { underPrefix, withPrefix, type Snapshot } from "./snapshot.ts";

/** Yields to the event loop about this often, so that signals and screens keep working. */
const YIELD_MS = 25;
/** What `minutes` spends on measuring the speed: enough for the compiler to settle. */
const CALIBRATION_SECONDS = 2;
/** Plan a little less than the time given, for what lies around the steps. */
const PLAN_SHARE = 0.97;
const VALIDATIONS = 10;
/** The largest share of a budget of minutes that validation may take, if `validations` is not set. */
const VALIDATION_SHARE = 0.1;

/** The numbers of a run that a checkpoint holds. */
interface Progress {
  step: number;
  totalSteps: number;
  /** How many validations are spread over them. */
  validations: number;
  /** Epochs begun. */
  epoch: number;
  seconds: number;
  trainingSeconds: number;
  /** Sum and number of losses since the last validation. */
  lossSum: number;
  lossCount: number;
  bestLoss: number | null;
  bestStep: number | null;
  validationsSinceBest: number;
  history: FitRecord[];
}

interface StepReport {
  lr: number;
  /** Before clipping. */
  gradNorm: number;
  items: number;
}

export class Run<Batch> {
  readonly #options: FitOptions<Batch>;
  readonly #baseRates: number[];
  #progress: Progress = {
    step: 0,
    totalSteps: 0,
    validations: 0,
    epoch: 0,
    seconds: 0,
    trainingSeconds: 0,
    lossSum: 0,
    lossCount: 0,
    bestLoss: null,
    bestStep: null,
    validationsSinceBest: 0,
    history: [],
  };
  #carried: Tensor[] | null = null;
  #best: StateDict | null = null;

  constructor(options: FitOptions<Batch>) {
    this.#options = options;
    this.#baseRates = options.optimizer.paramGroups.map((group) => group.lr);
  }

  /** Finds the number of steps. */
  async plan(): Promise<void> {
    const { budget, batches, validations = VALIDATIONS } = this.#options;
    const progress = this.#progress;
    progress.validations = validations;
    if ("steps" in budget) progress.totalSteps = Math.ceil(budget.steps);
    else if ("epochs" in budget) {
      progress.totalSteps = Math.ceil(budget.epochs * batches.batchesPerEpoch);
    } else {
      await this.#planByTime(budget.minutes * 60);
      return;
    }
    this.#reportPlan(null);
  }

  /** Goes on where a snapshot was taken. */
  resume(snapshot: Snapshot): void {
    this.restore(snapshot);
    this.#reportPlan(null);
  }

  #reportPlan(secondsPerStep: number | null): void {
    const { totalSteps, validations, step } = this.#progress;
    this.#options.onEvent?.({
      type: "plan",
      totalSteps,
      validations,
      secondsPerStep,
      startStep: step,
    });
  }

  /** Trains for a moment, and takes it back: the run itself then starts from its first step. */
  async #planByTime(seconds: number): Promise<void> {
    const { batches, validate, signal } = this.#options;
    const before = this.snapshot();
    this.#progress.totalSteps = Number.MAX_SAFE_INTEGER;
    const start = performance.now();
    const until = start + Math.min(CALIBRATION_SECONDS, seconds * 0.1) * 1000;
    // The compiler is still at work on the first half, so only the second is counted; and of that
    // the median, so that a moment in which the machine is busy with something else does not matter.
    const half = (start + until) / 2;
    const stepSeconds: number[] = [];
    while (stepSeconds.length < 1 || performance.now() < until) {
      const stepStart = performance.now();
      const next = batches.next();
      this.#takeStep(next instanceof Promise ? await next : next);
      if (stepStart >= half) stepSeconds.push((performance.now() - stepStart) / 1000);
      await yieldToEventLoop();
      if (signal?.aborted) break;
    }
    stepSeconds.sort((a, b) => a - b);
    const secondsPerStep = stepSeconds[stepSeconds.length >> 1] ?? 1;
    const validationStart = performance.now();
    if (validate) this.#validationLoss();
    const secondsPerValidation = (performance.now() - validationStart) / 1000;
    this.restore(before);

    const progress = this.#progress;
    progress.seconds = (performance.now() - start) / 1000;
    if (validate && this.#options.validations === undefined) {
      const affordable = Math.floor((VALIDATION_SHARE * seconds) / secondsPerValidation);
      progress.validations = Math.min(VALIDATIONS, Math.max(1, affordable));
    }
    const validating = validate ? progress.validations * secondsPerValidation : 0;
    const left = seconds * PLAN_SHARE - progress.seconds - validating;
    progress.totalSteps = Math.max(1, Math.floor(left / secondsPerStep));
    this.#reportPlan(secondsPerStep);
  }

  async toTheEnd(): Promise<FitResult> {
    const { batches, checkpoint, signal, patience = Infinity } = this.#options;
    const { keepBest = true, model } = this.#options;
    const progress = this.#progress;
    let stoppedBy: FitResult["stoppedBy"] = "budget";
    let lastTick = performance.now();
    let lastYield = lastTick;
    let lastCheckpoint = lastTick;

    model.train();
    try {
      while (progress.step < progress.totalSteps) {
        if (signal?.aborted) {
          stoppedBy = "signal";
          break;
        }
        const next = batches.next();
        const report = this.#takeStep(next instanceof Promise ? await next : next);
        const now = performance.now();
        progress.seconds += (now - lastTick) / 1000;
        progress.trainingSeconds += (now - lastTick) / 1000;
        lastTick = now;
        this.#reportStep(report);

        if (this.#isValidationDue()) {
          this.#closeLine(report.lr);
          lastTick = this.#countSince(lastTick);
          if (progress.validationsSinceBest >= patience) {
            stoppedBy = "patience";
            break;
          }
        }
        if (checkpoint && now - lastCheckpoint >= checkpoint.everySeconds * 1000) {
          this.#saveCheckpoint();
          lastTick = lastCheckpoint = this.#countSince(lastTick);
        }
        if (now - lastYield >= YIELD_MS) {
          await yieldToEventLoop();
          lastYield = lastTick = this.#countSince(lastTick);
        }
      }
    } catch (error) {
      if (keepBest && this.#best) model.loadStateDict(this.#best);
      throw error;
    }

    if (stoppedBy === "signal" && checkpoint) this.#saveCheckpoint();
    else if (keepBest && this.#best) model.loadStateDict(this.#best);
    return {
      steps: progress.step,
      epochs: progress.epoch,
      seconds: progress.seconds,
      trainingSeconds: progress.trainingSeconds,
      bestLoss: progress.bestLoss,
      bestStep: progress.bestStep,
      stoppedBy,
      history: progress.history,
    };
  }

  #countSince(before: number): number {
    const now = performance.now();
    this.#progress.seconds += (now - before) / 1000;
    return now;
  }

  #takeStep({ batch, startsEpoch }: NextBatch<Batch>): StepReport {
    const { model, optimizer, schedule, clipNorm, itemsIn } = this.#options;
    const progress = this.#progress;
    const factor = schedule?.(progress.step, progress.totalSteps) ?? 1;
    optimizer.paramGroups.forEach((group, i) => (group.lr = this.#baseRates[i] * factor));
    const lr = this.#baseRates[0] * factor;

    if (startsEpoch) {
      this.#carried = null;
      progress.epoch++;
    }
    const step = progress.step + 1;
    const result = this.#options.loss(batch, this.#carried);
    const loss = result instanceof Tensor ? result : result.loss;
    const value = loss.item();
    checkLoss(value, step, lr, model);

    optimizer.zeroGrad();
    loss.backward();
    const gradNorm = clipGradNorm(model.parameters(), clipNorm ?? Infinity);
    checkGradients(gradNorm, step, lr, model);
    optimizer.step();

    this.#carried = result instanceof Tensor ? null : result.carried.map((t) => t.detach());
    progress.step = step;
    progress.lossSum += value;
    progress.lossCount++;
    return { lr, gradNorm, items: itemsIn?.(batch) ?? 1 };
  }

  #reportStep({ lr, gradNorm, items }: StepReport): void {
    const { step, totalSteps, epoch, lossSum, lossCount, seconds, trainingSeconds } =
      this.#progress;
    this.#options.onEvent?.({
      type: "step",
      step,
      totalSteps,
      epoch,
      loss: lossSum / lossCount,
      lr,
      gradNorm,
      itemsPerSecond: (items * step) / trainingSeconds,
      seconds,
      secondsLeft: (seconds / step) * (totalSteps - step),
    });
  }

  #isValidationDue(): boolean {
    const { step, totalSteps, validations } = this.#progress;
    if (step === totalSteps) return true;
    if (!this.#options.validate) return false;
    // Evenly spread, the last one at the end.
    return (
      Math.floor((step * validations) / totalSteps) >
      Math.floor(((step - 1) * validations) / totalSteps)
    );
  }

  /** Validates, if there is anything to validate with, and writes a line of the history. */
  #closeLine(lr: number): void {
    const { validate, onEvent, model, keepBest = true } = this.#options;
    const progress = this.#progress;
    const validationLoss = validate ? this.#validationLoss() : null;
    progress.history.push({
      step: progress.step,
      trainLoss: progress.lossSum / progress.lossCount,
      validationLoss,
      lr,
      seconds: progress.seconds,
    });
    progress.lossSum = 0;
    progress.lossCount = 0;
    if (validationLoss === null) return;

    const isBest = progress.bestLoss === null || validationLoss < progress.bestLoss;
    if (isBest) {
      progress.bestLoss = validationLoss;
      progress.bestStep = progress.step;
      progress.validationsSinceBest = 0;
      if (keepBest) this.#best = copyOf(model.stateDict());
    } else {
      progress.validationsSinceBest++;
    }
    const { step, seconds } = progress;
    onEvent?.({ type: "validation", step, loss: validationLoss, isBest, seconds });
  }

  #validationLoss(): number {
    const { model, validate } = this.#options;
    model.eval();
    try {
      return noGrad(() => validate!());
    } finally {
      model.train();
    }
  }

  #saveCheckpoint(): void {
    this.#options.checkpoint!.save(this.snapshot());
    this.#options.onEvent?.({ type: "checkpoint", step: this.#progress.step });
  }

  snapshot(): Snapshot {
    const { model, optimizer, batches } = this.#options;
    const { state, groups } = optimizer.stateDict();
    const carried = this.#carried && Object.fromEntries(this.#carried.map((t, i) => [`${i}`, t]));
    return {
      tensors: {
        ...withPrefix(copyOf(model.stateDict()), "model"),
        ...withPrefix(state, "optimizer"),
        ...withPrefix(copyOf(carried ?? {}), "carried"),
        ...withPrefix(this.#best ?? {}, "best"),
      },
      meta: {
        progress: structuredClone(this.#progress) as unknown as Json,
        groups: groups,
        baseRates: this.#baseRates,
        random: defaultGenerator.getState() as unknown as Json,
        position: batches.getPosition(),
        numCarried: this.#carried?.length ?? null,
      },
    };
  }

  restore({ tensors, meta }: Snapshot): void {
    const { model, optimizer, batches } = this.#options;
    try {
      model.loadStateDict(underPrefix(tensors, "model"));
      optimizer.loadStateDict({
        state: underPrefix(tensors, "optimizer"),
        groups: meta.groups as GroupState[],
      });
    } catch (error) {
      if (!(error instanceof UnrolledError)) throw error;
      throw new FormatError(
        `fit: the checkpoint is of another model or optimizer than the one to resume. ${error.message}`,
      );
    }
    defaultGenerator.setState(meta.random as unknown as RandomState);
    batches.setPosition(meta.position);
    this.#progress = structuredClone(meta.progress) as unknown as Progress;
    (meta.baseRates as number[]).forEach((rate, i) => (this.#baseRates[i] = rate));
    const carried = underPrefix(tensors, "carried");
    this.#carried =
      meta.numCarried === null
        ? null
        : Array.from({ length: meta.numCarried as number }, (_, i) => carried[`${i}`]);
    const best = underPrefix(tensors, "best");
    this.#best = Object.keys(best).length > 0 ? best : null;
  }
}

function copyOf(dict: StateDict): StateDict {
  return Object.fromEntries(Object.entries(dict).map(([key, value]) => [key, value.clone()]));
}
