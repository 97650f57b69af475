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

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import type { NumericArray } from "../core/dtype.ts";
import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { Module } from "../nn/module.ts";
import { checkFloat, toIndices } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reduced, rowFactors } from "./cross-entropy.ts";
import { checkReduction, type Reduction, type ReductionOptions } from "./reduction.ts";

export interface CTCOptions extends ReductionOptions {
  /** The class that means nothing was said. Default: 0. */
  blank?: number;
  /** A target that no path can give, as it is too long for its input: loss and gradient are 0. */
  zeroInfinity?: boolean;
}

/** One number for each sequence of the batch. */
export type Lengths = Tensor | readonly number[];

/**
 * −log of the probability that the steps spell the target, whenever they do so.
 *
 * - `logProbs` [seq, batch, numClasses], what `logSoftmax(-1)` gives; or [seq, numClasses]
 * - `targets` [batch, maxTarget], padded with anything; or all of them one after another
 * - `inputLengths`, `targetLengths` [batch]
 *
 * The mean divides each loss by its target's length, at least 1, and then by the batch. A target
 * needs as many steps as it has labels, and one more for each label that equals the one before it;
 * with fewer the loss is infinite, or 0 with `zeroInfinity`.
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
  inputLengths: Lengths,
  targetLengths: Lengths,
  { blank = 0, reduction = "mean", zeroInfinity = false }: CTCOptions = {},
): Tensor {
  checkReduction("ctcLoss", reduction);
  const batch = readBatch(logProbs, targets, inputLengths, targetLengths, blank);
  const { size, labels, steps } = batch;
  const x = logProbs.storage.array;

  const lattices = labels.map((label, n) => forwardPaths(x, batch, label, steps[n], n));
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
        addGradient(gradX, g, x, batch, labels[n], steps[n], n, lattice);
      });
      return [new Tensor(gradX, logProbs.shape)];
    },
    { blank, reduction, zeroInfinity },
  );
}

interface Batch {
  size: number;
  numClasses: number;
  blank: number;
  /** ℓ of each sequence: its labels with blanks before, between and after them. */
  labels: Int32Array[];
  /** The length of each input. */
  steps: Int32Array;
}

/** α of one sequence, [steps, places], and the logarithm of its probability. */
interface Lattice {
  alpha: Float64Array;
  logP: number;
}

function forwardPaths(
  x: NumericArray,
  { size, numClasses, blank }: Batch,
  label: Int32Array,
  steps: number,
  n: number,
): Lattice {
  const S = label.length;
  const alpha = new Float64Array(steps * S).fill(-Infinity);
  if (steps === 0) return { alpha, logP: S === 1 ? 0 : -Infinity };

  for (let s = 0; s < Math.min(2, S); s++) alpha[s] = x[n * numClasses + label[s]];
  for (let t = 1; t < steps; t++) {
    const before = (t - 1) * S;
    const frame = (t * size + n) * numClasses;
    for (let s = 0; s < S; s++) {
      const stay = alpha[before + s];
      const move = s > 0 ? alpha[before + s - 1] : -Infinity;
      const skip = canSkipTo(label, s, blank) ? alpha[before + s - 2] : -Infinity;
      alpha[t * S + s] = x[frame + label[s]] + logSumExp(stay, move, skip);
    }
  }
  const last = steps * S - 1;
  return { alpha, logP: logSumExp(alpha[last], S > 1 ? alpha[last - 1] : -Infinity, -Infinity) };
}

/** Adds g · dL/dx of one sequence, walking β from the last step to the first. */
function addGradient(
  gradX: NumericArray,
  g: number,
  x: NumericArray,
  { size, numClasses, blank }: Batch,
  label: Int32Array,
  steps: number,
  n: number,
  { alpha, logP }: Lattice,
): void {
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
      const move = s + 1 < S ? after[s + 1] : -Infinity;
      const skip = s + 2 < S && canSkipTo(label, s + 2, blank) ? after[s + 2] : -Infinity;
      beta[s] = logSumExp(after[s], move, skip);
    }
  }
}

