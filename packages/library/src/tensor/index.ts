/**
 * @file Tensors: what everything above is made of.
 *
 * May import: core, backends, autograd (which knows tensors in turn: see `autograd/tape.ts`).
 */

export {
  arange,
  full,
  ones,
  onesLike,
  rand,
  randn,
  tensor,
  zeros,
  zerosLike,
  type FillOptions,
  type RandomOptions,
  type TensorOptions,
} from "./creation.ts";
export { cat, stack, where } from "./ops/indexing.ts";
export { linear } from "./ops/matmul.ts";
export { defaultGenerator, manualSeed, RandomGenerator, type RandomState } from "./random.ts";
export { Tensor, type NestedArray } from "./tensor.ts";
