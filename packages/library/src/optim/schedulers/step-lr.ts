/**
 * @file Smaller by a factor, every so many steps.
 */

import { checkSize } from "../../core/errors.ts";
import { checkPositive } from "../checks.ts";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler } from "./scheduler.ts";

export interface StepLROptions {
  /** How many steps a learning rate lasts. */
  stepSize: number;
  /** What it is then multiplied by. Default: 0.1. */
  gamma?: number;
}

/**
 * lrₜ = lr · gamma^⌊t / stepSize⌋
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 *
 * @throws ArgumentError if a setting is outside what it may be
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0])], { lr: 0.8 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * for (let epoch = 0; epoch < 3; epoch++) scheduler.step();
 * scheduler.lastLr; // [0.4]
 */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;

  constructor(optimizer: Optimizer, { stepSize, gamma = 0.1 }: StepLROptions) {
    super(optimizer);
    checkSize("StepLR", "stepSize", stepSize);
    checkPositive("StepLR", "gamma", gamma);
    this.stepSize = stepSize;
    this.gamma = gamma;
    this.apply();
  }

  override apply(): void {
    const factor = this.gamma ** Math.floor(this.numSteps / this.stepSize);
    this.groups.forEach((group, i) => (group.lr = this.baseLrs[i] * factor));
  }
}