/** Whether place s can be reached from s − 2: not past a blank that keeps two equal labels apart. */
function canSkipTo(label: Int32Array, s: number, blank: number): boolean {
  return s >= 2 && label[s] !== blank && label[s] !== label[s - 2];
}

function logSumExp(a: number, b: number, c: number): number {
  const largest = Math.max(a, b, c);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(Math.exp(a - largest) + Math.exp(b - largest) + Math.exp(c - largest));
}

function readBatch(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  blank: number,
): Batch {
  const where = "ctcLoss";
  checkFloat(where, "logProbs", logProbs);
  if (logProbs.rank !== 2 && logProbs.rank !== 3) {
    throw new ShapeError(
      `${where}: expected logProbs [seq, batch, numClasses] or [seq, numClasses], got ${formatShape(logProbs.shape)}.`,
    );
  }
  const seq = logProbs.shape[0];
  const size = logProbs.rank === 3 ? logProbs.shape[1] : 1;
  const numClasses = logProbs.shape[logProbs.rank - 1];
  if (!Number.isInteger(blank) || blank < 0 || blank >= numClasses) {
    throw new ArgumentError(
      `${where}: expected blank from 0 to ${numClasses - 1} because there are ${numClasses} classes, got ${blank}.`,
    );
  }
  const steps = readLengths("inputLengths", inputLengths, size, seq);
  return {
    size,
    numClasses,
    blank,
    labels: readTargets(targets, targetLengths, size).map((target, n) =>
      withBlanks(target, n, blank, numClasses),
    ),
    steps,
  };
}

function readLengths(option: string, lengths: Lengths, size: number, longest: number): Int32Array {
  const list = lengths instanceof Tensor ? toIndices("ctcLoss", lengths) : Int32Array.from(lengths);
  if (list.length !== size) {
    throw new ShapeError(
      `ctcLoss: expected ${option} [${size}], one for each sequence of the batch, got ${list.length}. Are batch and seq of logProbs swapped?`,
    );
  }
  const wrong = list.findIndex((length) => length < 0 || length > longest);
  if (wrong >= 0) {
    throw new ArgumentError(
      `ctcLoss: expected ${option} from 0 to ${longest}, got ${list[wrong]} for sequence ${wrong}.`,
    );
  }
  return list;
}

/** The labels of each sequence, from padded rows or from one long list. */
function readTargets(targets: Tensor, targetLengths: Lengths, size: number): Int32Array[] {
  const ids = toIndices("ctcLoss", targets);
  if (targets.rank === 2 && targets.shape[0] === size) {
    const width = targets.shape[1];
    const lengths = readLengths("targetLengths", targetLengths, size, width);
    return Array.from(lengths, (length, n) => ids.subarray(n * width, n * width + length));
  }
  const lengths = readLengths("targetLengths", targetLengths, size, ids.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (targets.rank !== 1 || total !== ids.length) {
    throw new ShapeError(
      `ctcLoss: expected targets [${size}, maxTarget], or all of them one after another [${total}], which is the sum of targetLengths, got ${formatShape(targets.shape)}.`,
    );
  }
  let start = 0;
  return Array.from(lengths, (length) => ids.subarray(start, (start += length)));
}

function withBlanks(target: Int32Array, n: number, blank: number, numClasses: number): Int32Array {
  const label = new Int32Array(2 * target.length + 1).fill(blank);
  target.forEach((id, i) => {
    if (id < 0 || id >= numClasses || id === blank) {
      throw new ArgumentError(
        `ctcLoss: expected labels from 0 to ${numClasses - 1} other than blank ${blank}, got ${id} at place ${i} of sequence ${n}. Is its targetLength too large?`,
      );
    }
    label[2 * i + 1] = id;
  });
  return label;
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
    inputLengths: Lengths,
    targetLengths: Lengths,
  ): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this);
  }
}
