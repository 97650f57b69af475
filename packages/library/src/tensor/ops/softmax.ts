/**
 * @file Softmax and its logarithm along one axis.
 */

import { record } from "../../autograd/tape.ts";
import { backend } from "../../backends/index.ts";
import type { FloatArray } from "../../core/dtype.ts";
import { normalizeAxis } from "../../core/shape.ts";
import { Tensor } from "../tensor.ts";
import { floatsOf } from "./arithmetic.ts";
import { transpose } from "./reshape.ts";

/** y = exp(x) / Σ exp(x); dL/dx = y ⊙ (dL/dy − Σ dL/dy ⊙ y) */
export function softmax(x: Tensor, axis: number): Tensor {
  return alongLastAxis("softmax", x, axis, (last) => {
    const [rows, cols] = rowsOf(last);
    const y = new Tensor(backend().softmax(floatsOf(last), rows, cols), last.shape);
    return record(
      "softmax",
      [last],
      y,
      (gradY) => {
        const weighted = gradY.mul(y);
        return [weighted.sub(y.mul(weighted.sum(-1, { keepdim: true })))];
      },
      { axis: -1 },
    );
  });
}

/** y = x − log Σ exp(x); dL/dx = dL/dy − exp(y) · Σ dL/dy */
export function logSoftmax(x: Tensor, axis: number): Tensor {
  return alongLastAxis("logSoftmax", x, axis, (last) => {
    const [rows, cols] = rowsOf(last);
    const y = new Tensor(backend().logSoftmax(floatsOf(last), rows, cols), last.shape);
    return record(
      "logSoftmax",
      [last],
      y,
      (gradY) => [new Tensor(logSoftmaxBackward(gradY, y, rows, cols), last.shape)],
      { axis: -1 },
    );
  });
}

function logSoftmaxBackward(gradY: Tensor, y: Tensor, rows: number, cols: number): FloatArray {
  const grad = gradY.storage.array;
  const probabilities = backend().unary("exp", y.storage.array as FloatArray);
  for (let row = 0, at = 0; row < rows; row++, at += cols) {
    let sum = 0;
    for (let i = at; i < at + cols; i++) sum += grad[i];
    for (let i = at; i < at + cols; i++) probabilities[i] = grad[i] - probabilities[i] * sum;
  }
  return probabilities;
}

function alongLastAxis(where: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  if (x.rank === 0) return f(x);
  const at = normalizeAxis(where, axis, x.rank);
  if (at === x.rank - 1) return f(x);
  return transpose(f(transpose(x, at, -1)), at, -1);
}

function rowsOf(x: Tensor): [rows: number, cols: number] {
  const cols = x.rank === 0 ? 1 : x.shape[x.rank - 1];
  return [cols === 0 ? 0 : x.size / cols, cols];
}
