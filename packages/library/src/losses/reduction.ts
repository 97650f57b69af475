/**
 * @file From one loss per element or row to the number that training lowers.
 */

import { ArgumentError, formatShape, ShapeError, unreachable } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What happens to the losses of the single elements: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface ReductionOptions {
  /** `"mean"`, `"sum"` or `"none"`. Default: `"mean"`. */
  reduction?: Reduction;
}

/** The mean or sum of `losses`, added up in float64, or all of them. */
export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case "mean":
      return losses.mean();
    case "sum":
      return losses.sum();
    case "none":
      return losses;
    default:
      return unreachable(reduction);
  }
}

export function checkReduction(where: string, reduction: Reduction): void {
  if (["mean", "sum", "none"].includes(reduction)) return;
  throw new ArgumentError(
    `${where}: expected reduction to be "mean", "sum" or "none", got ${reduction as string}.`,
  );
}

/**
 * Input and targets must have one shape. PyTorch broadcasts here and warns: [batch, 1] against
 * [batch] gives [batch, batch] losses, and a model that learns nothing.
 */
export function checkSameShape(where: string, input: Tensor, targets: Tensor): void {
  if (sameShape(input.shape, targets.shape)) return;
  throw new ShapeError(
    `${where}: expected targets of the input's shape ${formatShape(input.shape)}, got ${formatShape(targets.shape)}. Does one of them need squeeze(-1) or unsqueeze(-1)?`,
  );
}
