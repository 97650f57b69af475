/**
 * @file Matrix products, and the affine map that layers are made of.
 */

import { record } from "../../autograd/tape.ts";
import { backend } from "../../backends/index.ts";
import type { FloatArray } from "../../core/dtype.ts";
import { formatShape, ShapeError } from "../../core/errors.ts";
import { broadcastShapes, sizeOf } from "../../core/shape.ts";
import { Tensor } from "../tensor.ts";
import { broadcastTo, floatsOf, sumTo } from "./arithmetic.ts";
import { reshape } from "./reshape.ts";

/**
 * y = a·b over the last two axes; the axes before them broadcast.
 * A tensor of one axis is a row on the left and a column on the right, as in NumPy.
 *
 *   dL/da = dL/dy·bᵀ,  dL/db = aᵀ·dL/dy
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkInnerSizes(a, b);
  if (a.rank === 1 || b.rank === 1) {
    const y = matmul(
      a.rank === 1 ? reshape(a, [1, a.size]) : a,
      b.rank === 1 ? reshape(b, [b.size, 1]) : b,
    );
    const shape = [...y.shape];
    if (b.rank === 1) shape.pop();
    if (a.rank === 1) shape.splice(b.rank === 1 ? -1 : -2, 1);
    return reshape(y, shape);
  }

  const m = a.shape[a.rank - 2];
  const k = a.shape[a.rank - 1];
  const n = b.shape[b.rank - 1];
  const outer = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const batch = sizeOf(outer);
  // One matrix for the whole batch is not repeated; anything in between is.
  const aShared = sizeOf(a.shape) === m * k;
  const bShared = sizeOf(b.shape) === k * n;
  const aFull = aShared ? floatsOf(a) : broadcastTo<FloatArray>(a, [...outer, m, k]);
  const bFull = bShared ? floatsOf(b) : broadcastTo<FloatArray>(b, [...outer, k, n]);
  const operands = { a: aFull, b: bFull, aShared, bShared };
  const y = new Tensor(backend().gemm({ batch, m, n, k, ...operands }), [...outer, m, n]);

  return record("matmul", [a, b], y, (gradY) => {
    const grad = gradY.storage.array as FloatArray;
    const gradA = () => {
      const array = backend().gemm({
        batch,
        m,
        n: k,
        k: n,
        a: grad,
        b: bFull,
        bShared,
        transB: true,
      });
      return sumTo(new Tensor(array, [...outer, m, k]), a.shape);
    };
    const gradB = () => {
      const array = backend().gemm({
        batch,
        m: k,
        n,
        k: m,
        a: aFull,
        aShared,
        transA: true,
        b: grad,
      });
      return sumTo(new Tensor(array, [...outer, k, n]), b.shape);
    };
    return [a.requiresGrad ? gradA() : null, b.requiresGrad ? gradB() : null];
  });
}

function checkInnerSizes(a: Tensor, b: Tensor): void {
  if (a.rank > 0 && b.rank > 0) {
    const inner = b.shape[Math.max(0, b.rank - 2)];
    if (a.shape[a.rank - 1] === inner) return;
  }
  throw new ShapeError(
    `matmul: expected the last axis of the left side to equal the last but one of the right, got ${formatShape(a.shape)} and ${formatShape(b.shape)}. Is one of them to be transposed?`,
  );
}

/**
 * y = x·Wᵀ + b
 *
 * - `x`      […, inFeatures]
 * - `weight` [outFeatures, inFeatures]
 * - `bias`   [outFeatures], or null
 * - y        […, outFeatures]
 *
 *   dL/dx = dL/dy·W,  dL/dW = dL/dyᵀ·x,  dL/db = Σ dL/dy
 *
 * @example
 * linear(tensor([[1, 2]]), tensor([[3, 4], [5, 6], [7, 8]])).toArray(); // [[11, 17, 23]]
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [n, k] = weight.shape;
  if (weight.rank !== 2 || x.rank === 0 || x.shape[x.rank - 1] !== k) {
    throw new ShapeError(
      `linear: expected the last axis of the input to be ${k} because the weight is ${formatShape(weight.shape)}, got ${formatShape(x.shape)}.`,
    );
  }
  const xs = floatsOf(x);
  const w = floatsOf(weight);
  const m = x.size / k;
  const y = new Tensor(
    backend().gemm({
      batch: 1,
      m,
      n,
      k,
      a: xs,
      b: w,
      transB: true,
      bias: bias ? floatsOf(bias) : null,
    }),
    [...x.shape.slice(0, -1), n],
  );

  return record("linear", bias ? [x, weight, bias] : [x, weight], y, (gradY) => {
    const grad = gradY.storage.array as FloatArray;
    const gradX = () =>
      new Tensor(backend().gemm({ batch: 1, m, n: k, k: n, a: grad, b: w }), x.shape);
    const gradW = () =>
      new Tensor(
        backend().gemm({ batch: 1, m: n, n: k, k: m, a: grad, transA: true, b: xs }),
        weight.shape,
      );
    return [
      x.requiresGrad ? gradX() : null,
      weight.requiresGrad ? gradW() : null,
      ...(bias ? [bias.requiresGrad ? sumTo(gradY, bias.shape) : null] : []),
    ];
  });
}
