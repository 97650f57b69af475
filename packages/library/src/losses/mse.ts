/**
 * @file Squared error.
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
 * (input − targets)², averaged over all elements.
 *
 * - `input`, `targets` the same shape, any
 *
 * With a `mask`, over those that count.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 *
 * @throws ShapeError if the shapes differ; nothing is broadcast
 *
 * @example
 * mseLoss(tensor([1, 2]), tensor([1, 5])).item(); // 4.5
 * mseLoss(tensor([[1, 2], [3, 9]]), zeros([2, 2]), { mask: sequenceMask([2, 1]) }).item(); // 4.67
 */
export function mseLoss(
  input: Tensor,
  targets: Tensor,
  { reduction = "mean", mask }: ReductionOptions & LossMaskOptions = {},
): Tensor {
  checkReduction("mseLoss", reduction);
  checkSameShape("mseLoss", input, targets);
  return reduceCounting("mseLoss", [input, targets], { reduction, mask }, (x, y) => {
    const error = x.sub(y);
    return error.mul(error);
  });
}

/**
 * {@link mseLoss} as a module that holds its options: forecasts, regression.
 *
 * @example
 * new nn.MSELoss({ reduction: "sum" }).forward(tensor([1, 2]), tensor([1, 5])).item(); // 9
 */
export class MSELoss extends Module {
  readonly reduction: Reduction;

  constructor({ reduction = "mean" }: ReductionOptions = {}) {
    super();
    checkReduction("MSELoss", reduction);
    this.reduction = reduction;
  }

  /** Two of the same shape → [], or that shape if reduction is `"none"` */
  forward(input: Tensor, targets: Tensor, { mask }: LossMaskOptions = {}): Tensor {
    return mseLoss(input, targets, { reduction: this.reduction, mask });
  }
}
