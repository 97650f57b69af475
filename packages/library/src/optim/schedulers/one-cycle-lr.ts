/**
 * @file Up to a large learning rate, then down to almost nothing, in one run of known length.
 */

import { ArgumentError, checkProbability, checkSize } from "../../core/errors.ts";
import { checkPositive } from "../checks.ts";
import type { Optimizer, OptimizerOptions } from "../optimizer.ts";
import { LRScheduler } from "./scheduler.ts";

export interface OneCycleLROptions {
  /** The largest learning rate, or one for each group. */
  maxLr: number | readonly number[];
  /** The number of steps in all. */
  totalSteps: number;
  /** The share of steps in which the learning rate rises. Default: 0.3. */
  pctStart?: number;
  /** Along a cosine or a straight line. Default: `"cos"`. */
  annealStrategy?: "cos" | "linear";
  /** Move the momentum (Adam's first beta) the other way. Default: `true`. */
  cycleMomentum?: boolean;
  /** The momentum at the largest learning rate. Default: 0.85. */
  baseMomentum?: number;
  /** The momentum at the start and the end. Default: 0.95. */
  maxMomentum?: number;
  /** The first learning rate is maxLr / divFactor. Default: 25. */
  divFactor?: number;
  /** The last one is the first / finalDivFactor. Default: 1e4. */
  finalDivFactor?: number;
  /** Fall to the first learning rate as long as it rose, and only then to the last. Default: `false`. */
  threePhase?: boolean;
}

/**
 * From maxLr / divFactor up to maxLr, and down to maxLr / divFactor / finalDivFactor.
 *
 * Counts batches, not epochs: call `step()` after each, `totalSteps` times at most. The
 * optimizer's own `lr` is not used.
 *
 * Source: Smith and Topin 2018, "Super-convergence: very fast training of neural networks using
 * large learning rates";
 * https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 *
 * @throws ArgumentError if a setting is outside what it may be, the optimizer has no momentum to
 *   cycle, or `step` is called too often
 *
 * @example
 * const optimizer = new optim.Adam([tensor([0])]);
 * const options = { maxLr: 0.5, totalSteps: 10, pctStart: 0.3 };
 * const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, options);
 * scheduler.lastLr; // [0.02]
 * for (let step = 0; step < 2; step++) scheduler.step();
 * scheduler.lastLr; // [0.5]
 */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  readonly #phases: readonly Phase[];
  readonly #curve: Curve;
  readonly #cycleMomentum: boolean;

  constructor(
    optimizer: Optimizer,
    {
      maxLr,
      totalSteps,
      pctStart = 0.3,
      annealStrategy = "cos",
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
    }: OneCycleLROptions,
  ) {
    super(optimizer);
    const where = "OneCycleLR";
    checkSize(where, "totalSteps", totalSteps);
    checkProbability(where, "pctStart", pctStart);
    checkPositive(where, "divFactor", divFactor);
    checkPositive(where, "finalDivFactor", finalDivFactor);
    if (!(annealStrategy in CURVES)) {
      throw new ArgumentError(
        `${where}: expected annealStrategy to be "cos" or "linear", got ${annealStrategy as string}.`,
      );
    }
    const largest = typeof maxLr === "number" ? this.groups.map(() => maxLr) : [...maxLr];
    if (largest.length !== this.groups.length) {
      throw new ArgumentError(
        `${where}: expected maxLr for ${this.groups.length} groups, got ${largest.length}.`,
      );
    }
    for (const lr of largest) checkPositive(where, "maxLr", lr);
    if (cycleMomentum) for (const group of this.groups) checkMomentum(group);

    this.totalSteps = totalSteps;
    this.#curve = CURVES[annealStrategy];
    this.#cycleMomentum = cycleMomentum;
    const low = 1; // what the first learning rates are multiplied by
    const high = divFactor;
    const last = 1 / finalDivFactor;
    const rise = { lr: [low, high], momentum: [maxMomentum, baseMomentum] } as const;
    this.#phases = threePhase
      ? [
          { end: pctStart * totalSteps - 1, ...rise },
          {
            end: 2 * pctStart * totalSteps - 2,
            lr: [high, low],
            momentum: [baseMomentum, maxMomentum],
          },
          { end: totalSteps - 1, lr: [low, last], momentum: [maxMomentum, maxMomentum] },
        ]
      : [
          { end: pctStart * totalSteps - 1, ...rise },
          { end: totalSteps - 1, lr: [high, last], momentum: [baseMomentum, maxMomentum] },
        ];
    this.groups.forEach((group, i) => (group.initialLr = largest[i] / divFactor));
    this.baseLrs = this.groups.map((group) => group.initialLr!);
    this.apply();
  }

  override step(): void {
    if (this.numSteps === this.totalSteps) {
      throw new ArgumentError(
        `OneCycleLR.step: all ${this.totalSteps} steps have been taken. Is totalSteps the number of batches in all epochs together?`,
      );
    }
    super.step();
  }

  override apply(): void {
    const { lr, momentum, share } = this.#now();
    this.groups.forEach((group, i) => {
      group.lr = this.baseLrs[i] * this.#curve(lr[0], lr[1], share);
      if (this.#cycleMomentum) setMomentum(group, this.#curve(momentum[0], momentum[1], share));
    });
  }

  /** The phase that this step is in, and how much of it has passed. */
  #now(): Phase & { share: number } {
    const t = this.numSteps;
    const found = this.#phases.findIndex(({ end }) => t <= end);
    const index = found < 0 ? this.#phases.length - 1 : found;
    const start = index === 0 ? 0 : this.#phases[index - 1].end;
    const phase = this.#phases[index];
    const length = phase.end - start;
    return { ...phase, share: length > 0 ? Math.min(1, (t - start) / length) : 1 };
  }
}

interface Phase {
  /** The step at which it ends; need not be whole. */
  end: number;
  /** Factors on the first learning rate. */
  lr: readonly [from: number, to: number];
  momentum: readonly [from: number, to: number];
}

type Curve = (from: number, to: number, share: number) => number;

const CURVES: Record<"cos" | "linear", Curve> = {
  cos: (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share)),
  linear: (from, to, share) => from + (to - from) * share,
};

/** A group of an optimizer that may have momentum under either name. */
interface WithMomentum extends OptimizerOptions {
  betas?: readonly [number, number];
  momentum?: number;
}

function checkMomentum(group: WithMomentum): void {
  if (group.betas || group.momentum !== undefined) return;
  throw new ArgumentError(
    "OneCycleLR: the optimizer has neither betas nor momentum to cycle. Pass cycleMomentum: false.",
  );
}

function setMomentum(group: WithMomentum, momentum: number): void {
  if (group.betas) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}
