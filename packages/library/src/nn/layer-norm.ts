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
  const numRows = x.size / n;
  const xs = x.storage.array;
  const w = weight?.storage.array;
  const b = bias?.storage.array;
  const normalized = backend().alloc(x.size); // x̂
  const inverseStd = new Float64Array(numRows);
  const out = backend().alloc(x.size);
  for (let row = 0, at = 0; row < numRows; row++, at += n) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += xs[at + i];
    mean /= n;
    let variance = 0;
    for (let i = 0; i < n; i++) variance += (xs[at + i] - mean) ** 2;
    variance /= n;

    inverseStd[row] = 1 / Math.sqrt(variance + eps);
    for (let i = 0; i < n; i++) {
      normalized[at + i] = (xs[at + i] - mean) * inverseStd[row];
      out[at + i] = normalized[at + i] * (w ? w[i] : 1) + (b ? b[i] : 0);
    }
  }

  const backwardStep = (gradY: Tensor) => {
    const grad = gradY.storage.array;
    const gradX = backend().alloc(x.size);
    const gradWeight = new Float64Array(n); // sums over many rows keep their digits
    const gradBias = new Float64Array(n);
    for (let row = 0, at = 0; row < numRows; row++, at += n) {
      let meanG = 0;
      let meanGX = 0;
      for (let i = 0; i < n; i++) {
        const g = grad[at + i] * (w ? w[i] : 1);
        meanG += g;
        meanGX += g * normalized[at + i];
        gradWeight[i] += grad[at + i] * normalized[at + i];
        gradBias[i] += grad[at + i];
      }
      meanG /= n;
      meanGX /= n;
      for (let i = 0; i < n; i++) {
        const g = grad[at + i] * (w ? w[i] : 1);
        gradX[at + i] = (g - meanG - normalized[at + i] * meanGX) * inverseStd[row];
      }
    }
    return [
      new Tensor(gradX, x.shape),
      ...(weight ? [inEnginePrecision(gradWeight, weight.shape)] : []),
      ...(bias ? [inEnginePrecision(gradBias, bias.shape)] : []),
    ];
  };
  const inputs = [x, weight, bias].filter((t) => t !== null);
  return record("layerNorm", inputs, new Tensor(out, x.shape), backwardStep, {
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
