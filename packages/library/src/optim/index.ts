/**
 * @file Optimizers: gradients become better parameters.
 *
 * In:   parameters whose `grad` `backward()` has filled
 * Out:  the same parameters, changed in place
 * May import: core, backends, tensor, autograd, data, nn, losses.
 */

export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, AdamW, type AdamOptions } from "./adam.ts";
export { clipGradNorm, clipGradValue } from "./clip-grad-norm.ts";
export {
  Optimizer,
  type GroupState,
  type OptimizerOptions,
  type OptimizerStateDict,
  type ParamGroup,
  type Params,
} from "./optimizer.ts";
export * as lrScheduler from "./schedulers/index.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
