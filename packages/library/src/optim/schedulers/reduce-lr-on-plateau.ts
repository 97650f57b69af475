/**
 * @file Smaller by a factor when the validation loss has stopped falling.
 */

import { ArgumentError, checkSize } from "../../core/errors.ts";
import { checkNotNegative } from "../checks.ts";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, type SchedulerState } from "./scheduler.ts";

export interface ReduceLROnPlateauOptions {
  /** Whether the metric should fall or rise. Default: `"min"`. */
  mode?: "min" | "max";
  /** What the learning rate is multiplied by. Default: 0.1. */
  factor?: number;
  /** How many steps without improvement are borne. Default: 10. */
  patience?: number;
  /** The least improvement that counts. Default: 1e-4. */
  threshold?: number;
  /** `"rel"`: a share of the best so far; `"abs"`: a difference. Default: `"rel"`. */
  thresholdMode?: "rel" | "abs";
  /** Steps after a reduction in which nothing counts against the metric. Default: 0. */
  cooldown?: number;
  /** The smallest learning rate, or one for each group. Default: 0. */
  minLr?: number | readonly number[];
  /** A change smaller than this is not made. Default: 1e-8. */
  eps?: number;
}

/**
 * After more than `patience` steps in which the metric did not beat its best, the learning rates are
 * multiplied by `factor`, down to `minLr`. `step` must be told the metric.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 *
 * @throws ArgumentError if a setting is outside what it may be, or `step` gets no metric
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0])], { lr: 0.8 });
 * const options = { patience: 1, factor: 0.5 };
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, options);
 * for (const loss of [1, 0.9, 0.95]) scheduler.step(loss);
 * scheduler.lastLr; // [0.8]
 * scheduler.step(0.92);
 * scheduler.lastLr; // [0.4]
 */
export class ReduceLROnPlateau extends LRScheduler {
  readonly options: Readonly<Required<ReduceLROnPlateauOptions>>;
  /** null before the first metric. */
  #best: number | null = null;
  #numBadSteps = 0;
  #cooldownLeft = 0;

  constructor(
    optimizer: Optimizer,
    {
      mode = "min",
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = "rel",
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    }: ReduceLROnPlateauOptions = {},
  ) {
    super(optimizer);
    const where = "ReduceLROnPlateau";
    if (!(factor > 0 && factor < 1)) {
      throw new ArgumentError(`${where}: expected factor between 0 and 1, got ${factor}.`);
    }
    checkSize(where, "patience", patience, 0);
    checkSize(where, "cooldown", cooldown, 0);
    checkNotNegative(where, "threshold", threshold);
    checkOneOf("mode", mode, ["min", "max"]);
    checkOneOf("thresholdMode", thresholdMode, ["rel", "abs"]);
    if (Array.isArray(minLr) && minLr.length !== this.groups.length) {
      throw new ArgumentError(
        `${where}: expected minLr for ${this.groups.length} groups, got ${minLr.length}.`,
      );
    }
    this.options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
  }

  override step(metric?: number): void {
    if (typeof metric !== "number") {
      throw new ArgumentError(
        `ReduceLROnPlateau.step: expected a metric, such as the validation loss, got ${String(metric)}.`,
      );
    }
    super.step(metric);
  }

  override apply(metric: number): void {
    const { patience, cooldown } = this.options;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#numBadSteps = 0;
    } else this.#numBadSteps++;

    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft--;
      this.#numBadSteps = 0;
    }
    if (this.#numBadSteps > patience) {
      this.#reduce();
      this.#cooldownLeft = cooldown;
      this.#numBadSteps = 0;
    }
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    if (this.#best === null) return Number.isFinite(metric);
    const sign = mode === "min" ? -1 : 1;
    const margin = thresholdMode === "rel" ? this.#best * threshold : threshold;
    const bound = this.#best + sign * margin;
    return mode === "min" ? metric < bound : metric > bound;
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.options;
    this.groups.forEach((group, i) => {
      const least = typeof minLr === "number" ? minLr : minLr[i];
      const lr = Math.max(group.lr * factor, least);
      if (group.lr - lr > eps) group.lr = lr;
    });
  }

  override stateDict(): SchedulerState {
    return {
      ...super.stateDict(),
      best: this.#best,
      numBadSteps: this.#numBadSteps,
      cooldownLeft: this.#cooldownLeft,
    };
  }

  override loadStateDict(state: SchedulerState): void {
    super.loadStateDict(state);
    this.#best = state.best as number | null;
    this.#numBadSteps = state.numBadSteps as number;
    this.#cooldownLeft = state.cooldownLeft as number;
  }
}

function checkOneOf(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new ArgumentError(
    `ReduceLROnPlateau: expected ${option} to be "${allowed.join('" or "')}", got ${value}.`,
  );
}
