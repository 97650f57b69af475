/**
 * @file Schedulers, `optim.lrScheduler`: how the learning rate changes while training.
 *
 * In:   an optimizer, and for some a metric at each step
 * Out:  the optimizer's `lr`, changed in place
 * May import: what optim may.
 */

export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosine-annealing-lr.ts";
export {
  LinearLR,
  LinearWarmup,
  type LinearLROptions,
  type LinearWarmupOptions,
} from "./linear-lr.ts";
export { OneCycleLR, type OneCycleLROptions } from "./one-cycle-lr.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.ts";
export { LRScheduler, type SchedulerState } from "./scheduler.ts";
export { StepLR, type StepLROptions } from "./step-lr.ts";
