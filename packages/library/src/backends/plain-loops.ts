/**
 * @file Every formula as a plain loop, written to be read.
 *
 * In float64 these loops are the `reference` engine: what gradients are checked in and kernels are
 * tested against. In float32 they do for the Wasm engine what it has no kernel for.
 */

import type { FloatArray } from "../core/dtype.ts";
import { unreachable } from "../core/errors.ts";
import { broadcastStrides, sizeOf, type Shape } from "../core/shape.ts";
import {
  isMinimal,
  type Backend,
  type BinaryName,
  type GemmCall,
  type UnaryName,
} from "./backend.ts";
import { plainMinimal, plainMinimalBackward } from "./plain-minimal.ts";
import { plainOptimizers } from "./plain-optimizers.ts";
import { plainRows } from "./plain-rows.ts";
import { plainRecurrent, plainRecurrentBackward, sigmoid } from "./plain-recurrent.ts";

type Alloc = (length: number) => FloatArray;

/** The plain loops as an engine of its own, in either precision. */
export function plainLoops(dtype: "float32" | "float64"): Backend {
  const alloc: Alloc =
    dtype === "float32"
      ? (length) => new Float32Array(length)
      : (length) => new Float64Array(length);
  return {
    name: dtype === "float64" ? "reference" : "plain",
    dtype,
    alloc,
    binary: (name, a, aShape, b, bShape, outShape) =>
      binary(name, a, aShape, b, bShape, outShape, alloc(sizeOf(outShape))),
    sum,
    unary: (name, x) => unary(name, x, alloc(x.length)),
    unaryBackward: (name, gradY, x, y) => unaryBackward(name, gradY, x, y, alloc(x.length)),
    gemm: (call) => gemm(call, call.out ?? alloc(call.batch * call.m * call.n)),
    softmax: (x, rows, cols) => softmax(x, rows, cols, alloc(x.length)),
    logSoftmax: (x, rows, cols) => logSoftmax(x, rows, cols, alloc(x.length)),
    ...plainRows(alloc),
    ...plainOptimizers,
    recurrent: (call) =>
      isMinimal(call.cell) ? plainMinimal(call, alloc) : plainRecurrent(call, alloc),
    recurrentBackward: (call, saved, grads) =>
      isMinimal(call.cell)
        ? plainMinimalBackward(call, saved, grads, alloc)
        : plainRecurrentBackward(call, saved, grads, alloc),
  };
}

function binary(
  name: BinaryName,
  a: FloatArray,
  aShape: Shape,
  b: FloatArray,
  bShape: Shape,
  outShape: Shape,
  out: FloatArray,
): FloatArray {
  const [aWhole, bWhole] = [a, b].map((from) => (from.length === out.length ? 1 : 0));
  // Nothing is repeated but a single number: all is one row.
  if ((aWhole || a.length === 1) && (bWhole || b.length === 1)) {
    binaryRow(name, out.length, a, 0, aWhole, b, 0, bWhole, out, 0);
    return out;
  }
  const rank = outShape.length;
  const aStrides = broadcastStrides(aShape, outShape);
  const bStrides = broadcastStrides(bShape, outShape);
  const last = rank - 1;
  const n = outShape[last];
  const index = new Array<number>(rank).fill(0);
  for (let at = 0, aAt = 0, bAt = 0; at < out.length; at += n) {
    binaryRow(name, n, a, aAt, aStrides[last], b, bAt, bStrides[last], out, at);
    // Carry, as in an odometer.
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis]++;
      aAt += aStrides[axis];
      bAt += bStrides[axis];
      if (index[axis] < outShape[axis]) break;
      aAt -= aStrides[axis] * outShape[axis];
      bAt -= bStrides[axis] * outShape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** One loop per operation: a call through a table costs ten times the arithmetic. */
function binaryRow(
  name: BinaryName,
  n: number,
  a: FloatArray,
  aAt: number,
  aStep: number,
  b: FloatArray,
  bAt: number,
  bStep: number,
  out: FloatArray,
  at: number,
): void {
  const end = at + n;
  switch (name) {
    case "add":
      for (; at < end; at++, aAt += aStep, bAt += bStep) out[at] = a[aAt] + b[bAt];
      return;
    case "sub":
      for (; at < end; at++, aAt += aStep, bAt += bStep) out[at] = a[aAt] - b[bAt];
      return;
    case "mul":
      for (; at < end; at++, aAt += aStep, bAt += bStep) out[at] = a[aAt] * b[bAt];
      return;
    case "div":
      for (; at < end; at++, aAt += aStep, bAt += bStep) out[at] = a[aAt] / b[bAt];
      return;
    default:
      unreachable(name);
  }
}

/** Four sums at a time: one alone waits for itself at every step. */
function sum(x: FloatArray): number {
  const n = x.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += x[i];
    s1 += x[i + 1];
    s2 += x[i + 2];
    s3 += x[i + 3];
  }
  for (; i < n; i++) s0 += x[i];
  return s0 + s1 + (s2 + s3);
}

