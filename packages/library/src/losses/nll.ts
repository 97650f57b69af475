/**
 * @file Negative log-likelihood: cross-entropy for scores that are log-probabilities already.
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import { Module } from "../nn/module.ts";
import { Tensor } from "../tensor/tensor.ts";
import { classIds, classRows, classWeights } from "./class-rows.ts";
import { reduced, rowFactors } from "./cross-entropy.ts";
import { checkReduction, type Reduction, type ReductionOptions } from "./reduction.ts";

export interface NLLOptions extends ReductionOptions {
  /** One for every class [numClasses]: what a row of this class counts. Default: 1 for all. */
  weight?: Tensor | null;
  /** Rows with this target add nothing, and are left out of the mean. Default: −100. */
  ignoreIndex?: number;
}

/**
 * l = −weight[y] · logProbs[y], averaged as Σ l / Σ weight[y] over the targets y that count.
 *
 * - `logProbs` [n, numClasses], what `logSoftmax` gives; or [numClasses], or [n, numClasses, d1, …]
 * - `targets`  [n], class ids; or [], or [n, d1, …]
 *
 * Where all targets are ignored the mean is 0/0 = NaN, as in PyTorch.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 *
 * @throws ArgumentError naming the first target that is no class, and its position
 *
 * @example
 * nllLoss(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0, 1])).item(); // 0.375
 */
export function nllLoss(
  logProbs: Tensor,
  targets: Tensor,
  { weight = null, ignoreIndex = -100, reduction = "mean" }: NLLOptions = {},
): Tensor {
  const where = "nllLoss";
  checkReduction(where, reduction);
  const rows = classRows(where, "logProbs", logProbs);
  const { scores, numRows, numClasses: C, lossShape } = rows;
  const weights = classWeights(where, weight, C);
  const ids = classIds(where, rows, targets, ignoreIndex);

  const x = scores.storage.array;
  const losses = new Float64Array(numRows);
  let divisor = 0;
  for (let row = 0; row < numRows; row++) {
    const y = ids[row];
    if (y === ignoreIndex) continue;
    divisor += weights[y];
    losses[row] = -weights[y] * x[row * C + y];
  }

  const output = reduced(losses, reduction, divisor, lossShape);
  return record("nllLoss", [scores], output, (gradY) => {
    const factor = rowFactors(gradY, reduction, divisor);
    const gradX = backend().alloc(scores.size);
    for (let row = 0; row < numRows; row++) {
      const y = ids[row];
      if (y !== ignoreIndex) gradX[row * C + y] = -factor(row) * weights[y];
    }
    return [new Tensor(gradX, scores.shape)];
  });
}

/**
 * {@link nllLoss} as a module that holds its options.
 *
 * @example
 * const criterion = new nn.NLLLoss({ reduction: "sum" });
 * criterion.forward(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0, 1])).item(); // 0.75
 */
export class NLLLoss extends Module {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly reduction: Reduction;

  constructor({ weight = null, ignoreIndex = -100, reduction = "mean" }: NLLOptions = {}) {
    super();
    checkReduction("NLLLoss", reduction);
    this.weight = weight && this.registerBuffer("weight", weight);
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
  }

  /** logProbs [n, numClasses], targets [n] → [], or [n] if reduction is `"none"` */
  forward(logProbs: Tensor, targets: Tensor): Tensor {
    return nllLoss(logProbs, targets, this);
  }
}
