/**
 * @file Connectionist temporal classification (CTC): a target sequence, and nobody knows when each
 * of its labels was said.
 *
 * The network says something at every step, a label or a blank. A path counts if it gives the target
 * once repeats are merged and blanks dropped; p is the sum over all such paths, the loss −log p.
 *
 * With ℓ = blank y₁ blank y₂ … blank, of 2S + 1 places, and x[t, k] the log-probabilities:
 *
 *   α[t, s] = x[t, ℓₛ] + log Σ exp α[t − 1, s′]                  s′ = s, s − 1, and s − 2 unless ℓₛ
 *                                                               is blank or ℓₛ₋₂: paths up to here
 *   β[t, s] = log Σ exp (β[t + 1, s′] + x[t + 1, ℓₛ′])           the way back: paths from here on
 *   log p   = log (exp α[T − 1, 2S] + exp α[T − 1, 2S − 1])
 *
 *   dL/dx[t, k] = − Σ over s with ℓₛ = k of exp(α[t, s] + β[t, s] − log p)
 *
 * Source: Graves et al. 2006, "Connectionist temporal classification: labelling unsegmented sequence
 * data with recurrent neural networks"
 */

import type { SequenceLengths } from "../data/lengths.ts";
import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import type { NumericArray } from "../core/dtype.ts";
import { Module } from "../nn/module.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reduced, rowFactors } from "./cross-entropy.ts";
import { canSkipTo, readBatch, type CTCBatch } from "./ctc-batch.ts";
import { logAddExp } from "./log-add-exp.ts";
import { checkReduction, type Reduction, type ReductionOptions } from "./reduction.ts";

export interface CTCOptions extends ReductionOptions {
  /** The class that means nothing was said. Default: 0. */
  blank?: number;
  /** A target that no path can give, as it is too long for its input: loss and gradient are 0. */
  zeroInfinity?: boolean;
}

/**
 * −log of the probability that the steps spell the target, whenever they do so.
 *
 * - `logProbs` [seq, batch, numClasses], what `logSoftmax(-1)` gives; or [seq, numClasses]
 * - `targets` [batch, maxTarget], padded with anything; or all of them one after another
 * - `inputLengths`, `targetLengths` [batch]: a tensor, an array or a typed array
 *
 * The mean divides each loss by its target's length, at least 1, and then by the batch. A target
 * needs as many steps as it has labels, and one more for each label that equals the one before it;
 * with fewer the loss is infinite and its gradient NaN, or both 0 with `zeroInfinity`.
 *
 * PyTorch's gradient of logProbs takes it for granted that they come from logSoftmax. Here it is the
 * partial derivative; before logSoftmax the two are the same.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
 *
 * @throws ArgumentError if a length or a label is outside what it may be
 *
 * @example
 * const logProbs = zeros([2, 1, 3]).logSoftmax(-1); // two steps, three classes
 * ctcLoss(logProbs, tensor([[1]]), [2], [1]).item(); // 1.0986, for three of nine paths spell it
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: SequenceLengths,
  targetLengths: SequenceLengths,
  { blank = 0, reduction = "mean", zeroInfinity = false }: CTCOptions = {},
): Tensor {
  checkReduction("ctcLoss", reduction);
  const batch = readBatch("ctcLoss", logProbs, targets, inputLengths, targetLengths, blank);
  const { x, size, labels } = batch;

  const lattices = labels.map((_, n) => forwardPaths(batch, n));
  const numLabels = labels.map((label) => Math.max(1, (label.length - 1) / 2));
  const isZeroed = lattices.map(({ logP }) => zeroInfinity && logP === -Infinity);
  const losses = Float64Array.from(lattices, ({ logP }, n) => {
    if (isZeroed[n]) return 0;
    const loss = 0 - logP; // −logP would be −0 where p is 1
    return reduction === "mean" ? loss / numLabels[n] : loss;
  });

  const lossShape = logProbs.rank === 3 ? [size] : [];
  const output = reduced(losses, reduction, size, lossShape);
  return record(
    "ctcLoss",
    [logProbs],
    output,
    (gradY) => {
      const factor = rowFactors(gradY, reduction, size);
      const gradX = backend().alloc(x.length);
      lattices.forEach((lattice, n) => {
        if (isZeroed[n]) return;
        const g = reduction === "mean" ? factor(n) / numLabels[n] : factor(n);
        addGradient(gradX, g, batch, n, lattice);
      });
      return [new Tensor(gradX, logProbs.shape)];
    },
    { blank, reduction, zeroInfinity },
  );
}

/** α of one sequence, [steps, places], and the logarithm of its probability. */
interface Lattice {
  alpha: Float64Array;
  logP: number;
}

