/**
 * @file How unlikely a value is under a normal distribution whose mean and variance are predicted.
 */

import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
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

export interface GaussianNLLOptions extends ReductionOptions {
  /** Add ½ · log 2π, which no parameter can change. Default: `false`. */
  full?: boolean;
  /** The smallest variance; below it the loss takes this one. Default: 1e-6. */
  eps?: number;
}

/**
 * ½ · [log v + (input − targets)² / v] with v = max(variance, eps), averaged over all elements, or those that
 * a `mask` counts.
 *
 * - `input`, `targets` the same shape, any: the predicted mean, and what came
 * - `variance` that shape; or with a last axis of 1, or without the last axis: one for each row
 *
 * Where the variance is below `eps`, its gradient is that at `eps`, not 0, so that it can recover.
 *
 * Source: Nix and Weigend 1994, "Estimating the mean and variance of the target probability
 * distribution"; https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 *
 * @throws ArgumentError if a variance is negative
 *
 * @example
 * gaussianNllLoss(tensor([1]), tensor([3]), tensor([4])).item(); // 1.1931
 */
export function gaussianNllLoss(
  input: Tensor,
  targets: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, reduction = "mean", mask }: GaussianNLLOptions & LossMaskOptions = {},
): Tensor {
  checkReduction("gaussianNllLoss", reduction);
  checkSameShape("gaussianNllLoss", input, targets);
  checkPositive("eps", eps);
  const onePerElement = fitted(variance, input.shape);
  const tensors = [input, targets, onePerElement];
  return reduceCounting("gaussianNllLoss", tensors, { reduction, mask }, (x, y, variance) => {
    const missing = variance.detach().neg().add(eps).relu(); // 0 from eps on
    const v = variance.add(missing);
    const error = x.sub(y);
    const losses = v.log().add(error.mul(error).div(v)).mul(0.5);
    return full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses;
  });
}

/** One variance per row gets a last axis of 1, so that it broadcasts. */
function fitted(variance: Tensor, shape: readonly number[]): Tensor {
  const negative = variance.storage.array.find((value) => value < 0);
  if (negative !== undefined) {
    throw new ArgumentError(
      `gaussianNllLoss: expected variances of at least 0, got ${negative}. Pass exp(logVariance), or softplus.`,
    );
  }
  const rows = shape.slice(0, -1);
  if (sameShape(variance.shape, shape)) return variance;
  if (shape.length > 0 && sameShape(variance.shape, [...rows, 1])) return variance;
  if (shape.length > 0 && sameShape(variance.shape, rows)) return variance.unsqueeze(-1);
  throw new ShapeError(
    `gaussianNllLoss: expected variance ${formatShape(shape)} like the input, or one per row ${formatShape([...rows, 1])}, got ${formatShape(variance.shape)}.`,
  );
}

function checkPositive(option: string, value: number): void {
  if (value > 0) return;
  throw new ArgumentError(`gaussianNllLoss: expected ${option} above 0, got ${String(value)}.`);
}

/**
 * {@link gaussianNllLoss} as a module that holds its options: forecasts with their uncertainty.
 *
 * @example
 * const criterion = new nn.GaussianNLLLoss({ full: true });
 * criterion.forward(tensor([1]), tensor([3]), tensor([4])).item(); // 2.1121
 */
export class GaussianNLLLoss extends Module {
  readonly full: boolean;
  readonly eps: number;
  readonly reduction: Reduction;

  constructor({ full = false, eps = 1e-6, reduction = "mean" }: GaussianNLLOptions = {}) {
    super();
    checkReduction("GaussianNLLLoss", reduction);
    checkPositive("eps", eps);
    this.full = full;
    this.eps = eps;
    this.reduction = reduction;
  }

  /** input, targets and variance of one shape → [], or that shape if reduction is `"none"` */
  forward(
    input: Tensor,
    targets: Tensor,
    variance: Tensor,
    { mask }: LossMaskOptions = {},
  ): Tensor {
    const { full, eps, reduction } = this;
    return gaussianNllLoss(input, targets, variance, { full, eps, reduction, mask });
  }
}
