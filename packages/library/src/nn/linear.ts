/**
 * @file The affine map: y = x·Wᵀ + b.
 */

import { checkLastAxis, checkSize } from "../core/errors.ts";
import { linear } from "../tensor/ops/matmul.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFan } from "./init.ts";
import { Module, Parameter } from "./module.ts";

export interface LinearOptions {
  /** Learn an offset for every output feature. Default: `true`. */
  bias?: boolean;
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
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 *
 * @throws ShapeError in `forward`, if the last axis of x is not inFeatures
 *
 * @example
 * const head = new nn.Linear(3, 5);
 * head.forward(zeros([2, 4, 3])).shape; // [2, 4, 5]
 * Object.keys(head.stateDict()); // ["weight", "bias"]
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter; //      [outFeatures, inFeatures]
  readonly bias: Parameter | null; // [outFeatures]

  constructor(
    inFeatures: number,
    outFeatures: number,
    { bias = true, generator }: LinearOptions = {},
  ) {
    super();
    checkSize("Linear", "inFeatures", inFeatures);
    checkSize("Linear", "outFeatures", outFeatures);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const init = (shape: number[]) => new Parameter(uniformByFan(shape, inFeatures, generator));
    this.weight = init([outFeatures, inFeatures]);
    this.bias = bias ? init([outFeatures]) : null;
  }

  /** x […, inFeatures] → […, outFeatures] */
  forward(x: Tensor): Tensor {
    checkLastAxis("Linear.forward", x.shape, "inFeatures", this.inFeatures);
    return linear(x, this.weight, this.bias);
  }
}
