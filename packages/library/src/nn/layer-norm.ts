/**
 * @file Layer normalisation: every sample by its own mean and variance.
 *
 *   x̂ = (x − mean) / √(var + eps)      mean and var over the last axes of one sample, var by 1/n
 *   y = weight ⊙ x̂ + bias
 *
 *   dL/dx = (g − mean(g) − x̂ ⊙ mean(g ⊙ x̂)) / √(var + eps),  where g = dL/dy ⊙ weight
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import { checkFloat, ones, zeros } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Module, Parameter } from "./module.ts";

export interface LayerNormOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learn a weight, and a bias unless that is off. Default: `true`. */
  elementwiseAffine?: boolean;
  /** Learn an offset too. Default: `true`. */
  bias?: boolean;
}

/**
 * Brings every sample to mean 0 and variance 1 over its last axes, then scales and shifts it.
 * Training and evaluation do the same, and padding in one sequence does not touch another.
 *
 * - x […, ...normalizedShape]; a number stands for the last axis alone
 * - y the same shape
 *
 * The weight starts at 1, the bias at 0.
 *
 * Source: Ba, Kiros and Hinton 2016, "Layer normalization";
 * https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 *
 * @throws ShapeError in `forward`, if the last axes of x are not normalizedShape
 *
 * @example
 * const norm = new nn.LayerNorm(2, { eps: 0 });
 * norm.forward(tensor([[1, 3], [10, 20]])).toArray(); // [[-1, 1], [-1, 1]]
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | null; // [...normalizedShape]
  readonly bias: Parameter | null; //   [...normalizedShape]

  constructor(
    normalizedShape: number | readonly number[],
    { eps = 1e-5, elementwiseAffine = true, bias = true }: LayerNormOptions = {},
  ) {
    super();
    this.normalizedShape =
      typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    if (this.normalizedShape.length === 0) {
      throw new ShapeError("LayerNorm: expected at least one axis in normalizedShape, got none.");
    }
    for (const size of this.normalizedShape) checkSize("LayerNorm", "normalizedShape", size);
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape)) : null;
  }

  /** x […, ...normalizedShape] → the same shape */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }
}

/** The function behind {@link LayerNorm}; the formulas are at the top of the file. */
export function layerNorm(
  x: Tensor,
  normalizedShape: readonly number[],
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  checkFloat("LayerNorm.forward", "the input", x);
  const lastAxes = x.shape.slice(Math.max(0, x.rank - normalizedShape.length));
  if (!sameShape(lastAxes, normalizedShape)) {
    throw new ShapeError(
      `LayerNorm.forward: expected the last axes to be ${formatShape(normalizedShape)}, which is normalizedShape, got ${formatShape(x.shape)}.`,
    );
  }

  const n = sizeOf(normalizedShape);
  const call = {
    x: x.storage.array as FloatArray,
    rows: x.size / n,
    n,
    weight: weight && (weight.storage.array as FloatArray),
    bias: bias && (bias.storage.array as FloatArray),
    eps,
  };
  const { y, saved } = backend().layerNorm(call);
  const backwardStep = (gradY: Tensor) => {
    const gradients = backend().layerNormBackward(call, saved, gradY.storage.array as FloatArray);
    const { gradX, gradWeight, gradBias } = gradients;
    return [
      new Tensor(gradX, x.shape),
      ...(weight ? [inEnginePrecision(gradWeight, weight.shape)] : []),
      ...(bias ? [inEnginePrecision(gradBias, bias.shape)] : []),
    ];
  };
  const inputs = [x, weight, bias].filter((t) => t !== null);
  return record("layerNorm", inputs, new Tensor(y, x.shape), backwardStep, {
    normalizedShape,
    eps,
  });
}

/** Float64 sums as a tensor of the engine's own precision. */
export function inEnginePrecision(sums: Float64Array, shape: readonly number[]): Tensor {
  const array = backend().alloc(sums.length);
  array.set(sums);
  return new Tensor(array, shape);
}
