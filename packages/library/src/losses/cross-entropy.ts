/**
 * @file Cross-entropy between the softmax of scores and the true class, or a distribution over
 * classes, with its gradient in the same node of the tape.
 *
 * With class ids y, class weights w, smoothing ε and C classes, a row's loss is
 *
 *   l = − Σ_c a_c · log softmax(x)_c,   a_c = (1 − ε) · w_y · [c = y] + ε/C · w_c
 *
 * and with a distribution t, a_c = w_c · ((1 − ε) · t_c + ε/C). In either case
 *
 *   dl/dx_c = softmax(x)_c · Σ a − a_c
 */

import { record } from "../autograd/tape.ts";
import type { CrossEntropyCall } from "../backends/backend.ts";
import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { ArgumentError, checkProbability } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { Module } from "../nn/module.ts";
import { checkFloat } from "../tensor/creation.ts";
import { floatsOf } from "../tensor/ops/arithmetic.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  classIds,
  classRows,
  classWeights,
  withClassesLast,
  type ClassRows,
} from "./class-rows.ts";
import { checkReduction, type Reduction, type ReductionOptions } from "./reduction.ts";

export interface CrossEntropyOptions extends ReductionOptions {
  /** One for every class [numClasses]: what a row of this class counts. Default: 1 for all. */
  weight?: Tensor | null;
  /** Rows with this target add nothing, and are left out of the mean. Default: −100. */
  ignoreIndex?: number;
  /** How much of the target is spread evenly over all classes. Default: 0. */
  labelSmoothing?: number;
}

/**
 * Cross-entropy: −log softmax(logits)[target], averaged over the targets that count.
 *
 * - `logits`  [n, numClasses], before softmax; or [numClasses], or [n, numClasses, d1, …]
 * - `targets` [n], class ids; or [], or [n, d1, …]
 *
 * Targets of the shape of `logits` are taken as probabilities of the classes.
 *
 * Targets equal to `ignoreIndex` add nothing, and are left out of the mean too: it is
 * Σ losses / Σ weight[target]. Where all are ignored the mean is 0/0 = NaN, as in PyTorch. The mean
 * over probabilities divides by the number of rows.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html; label smoothing:
 * Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision"
 *
 * @throws ArgumentError naming the first target that is no class, and its position
 *
 * @example
 * crossEntropy(tensor([[2, 0, 0]]), tensor([0])).item(); // 0.2395
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  {
    weight = null,
    ignoreIndex = -100,
    reduction = "mean",
    labelSmoothing = 0,
  }: CrossEntropyOptions = {},
): Tensor {
  const where = "crossEntropy";
  checkReduction(where, reduction);
  checkProbability(where, "labelSmoothing", labelSmoothing);
  const rows = classRows(where, "logits", logits);
  const weights = classWeights(where, weight, rows.numClasses);
  const settings = { weights, reduction, labelSmoothing };
  if (!sameShape(targets.shape, logits.shape)) {
    return fromIds(rows, classIds(where, rows, targets, ignoreIndex), ignoreIndex, settings);
  }

  checkFloat(where, "class probabilities", targets);
  if (ignoreIndex >= 0) {
    throw new ArgumentError(
      `${where}: ignoreIndex ${ignoreIndex} is for class ids, got targets of the logits' shape, which are probabilities.`,
    );
  }
  return fromProbabilities(rows, withClassesLast(targets), settings);
}

interface Settings {
  weights: ArrayLike<number>;
  reduction: Reduction;
  labelSmoothing: number;
}

function fromIds(
  { scores, numRows, numClasses: C, lossShape }: ClassRows,
  ids: Int32Array,
  ignoreIndex: number,
  { weights, reduction, labelSmoothing }: Settings,
): Tensor {
  const { divisor, ...aims } = aimsOf(ids, ignoreIndex, { weights, labelSmoothing });
  const call = { x: floatsOf(scores), rows: numRows, cols: C, ...aims };
  const { losses, saved } = backend().crossEntropy(call);
  const output = reduced(losses, reduction, divisor, lossShape);
  return record("crossEntropy", [scores], output, (gradY) => {
    const factor = rowFactors(gradY, reduction, divisor);
    const factors = Float64Array.from(losses, (_, row) => factor(row));
    return [new Tensor(backend().crossEntropyBackward(call, saved, factors), scores.shape)];
  });
}

/** What a row's loss is made of, but for its scores, and what the mean is divided by. */
export function aimsOf(
  ids: Int32Array,
  ignoreIndex: number,
  { weights, labelSmoothing }: Omit<Settings, "reduction">,
): Pick<CrossEntropyCall, "ids" | "own" | "spread"> & { divisor: number } {
  const keep = 1 - labelSmoothing;
  const share = labelSmoothing / weights.length;
  const kept = ids.map((y) => (y === ignoreIndex ? -1 : y));
  let divisor = 0;
  for (const y of kept) if (y >= 0) divisor += weights[y];
  return {
    ids: kept,
    own: Float64Array.from(weights, (w) => keep * w),
    spread: share === 0 ? null : Float64Array.from(weights, (w) => share * w),
    divisor,
  };
}

