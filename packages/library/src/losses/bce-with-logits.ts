/**
 * @file Cross-entropy of yes-or-no questions, from scores before the sigmoid.
 *
 *   l = −w · [ p · z · log σ(x) + (1 − z) · log(1 − σ(x)) ]
 *
 * With softplus(−x) = log(1 + e⁻ˣ) = log(1 + e^−|x|) + max(−x, 0), which neither overflows nor
 * loses its digits, and q = 1 + (p − 1) · z, this is
 *
 *   l = w · [ (1 − z) · x + q · softplus(−x) ]
 *
 *   dl/dx = w · [ (1 − z) − q · σ(−x) ]
 *   dl/dz = w · [ (p − 1) · softplus(−x) − x ]
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { formatShape, ShapeError } from "../core/errors.ts";
import { broadcastShapes, sameShape } from "../core/shape.ts";
import { Module } from "../nn/module.ts";
import { checkFloat } from "../tensor/creation.ts";
import { broadcastTo, floatsOf } from "../tensor/ops/arithmetic.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  checkReduction,
  checkSameShape,
  reduceCounting,
  type LossMaskOptions,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

export interface BCEWithLogitsOptions extends ReductionOptions {
  /** What each element counts: any shape that broadcasts to the logits'. Default: 1. */
  weight?: Tensor | null;
  /** What a yes counts against a no, usually one for every class. Default: 1. */
  posWeight?: Tensor | null;
}

/**
 * Binary cross-entropy: −[z · log σ(x) + (1 − z) · log(1 − σ(x))], averaged over all elements.
 *
 * - `logits`  any shape, x, before the sigmoid
 * - `targets` the same shape, z, from 0 (no) to 1 (yes)
 *
 * The mean divides by the number of elements, whatever the weights; with a `mask`, of those that
 * count.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 *
 * @throws ShapeError if the shapes differ, or a weight does not broadcast to them
 *
 * @example
 * binaryCrossEntropyWithLogits(tensor([0, 2]), tensor([1, 0])).item(); // 1.41
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  {
    weight = null,
    posWeight = null,
    reduction = "mean",
    mask,
  }: BCEWithLogitsOptions & LossMaskOptions = {},
): Tensor {
  const where = "binaryCrossEntropyWithLogits";
  checkReduction(where, reduction);
  checkFloat(where, "logits", logits);
  checkSameShape(where, logits, targets);

  const w = spreadOver(where, "weight", weight, logits.shape);
  const p = spreadOver(where, "posWeight", posWeight, logits.shape);
  return reduceCounting(where, [logits, targets], { reduction, mask }, (x, z) =>
    lossesOf(x, z, w, p),
  );
}

/** One for every element; the equations are at the top of this file. */
function lossesOf(
  logits: Tensor,
  targets: Tensor,
  w: FloatArray | null,
  p: FloatArray | null,
): Tensor {
  const x = logits.storage.array;
  const z = floatsOf(targets);
  const out = backend().alloc(x.length);
  for (let i = 0; i < out.length; i++) {
    const q = p ? 1 + (p[i] - 1) * z[i] : 1;
    out[i] = (w ? w[i] : 1) * ((1 - z[i]) * x[i] + q * softplusOfMinus(x[i]));
  }

  return record(
    "binaryCrossEntropyWithLogits",
    [logits, targets],
    new Tensor(out, logits.shape),
    (gradY) => {
      const grad = gradY.storage.array;
      const gradX = backend().alloc(x.length);
      const gradZ = targets.requiresGrad ? backend().alloc(x.length) : null;
      for (let i = 0; i < gradX.length; i++) {
        const g = grad[i] * (w ? w[i] : 1);
        const q = p ? 1 + (p[i] - 1) * z[i] : 1;
        gradX[i] = g * (1 - z[i] - q / (1 + Math.exp(x[i])));
        if (gradZ) gradZ[i] = g * ((p ? p[i] - 1 : 0) * softplusOfMinus(x[i]) - x[i]);
      }
      return [new Tensor(gradX, logits.shape), gradZ && new Tensor(gradZ, targets.shape)];
    },
  );
}

/** log(1 + e⁻ˣ) */
function softplusOfMinus(x: number): number {
  return Math.log1p(Math.exp(-Math.abs(x))) + Math.max(-x, 0);
}

function spreadOver(
  where: string,
  option: string,
  weight: Tensor | null,
  shape: readonly number[],
): FloatArray | null {
  if (weight === null) return null;
  if (!sameShape(broadcastShapes(`${where}, ${option}`, weight.shape, shape), shape)) {
    throw new ShapeError(
      `${where}: expected ${option} to broadcast to the logits' shape ${formatShape(shape)}, got ${formatShape(weight.shape)}.`,
    );
  }
  return broadcastTo<FloatArray>(new Tensor(floatsOf(weight), weight.shape), shape);
}

/**
 * {@link binaryCrossEntropyWithLogits} as a module that holds its options.
 *
 * @example
 * const criterion = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * criterion.forward(tensor([0]), tensor([1])).item(); // 2.0794
 */
export class BCEWithLogitsLoss extends Module {
  readonly weight: Tensor | null;
  readonly posWeight: Tensor | null;
  readonly reduction: Reduction;

  constructor({ weight = null, posWeight = null, reduction = "mean" }: BCEWithLogitsOptions = {}) {
    super();
    checkReduction("BCEWithLogitsLoss", reduction);
    this.weight = weight && this.registerBuffer("weight", weight);
    this.posWeight = posWeight && this.registerBuffer("pos_weight", posWeight);
    this.reduction = reduction;
  }

  /** Two of the same shape → [], or that shape if reduction is `"none"` */
  forward(logits: Tensor, targets: Tensor, { mask }: LossMaskOptions = {}): Tensor {
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(logits, targets, { weight, posWeight, reduction, mask });
  }
}