function unary(name: UnaryName, x: FloatArray, y: FloatArray): FloatArray {
  const n = x.length;
  switch (name) {
    case "exp":
      for (let i = 0; i < n; i++) y[i] = Math.exp(x[i]);
      return y;
    case "log":
      for (let i = 0; i < n; i++) y[i] = Math.log(x[i]);
      return y;
    case "tanh":
      for (let i = 0; i < n; i++) y[i] = Math.tanh(x[i]);
      return y;
    case "sigmoid":
      for (let i = 0; i < n; i++) y[i] = sigmoid(x[i]);
      return y;
    case "relu":
      // Not Math.max: NaN must stay NaN, and −0 becomes 0 as in PyTorch.
      for (let i = 0; i < n; i++) y[i] = x[i] <= 0 ? 0 : x[i];
      return y;
    case "sqrt":
      for (let i = 0; i < n; i++) y[i] = Math.sqrt(x[i]);
      return y;
    case "abs":
      for (let i = 0; i < n; i++) y[i] = Math.abs(x[i]);
      return y;
    case "neg":
      for (let i = 0; i < n; i++) y[i] = -x[i];
      return y;
    default:
      return unreachable(name);
  }
}

function unaryBackward(
  name: UnaryName,
  gradY: FloatArray,
  x: FloatArray,
  y: FloatArray,
  gradX: FloatArray,
): FloatArray {
  const n = x.length;
  switch (name) {
    case "exp": // y′ = y
      for (let i = 0; i < n; i++) gradX[i] = gradY[i] * y[i];
      return gradX;
    case "log": // y′ = 1 / x
      for (let i = 0; i < n; i++) gradX[i] = gradY[i] / x[i];
      return gradX;
    case "tanh": // y′ = 1 − y²
      for (let i = 0; i < n; i++) gradX[i] = gradY[i] * (1 - y[i] * y[i]);
      return gradX;
    case "sigmoid": // y′ = y · (1 − y)
      for (let i = 0; i < n; i++) gradX[i] = gradY[i] * y[i] * (1 - y[i]);
      return gradX;
    case "relu": // y′ = 1 where x > 0, else 0
      for (let i = 0; i < n; i++) gradX[i] = x[i] > 0 ? gradY[i] : 0;
      return gradX;
    case "sqrt": // y′ = 1 / (2 · y)
      for (let i = 0; i < n; i++) gradX[i] = gradY[i] / (2 * y[i]);
      return gradX;
    case "abs": // y′ = sign x, and 0 at 0
      for (let i = 0; i < n; i++) gradX[i] = gradY[i] * Math.sign(x[i]);
      return gradX;
    case "neg":
      for (let i = 0; i < n; i++) gradX[i] = -gradY[i];
      return gradX;
    default:
      return unreachable(name);
  }
}

function gemm(call: GemmCall, out: FloatArray): FloatArray {
  const { batch, m, n, k, a, b, transA, transB, bias, accumulate } = call;
  const aStep = call.aShared ? 0 : m * k;
  const bStep = call.bShared ? 0 : k * n;
  // a[row, p] is at row · aRow + p · aCol, and likewise b[p, col].
  const [aRow, aCol] = transA ? [1, m] : [k, 1];
  const [bRow, bCol] = transB ? [1, k] : [n, 1];

  for (let i = 0; i < batch; i++) {
    for (let row = 0; row < m; row++) {
      const aAt = i * aStep + row * aRow;
      const outAt = (i * m + row) * n;
      for (let col = 0; col < n; col++) {
        const bAt = i * bStep + col * bCol;
        let sum = accumulate ? out[outAt + col] : bias ? bias[col] : 0;
        for (let p = 0; p < k; p++) sum += a[aAt + p * aCol] * b[bAt + p * bRow];
        out[outAt + col] = sum;
      }
    }
  }
  return out;
}

/** softmax(x) = exp(x − max x) / Σ exp(x − max x); subtracting the maximum keeps exp from overflowing. */
function softmax(x: FloatArray, rows: number, cols: number, y: FloatArray): FloatArray {
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    const max = rowMax(x, at, cols);
    let sum = 0;
    for (let i = at; i < at + cols; i++) {
      const e = Math.exp(x[i] - max);
      y[i] = e;
      sum += e;
    }
    for (let i = at; i < at + cols; i++) y[i] /= sum;
  }
  return y;
}

/** log softmax(x) = x − max x − log Σ exp(x − max x) */
function logSoftmax(x: FloatArray, rows: number, cols: number, y: FloatArray): FloatArray {
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    const max = rowMax(x, at, cols);
    let sum = 0;
    for (let i = at; i < at + cols; i++) sum += Math.exp(x[i] - max);
    const logSum = Math.log(sum);
    for (let i = at; i < at + cols; i++) y[i] = x[i] - max - logSum;
  }
  return y;
}

function rowMax(x: FloatArray, at: number, cols: number): number {
  let max = -Infinity;
  for (let i = at; i < at + cols; i++) if (x[i] > max || Number.isNaN(x[i])) max = x[i];
  return max;
}
