/**
 * @file Along a straight line: PyTorch's `LinearLR`, and the warm-up that most runs begin with.
 */

import { ArgumentError, checkSize } from "../../core/errors.ts";
import { checkNotNegative, checkPositive } from "../checks.ts";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, type SchedulerState } from "./scheduler.ts";

export interface LinearLROptions {
  /** What the learning rate is multiplied by at first. Default: 1/3. */
  startFactor?: number;
  /** And at the end. Default: 1. */
  endFactor?: number;
  /** Steps from one to the other. Default: 5. */
  totalIters?: number;
}

/**
 * lrₜ = lr · (startFactor + (endFactor − startFactor) · min(1, t / totalIters))
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 *
 * @throws ArgumentError if a setting is outside what it may be
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0])], { lr: 0.8 });
 * const options = { startFactor: 1, endFactor: 0.5, totalIters: 4 };
 * const scheduler = new optim.lrScheduler.LinearLR(optimizer, options);
 * for (let epoch = 0; epoch < 2; epoch++) scheduler.step();
 * scheduler.lastLr; // [0.60]
 */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;

  constructor(
    optimizer: Optimizer,
    { startFactor = 1 / 3, endFactor = 1, totalIters = 5 }: LinearLROptions = {},
  ) {
    super(optimizer);
    checkPositive("LinearLR", "startFactor", startFactor);
    checkNotNegative("LinearLR", "endFactor", endFactor);
    checkSize("LinearLR", "totalIters", totalIters);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.apply();
  }

  override apply(): void {
    const { startFactor, endFactor, totalIters } = this;
    const share = Math.min(1, this.numSteps / totalIters);
    const factor = startFactor + (endFactor - startFactor) * share;
    this.groups.forEach((group, i) => (group.lr = this.baseLrs[i] * factor));
  }
}

export interface LinearWarmupOptions {
  /** Steps until the full learning rate. */
  warmupSteps: number;
  /** What the learning rate is multiplied by at first. Default: 0.01. */
  startFactor?: number;
  /** Takes over after the warm-up; its own steps count from there. Default: the rate stays. */
  after?: LRScheduler;
}

/**
 * lrₜ = lr · (startFactor + (1 − startFactor) · t / warmupSteps) up to warmupSteps, then `after`'s,
 * or lr.
 *
 * Adam's first steps rest on averages over a handful of gradients; small steps keep them from
 * spoiling the initial weights.
 *
 * Source: Goyal et al. 2017, "Accurate, large minibatch SGD: training ImageNet in 1 hour"
 *
 * @throws ArgumentError if a setting is outside what it may be
 *
 * @example
 * const { CosineAnnealingLR, LinearWarmup } = optim.lrScheduler;
 * const optimizer = new optim.Adam([tensor([0])], { lr: 0.8 });
 * const after = new CosineAnnealingLR(optimizer, { tMax: 90 });
 * const scheduler = new LinearWarmup(optimizer, { warmupSteps: 10, startFactor: 0.5, after });
 * scheduler.lastLr; // [0.40]
 * for (let step = 0; step < 10; step++) scheduler.step();
 * scheduler.lastLr; // [0.80]
 * for (let step = 0; step < 45; step++) scheduler.step();
 * scheduler.lastLr; // [0.40]
 */
export class LinearWarmup extends LRScheduler {
  readonly warmupSteps: number;
  readonly startFactor: number;
  readonly after: LRScheduler | null;

  constructor(
    optimizer: Optimizer,
    { warmupSteps, startFactor = 0.01, after }: LinearWarmupOptions,
  ) {
    super(optimizer);
    checkSize("LinearWarmup", "warmupSteps", warmupSteps);
    checkPositive("LinearWarmup", "startFactor", startFactor);
    if (after && after.optimizer !== optimizer) {
      throw new ArgumentError("LinearWarmup: expected `after` to be of the same optimizer.");
    }
    this.warmupSteps = warmupSteps;
    this.startFactor = startFactor;
    this.after = after ?? null;
    this.apply();
  }

  override apply(metric?: number): void {
    if (this.numSteps > this.warmupSteps) {
      this.after?.step(metric);
      return;
    }
    const share = this.numSteps / this.warmupSteps;
    const factor = this.startFactor + (1 - this.startFactor) * share;
    this.groups.forEach((group, i) => (group.lr = this.baseLrs[i] * factor));
  }

  override stateDict(): SchedulerState {
    return { ...super.stateDict(), after: this.after?.stateDict() ?? null };
  }

  override loadStateDict(state: SchedulerState): void {
    if ((state.after === null) !== (this.after === null)) {
      throw new ArgumentError(
        "LinearWarmup.loadStateDict: one of the saved and the present schedule has no `after`.",
      );
    }
    this.after?.loadStateDict(state.after as SchedulerState);
    super.loadStateDict(state);
  }
}
