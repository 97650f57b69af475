/**
 * @file What all schedulers share: they count steps and set the learning rates of an optimizer.
 */

import { ArgumentError, UnrolledError } from "../../core/errors.ts";
import { Optimizer, type ParamGroup } from "../optimizer.ts";

/** Fits into JSON. */
export type SchedulerState = {
  /** How often `step` was called. */
  numSteps: number;
  /** The learning rates that the schedule is a factor of, one for each group. */
  baseLrs: number[];
  /** The learning rates now, one for each group. */
  lastLr: number[];
} & Record<string, unknown>;

/**
 * The base of all schedulers. Call `step()` after the optimizer's, once per epoch or once per batch:
 * a scheduler counts its own calls and nothing else.
 *
 * Source: https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  /** How often {@link step} was called. */
  protected numSteps = 0;
  /** Each group's learning rate before any scheduler changed it. */
  protected baseLrs: number[];

  constructor(optimizer: Optimizer) {
    if (!(optimizer instanceof Optimizer)) {
      throw new ArgumentError(
        `${this.constructor.name}: expected an optimizer, got ${String(optimizer)}.`,
      );
    }
    this.optimizer = optimizer;
    for (const group of this.groups) group.initialLr ??= group.lr;
    this.baseLrs = this.groups.map((group) => group.initialLr!);
  }

  protected get groups(): ParamGroup[] {
    return this.optimizer.paramGroups;
  }

  /** The learning rates now, one for each group of parameters. */
  get lastLr(): number[] {
    return this.groups.map((group) => group.lr);
  }

  /** Sets the learning rates for the next step. `metric` is for {@link ReduceLROnPlateau}. */
  step(metric?: number): void {
    this.numSteps++;
    this.apply(metric);
  }

  /** Sets the learning rates for step `numSteps`; each constructor ends with it. */
  abstract apply(metric?: number): void;

  /** What a resumed run needs. */
  stateDict(): SchedulerState {
    return { numSteps: this.numSteps, baseLrs: [...this.baseLrs], lastLr: this.lastLr };
  }

  /**
   * Continues from what {@link stateDict} gave, and sets the optimizer's learning rates.
   *
   * @throws UnrolledError if the number of groups differs
   */
  loadStateDict({ numSteps, baseLrs, lastLr }: SchedulerState): void {
    if (lastLr.length !== this.groups.length) {
      throw new UnrolledError(
        `${this.constructor.name}.loadStateDict: expected the learning rates of ${this.groups.length} groups, got ${lastLr.length}.`,
      );
    }
    this.numSteps = numSteps;
    this.baseLrs = [...baseLrs];
    this.groups.forEach((group, i) => (group.lr = lastLr[i]));
  }
}