function fromProbabilities(
  { scores, numRows, numClasses: C, lossShape }: ClassRows,
  targets: Tensor,
  { weights, reduction, labelSmoothing }: Settings,
): Tensor {
  const logP = backend().logSoftmax(floatsOf(scores), numRows, C);
  const t = targets.storage.array;
  const keep = 1 - labelSmoothing;
  const spread = labelSmoothing / C;
  const a = (at: number, c: number) => weights[c] * (keep * t[at + c] + spread);

  const losses = new Float64Array(numRows);
  for (let row = 0, at = 0; row < numRows; row++, at += C) {
    for (let c = 0; c < C; c++) losses[row] -= a(at, c) * logP[at + c];
  }

  const output = reduced(losses, reduction, numRows, lossShape);
  return record("crossEntropy", [scores, targets], output, (gradY) => {
    const factor = rowFactors(gradY, reduction, numRows);
    const gradX = backend().unary("exp", logP); // softmax(x)
    const gradT = targets.requiresGrad ? backend().alloc(targets.size) : null;
    for (let row = 0, at = 0; row < numRows; row++, at += C) {
      const g = factor(row);
      let sumOfA = 0;
      for (let c = 0; c < C; c++) sumOfA += a(at, c);
      for (let c = 0; c < C; c++) {
        gradX[at + c] = g * (gradX[at + c] * sumOfA - a(at, c));
        if (gradT) gradT[at + c] = -g * keep * weights[c] * logP[at + c];
      }
    }
    return [new Tensor(gradX, scores.shape), gradT && new Tensor(gradT, targets.shape)];
  });
}

/** Losses of rows, added up in float64 and divided by `divisor` for the mean. */
export function reduced(
  losses: Float64Array,
  reduction: Reduction,
  divisor: number,
  lossShape: readonly number[],
): Tensor {
  if (reduction === "none") {
    const all: FloatArray = backend().alloc(losses.length);
    all.set(losses);
    return new Tensor(all, lossShape);
  }
  let sum = 0;
  for (let row = 0; row < losses.length; row++) sum += losses[row];
  const total = backend().alloc(1);
  total[0] = reduction === "mean" ? sum / divisor : sum;
  return new Tensor(total, []);
}

/** dL/d(loss of a row), from the gradient of what {@link reduced} gave. */
export function rowFactors(
  gradY: Tensor,
  reduction: Reduction,
  divisor: number,
): (row: number) => number {
  const grad = gradY.storage.array;
  if (reduction === "none") return (row) => grad[row];
  const g = reduction === "mean" ? grad[0] / divisor : grad[0];
  return () => g;
}

/**
 * {@link crossEntropy} as a module that holds its options: classification, language models.
 *
 * @example
 * const criterion = new nn.CrossEntropyLoss({ ignoreIndex: 0 });
 * criterion.forward(tensor([[2, 0, 0], [0, 2, 0]]), tensor([0, 1])).item(); // 0.2395
 */
export class CrossEntropyLoss extends Module {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly reduction: Reduction;
  readonly labelSmoothing: number;

  constructor({
    weight = null,
    ignoreIndex = -100,
    reduction = "mean",
    labelSmoothing = 0,
  }: CrossEntropyOptions = {}) {
    super();
    checkReduction("CrossEntropyLoss", reduction);
    checkProbability("CrossEntropyLoss", "labelSmoothing", labelSmoothing);
    this.weight = weight && this.registerBuffer("weight", weight);
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
    this.labelSmoothing = labelSmoothing;
  }

  /** logits [n, numClasses], targets [n] → [], or [n] if reduction is `"none"` */
  forward(logits: Tensor, targets: Tensor): Tensor {
    return crossEntropy(logits, targets, this);
  }
}
