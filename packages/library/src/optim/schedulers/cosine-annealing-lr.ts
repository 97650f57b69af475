/**
 * @file Down along half a cosine.
 */

import { checkSize } from "../../core/errors.ts";
import { checkNotNegative } from "../checks.ts";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler } from "./scheduler.ts";

export interface CosineAnnealingLROptions {
  /** Steps from the full learning rate down to `etaMin`. */
  tMax: number;
  /** The smallest learning rate. Default: 0. */
  etaMin?: number;
}

/**
 * lrₜ = etaMin + ½ · (lr − etaMin) · (1 + cos(π · t / tMax))
 *
 * Beyond `tMax` it rises again, as the cosine does. PyTorch computes each rate from the one before,
 * which gives the same numbers as long as nobody else changes them.
 *
 * Source: Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts";
 * https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 *
 * @throws ArgumentError if a setting is outside what it may be
 *
 * @example
 * const optimizer = new optim.SGD([tensor([0])], { lr: 0.8 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: 4 });
 * for (let epoch = 0; epoch < 2; epoch++) scheduler.step();
 * scheduler.lastLr; // [0.40]
 */
export class CosineAnnealingLR extends LRScheduler {
  readonly tMax: number;
  readonly etaMin: number;

  constructor(optimizer: Optimizer, { tMax, etaMin = 0 }: CosineAnnealingLROptions) {
    super(optimizer);
    checkSize("CosineAnnealingLR", "tMax", tMax);
    checkNotNegative("CosineAnnealingLR", "etaMin", etaMin);
    this.tMax = tMax;
    this.etaMin = etaMin;
    this.apply();
  }

  override apply(): void {
    const share = (1 + Math.cos((Math.PI * this.numSteps) / this.tMax)) / 2;
    this.groups.forEach((group, i) => {
      group.lr = this.etaMin + (this.baseLrs[i] - this.etaMin) * share;
    });
  }
}
