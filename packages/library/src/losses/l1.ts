/**
 * @file Absolute error.
 */

import { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkReduction,
  checkSameShape,
  reduceCounting,
  type LossMaskOptions,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

/**
 * |input − targets|, averaged over all elements. The gradient of an exact hit is 0.
 *
 * - `input`, `targets` the same shape, any
 *
 * With a `mask`, over those that count.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 *
 * @throws ShapeError if the shapes differ; nothing is broadcast
 *
 * @example
 * l1Loss(tensor([1, 2]), tensor([1, 5])).item(); // 1.5
 */
export function l1Loss(
  input: Tensor,
  targets: Tensor,
  { reduction = "mean", mask }: ReductionOptions & LossMaskOptions = {},
): Tensor {
  checkReduction("l1Loss", reduction);
  checkSameShape("l1Loss", input, targets);
  return reduceCounting("l1Loss", [input, targets], { reduction, mask }, (x, y) => x.sub(y).abs());
}

/**
 * {@link l1Loss} as a module that holds its options: less moved by outliers than `MSELoss`.
 *
 * @example
 * new nn.L1Loss({ reduction: "none" }).forward(tensor([1, 2]), tensor([1, 5])).toArray(); // [0, 3]
 */
export class L1Loss extends Module {
  readonly reduction: Reduction;

  constructor({ reduction = "mean" }: ReductionOptions = {}) {
    super();
    checkReduction("L1Loss", reduction);
    this.reduction = reduction;
  }

  /** Two of the same shape → [], or that shape if reduction is `"none"` */
  forward(input: Tensor, targets: Tensor, { mask }: LossMaskOptions = {}): Tensor {
    return l1Loss(input, targets, { reduction: this.reduction, mask });
  }
}
