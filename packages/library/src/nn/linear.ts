/**
 * @file The affine map: y = x·Wᵀ + b.
 */

import { checkLastAxis, checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { linear } from "../tensor/ops/matmul.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFan } from "./init.ts";
import { Module, Parameter } from "./module.ts";

export interface LinearOptions {
  /** Learn an offset for every output feature. Default: `true`. */
  bias?: boolean;
  /**
   * A parameter to share instead of a weight of its own [outFeatures, inFeatures]: an embedding's,
   * so that words are read and predicted by the same vectors. Default: none.
   */
  weight?: Parameter;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * y = x·Wᵀ + b: the head of most models, from hidden features to scores.
 *
 * - x […, inFeatures], any number of axes before the last
 * - y […, outFeatures]
 *
 * Weight and bias start uniform in ±1/√inFeatures.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html; Press and Wolf 2017,
 * "Using the output embedding to improve language models", for the shared weight
 *
 * @throws ShapeError in `forward`, if the last axis of x is not inFeatures
 *
 * @example
 * const head = new nn.Linear(3, 5);
 * head.forward(zeros([2, 4, 3])).shape; // [2, 4, 5]
 * Object.keys(head.stateDict()); // ["weight", "bias"]
 *
 * @example
 * const embedding = new nn.Embedding(10, 4);
 * const tied = new nn.Linear(4, 10, { weight: embedding.weight });
 * tied.weight === embedding.weight; // true
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter; //      [outFeatures, inFeatures]
  readonly bias: Parameter | null; // [outFeatures]

  constructor(
    inFeatures: number,
    outFeatures: number,
    { bias = true, weight, generator }: LinearOptions = {},
  ) {
    super();
    checkSize("Linear", "inFeatures", inFeatures);
    checkSize("Linear", "outFeatures", outFeatures);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const init = (shape: number[]) => new Parameter(uniformByFan(shape, inFeatures, generator));
    if (weight) checkShared(weight, [outFeatures, inFeatures]);
    this.weight = weight ?? init([outFeatures, inFeatures]);
    this.bias = bias ? init([outFeatures]) : null;
  }

  /** x […, inFeatures] → […, outFeatures] */
  forward(x: Tensor): Tensor {
    checkLastAxis("Linear.forward", x.shape, "inFeatures", this.inFeatures);
    return linear(x, this.weight, this.bias);
  }
}

function checkShared(weight: Parameter, expected: readonly number[]): void {
  if (sameShape(weight.shape, expected)) return;
  throw new ShapeError(
    `Linear: expected the shared weight to be [outFeatures, inFeatures] = ${formatShape(expected)}, got ${formatShape(weight.shape)}.`,
  );
}