function forwardPaths(batch: CTCBatch, n: number): Lattice {
  const { x, size, numClasses, blank } = batch;
  const label = batch.labels[n];
  const steps = batch.steps[n];
  const S = label.length;
  const alpha = new Float64Array(steps * S).fill(-Infinity);
  if (steps === 0) return { alpha, logP: S === 1 ? 0 : -Infinity };

  for (let s = 0; s < Math.min(2, S); s++) alpha[s] = x[n * numClasses + label[s]];
  for (let t = 1; t < steps; t++) {
    const before = (t - 1) * S;
    const frame = (t * size + n) * numClasses;
    for (let s = 0; s < S; s++) {
      let sum = alpha[before + s];
      if (s > 0) sum = logAddExp(sum, alpha[before + s - 1]);
      if (canSkipTo(label, s, blank)) sum = logAddExp(sum, alpha[before + s - 2]);
      alpha[t * S + s] = x[frame + label[s]] + sum;
    }
  }
  const last = steps * S - 1;
  return { alpha, logP: S > 1 ? logAddExp(alpha[last], alpha[last - 1]) : alpha[last] };
}

/** Adds g · dL/dx of one sequence, walking β from the last step to the first. */
function addGradient(
  gradX: NumericArray,
  g: number,
  batch: CTCBatch,
  n: number,
  { alpha, logP }: Lattice,
): void {
  const { x, size, numClasses, blank } = batch;
  const label = batch.labels[n];
  const steps = batch.steps[n];
  const S = label.length;
  let beta = new Float64Array(S).fill(-Infinity);
  beta.fill(0, Math.max(0, S - 2));
  let after = new Float64Array(S); // β + x of the step after
  const shares = new Float64Array(numClasses);

  for (let t = steps - 1; t >= 0; t--) {
    const frame = (t * size + n) * numClasses;
    shares.fill(0);
    for (let s = 0; s < S; s++) shares[label[s]] += Math.exp(alpha[t * S + s] + beta[s] - logP);
    for (let k = 0; k < numClasses; k++) gradX[frame + k] = -g * shares[k];

    [beta, after] = [after, beta];
    for (let s = 0; s < S; s++) after[s] += x[frame + label[s]];
    for (let s = 0; s < S; s++) {
      let sum = after[s];
      if (s + 1 < S) sum = logAddExp(sum, after[s + 1]);
      if (s + 2 < S && canSkipTo(label, s + 2, blank)) sum = logAddExp(sum, after[s + 2]);
      beta[s] = sum;
    }
  }
}

/**
 * {@link ctcLoss} as a module that holds its options: speech, handwriting.
 *
 * @example
 * const criterion = new nn.CTCLoss({ reduction: "sum" });
 * const logProbs = zeros([2, 1, 3]).logSoftmax(-1);
 * criterion.forward(logProbs, tensor([[1]]), [2], [1]).item(); // 1.0986
 */
export class CTCLoss extends Module {
  readonly blank: number;
  readonly reduction: Reduction;
  readonly zeroInfinity: boolean;

  constructor({ blank = 0, reduction = "mean", zeroInfinity = false }: CTCOptions = {}) {
    super();
    checkReduction("CTCLoss", reduction);
    this.blank = blank;
    this.reduction = reduction;
    this.zeroInfinity = zeroInfinity;
  }

  /** logProbs [seq, batch, numClasses], targets [batch, maxTarget] → [], or [batch] for `"none"` */
  forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: SequenceLengths,
    targetLengths: SequenceLengths,
  ): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this);
  }
}
