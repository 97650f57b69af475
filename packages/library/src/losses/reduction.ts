/**
 * @file From one loss per element or row to the number that training lowers.
 */

import { ArgumentError, formatShape, ShapeError, unreachable } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { full, zeros } from "../tensor/creation.ts";
import { where as select } from "../tensor/ops/indexing.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What happens to the losses of the single elements: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface ReductionOptions {
  /** `"mean"`, `"sum"` or `"none"`. Default: `"mean"`. */
  reduction?: Reduction;
}

export interface LossMaskOptions {
  /**
   * Which elements count, as {@link sequenceMask} gives it: 1 for those that do, 0 for padding. Of
   * the input's shape or of its first axes, [batch, seq] for [batch, seq, features]. What does not
   * count adds nothing, is left out of the mean and gets no gradient, whatever stands there. Default:
   * all count.
   */
  mask?: Tensor | null;
}

/**
 * A loss of every element, reduced over those that count; where none does the mean is 0/0 = NaN.
 *
 * @param tensors what the loss is computed from, each of the first one's shape or broadcast to it
 */
export function reduceCounting(
  where: string,
  tensors: readonly Tensor[],
  { reduction = "mean", mask = null }: ReductionOptions & LossMaskOptions,
  lossesOf: (...tensors: Tensor[]) => Tensor,
): Tensor {
  if (mask === null) return reduce(lossesOf(...tensors), reduction);
  const { shape } = tensors[0];
  if (!sameShape(mask.shape, shape.slice(0, mask.rank))) {
    throw new ShapeError(
      `${where}: expected mask to have the input's shape ${formatShape(shape)}, or that of its first axes, got ${formatShape(mask.shape)}.`,
    );
  }
  const counts = mask.reshape(shape.map((size, axis) => (axis < mask.rank ? size : 1)));
  // Replaced rather than multiplied by 0: NaN · 0 is NaN. A variance may be 1, and so may all else.
  const one = full([], 1);
  const losses = lossesOf(...tensors.map((t) => select(counts, t, one)));
  const counted = select(counts, losses, zeros([]));
  if (reduction !== "mean") return reduce(counted, reduction);
  let number = 0;
  for (const m of mask.storage.array) if (m !== 0) number++;
  return counted.sum().div(number * (losses.size / mask.size));
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
