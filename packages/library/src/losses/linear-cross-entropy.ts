/**
 * @file The affine map to scores and their cross-entropy, a few rows at a time.
 *
 * The scores of all words of a batch are the largest array of most language models, and their
 * gradient is as large. Here a few rows of both are held at once, in one array, for as long as the
 * loss needs them; the gradients of what led to the scores are added up on the way:
 *
 *   for a few rows at a time:
 *     s = x·Wᵀ + b,  g = dl/ds,  dl/dx = g·W,  dl/dW += gᵀ·x,  dl/db += Σ g
 */

import { needsRecord, record } from "../autograd/tape.ts";
import type { CrossEntropyCall } from "../backends/backend.ts";
import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { checkProbability, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { floatsOf } from "../tensor/ops/arithmetic.ts";
import { linear } from "../tensor/ops/matmul.ts";
import { Tensor } from "../tensor/tensor.ts";
import { classIds, classWeights } from "./class-rows.ts";
import { aimsOf, crossEntropy, reduced, type CrossEntropyOptions } from "./cross-entropy.ts";
import { checkReduction } from "./reduction.ts";

export interface LinearCrossEntropyOptions extends CrossEntropyOptions {
  /** b [numClasses]. Default: none. */
  linearBias?: Tensor | null;
}

/** Scores at once, about: 2 MiB, which stays in a cache. */
const SCORES = 2 ** 19;

/**
 * `crossEntropy(linear(input, linearWeight, linearBias), targets, …)`, without ever holding the
 * scores of all rows: for heads with many classes.
 *
 * - `input`        [n, inFeatures]
 * - `linearWeight` [numClasses, inFeatures]
 * - `linearBias`   [numClasses], or null
 * - `targets`      [n], class ids
 *
 * The result is that of the two in turn, to rounding. For 1,000 rows of 5,000 classes it holds 2 MiB
 * where the two hold 40 MB. The gradients are computed with the loss, where they may be asked for:
 * measure in `noGrad`. Class probabilities as targets and reduction `"none"` are computed by the two.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.linear_cross_entropy.html
 *
 * @throws ShapeError if `input` is not [n, inFeatures]
 *
 * @example
 * const weight = tensor([[1, 0], [0, 1], [1, 1]]);
 * linearCrossEntropy(tensor([[2, 0]]), weight, tensor([0])).item(); // 0.7586
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  targets: Tensor,
  { linearBias = null, ...options }: LinearCrossEntropyOptions = {},
): Tensor {
  const where = "linearCrossEntropy";
  const { weight = null, ignoreIndex = -100, reduction = "mean", labelSmoothing = 0 } = options;
  checkReduction(where, reduction);
  checkProbability(where, "labelSmoothing", labelSmoothing);
  if (input.rank !== 2 || linearWeight.rank !== 2 || input.shape[1] !== linearWeight.shape[1]) {
    throw new ShapeError(
      `${where}: expected input [n, inFeatures] and linearWeight [numClasses, inFeatures], got ${formatShape(input.shape)} and ${formatShape(linearWeight.shape)}.`,
    );
  }
  const [n] = input.shape;
  const [C] = linearWeight.shape;
  if (linearBias && !sameShape(linearBias.shape, [C])) {
    throw new ShapeError(
      `${where}: expected linearBias [${C}], one for every class, got ${formatShape(linearBias.shape)}.`,
    );
  }
  if (reduction === "none" || sameShape(targets.shape, [n, C])) {
    return crossEntropy(linear(input, linearWeight, linearBias), targets, options);
  }

  const weights = classWeights(where, weight, C);
  const given = classIds(where, { numClasses: C, lossShape: [n] }, targets, ignoreIndex);
  const { divisor, ...aims } = aimsOf(given, ignoreIndex, { weights, labelSmoothing });
  const inputs = linearBias ? [input, linearWeight, linearBias] : [input, linearWeight];
  const isWanted = needsRecord(inputs);
  const grads = inputs.map((tensor) =>
    isWanted && tensor.requiresGrad ? backend().alloc(tensor.size) : null,
  );
  const losses = inPieces(
    { x: floatsOf(input), W: floatsOf(linearWeight), b: linearBias && floatsOf(linearBias) },
    aims,
    reduction === "mean" ? 1 / divisor : 1,
    isWanted ? { x: grads[0], W: grads[1], b: grads[2] ?? null } : null,
  );
  const output = reduced(losses, reduction, divisor, []);
  return record(where, inputs, output, (gradY) => {
    const factor = gradY.storage.array[0];
    return grads.map((grad, i) => {
      if (grad && factor !== 1) backend().scale_(grad, factor);
      return grad && new Tensor(grad, inputs[i].shape);
    });
  });
}

type Aims = Pick<CrossEntropyCall, "ids" | "own" | "spread">;

/**
 * The rows' losses; and what `factor` times their sum gives as gradients is added to `grads`, those
 * of them that are asked for.
 */
function inPieces(
  { x, W, b }: { x: FloatArray; W: FloatArray; b: FloatArray | null },
  { ids, own, spread }: Aims,
  factor: number,
  grads: Record<"x" | "W" | "b", FloatArray | null> | null,
): Float64Array {
  const engine = backend();
  const [n, C] = [ids.length, own.length];
  const k = W.length / C;
  const atOnce = Math.max(1, Math.min(n, Math.floor(SCORES / C)));
  const scores = engine.alloc(atOnce * C);
  const ones = engine.alloc(atOnce).fill(1);
  const losses = new Float64Array(n);
  for (let first = 0; first < n; first += atOnce) {
    const m = Math.min(atOnce, n - first);
    const rowsOf = (array: FloatArray, width: number) =>
      array.subarray(first * width, (first + m) * width);
    const a = rowsOf(x, k);
    const out = scores.subarray(0, m * C);
    engine.gemm({ batch: 1, m, n: C, k, a, b: W, transB: true, bias: b, out });
    const call = { x: out, rows: m, cols: C, ids: ids.subarray(first, first + m), own, spread };
    const found = engine.crossEntropy(call);
    losses.set(found.losses, first);
    if (grads === null) continue;

    const factors = new Float64Array(m).fill(factor);
    const g = engine.crossEntropyBackward(call, found.saved, factors, out);
    if (grads.x) engine.gemm({ batch: 1, m, n: k, k: C, a: g, b: W, out: rowsOf(grads.x, k) });
    const added = { batch: 1, k: m, accumulate: true };
    if (grads.W) engine.gemm({ ...added, m: C, n: k, a: g, transA: true, b: a, out: grads.W });
    if (grads.b) engine.gemm({ ...added, m: 1, n: C, a: ones.subarray(0, m), b: g, out: grads.b });
  }
  return losses;
}
