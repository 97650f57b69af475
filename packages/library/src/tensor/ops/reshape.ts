/**
 * @file The same numbers in another shape or another order. Only the order costs a copy.
 */

import { record } from "../../autograd/tape.ts";
import type { NumericArray } from "../../core/dtype.ts";
import { ArgumentError, formatShape, ShapeError } from "../../core/errors.ts";
import { broadcastShapes, normalizeAxis, sameShape, sizeOf, stridesOf } from "../../core/shape.ts";
import { Storage } from "../../core/storage.ts";
import { Tensor } from "../tensor.ts";
import { broadcastTo, sumTo } from "./arithmetic.ts";

export function reshape(x: Tensor, wanted: readonly number[]): Tensor {
  const shape = completeShape(x, wanted);
  const y = new Tensor(x.storage, shape);
  return record("reshape", [x], y, (gradY) => [reshape(gradY, x.shape)], { shape });
}

/** Finds the size written as −1. */
function completeShape(x: Tensor, wanted: readonly number[]): readonly number[] {
  const open = wanted.indexOf(-1);
  const known = sizeOf(wanted.filter((_, axis) => axis !== open));
  const shape = open < 0 ? wanted : wanted.map((n, axis) => (axis === open ? x.size / known : n));
  if (sizeOf(shape) !== x.size || shape.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} has ${x.size} elements and does not fit ${formatShape(wanted)}.`,
    );
  }
  return shape;
}

export function flatten(x: Tensor, start: number, end: number): Tensor {
  if (x.rank === 0) return reshape(x, [1]);
  const first = normalizeAxis("flatten", start, x.rank);
  const last = normalizeAxis("flatten", end, x.rank);
  const middle = sizeOf(x.shape.slice(first, last + 1));
  return reshape(x, [...x.shape.slice(0, first), middle, ...x.shape.slice(last + 1)]);
}

export function squeeze(x: Tensor, axis?: number): Tensor {
  if (axis === undefined)
    return reshape(
      x,
      x.shape.filter((n) => n !== 1),
    );
  const at = normalizeAxis("squeeze", axis, x.rank);
  return x.shape[at] === 1
    ? reshape(
        x,
        x.shape.filter((_, i) => i !== at),
      )
    : x;
}

export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis("unsqueeze", axis, x.rank + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

export function transpose(x: Tensor, axis0: number, axis1: number): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const i = normalizeAxis("transpose", axis0, x.rank);
  const j = normalizeAxis("transpose", axis1, x.rank);
  [axes[i], axes[j]] = [axes[j], axes[i]];
  return permute(x, axes);
}

/** y[i, j, …] = x with its axes in the order `axes`; the gradient goes back in the inverse order. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const order = axes.map((axis) => normalizeAxis("permute", axis, x.rank));
  if (order.length !== x.rank || new Set(order).size !== x.rank) {
    throw new ArgumentError(
      `permute: expected each of ${x.rank} axes once, got ${formatShape(axes)}.`,
    );
  }
  const shape = order.map((axis) => x.shape[axis]);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const y = new Tensor(permuted(x, order, shape), shape);
  return record("permute", [x], y, (gradY) => [permute(gradY, inverse)], { axes: order });
}

function permuted(x: Tensor, order: readonly number[], shape: readonly number[]): NumericArray {
  const source = x.storage.array;
  const out = source.slice();
  const own = stridesOf(x.shape);
  const strides = order.map((axis) => own[axis]);
  const rank = shape.length;
  if (rank < 2 || out.length === 0) return out;

  const last = rank - 1;
  const index = new Array<number>(rank).fill(0);
  for (let i = 0, at = 0; i < out.length;) {
    for (let j = 0, from = at; j < shape[last]; j++, from += strides[last]) out[i++] = source[from];
    // Carry, as in an odometer.
    for (let axis = last - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** Repeats along axes of size 1; −1 keeps a size. The gradient of the copies is summed. */
export function expand(x: Tensor, wanted: readonly number[]): Tensor {
  const added = wanted.length - x.rank;
  const shape = wanted.map((n, axis) => (n === -1 && axis >= added ? x.shape[axis - added] : n));
  if (added < 0 || !sameShape(broadcastShapes("expand", x.shape, shape), shape)) {
    throw new ShapeError(`expand: ${formatShape(x.shape)} cannot become ${formatShape(wanted)}.`);
  }
  const y = new Tensor(expanded(x, shape), shape);
  return record("expand", [x], y, (gradY) => [sumTo(gradY, x.shape)], { shape });
}

function expanded(x: Tensor, shape: readonly number[]): Storage {
  const { brief } = x.storage;
  if (brief.length === 1) return new Storage(brief.slice(), sizeOf(shape));
  const array: NumericArray = broadcastTo(x, shape);
  return new Storage(array === x.storage.array ? array.slice() : array);
}

export function clone(x: Tensor): Tensor {
  const y = new Tensor(x.storage.array.slice(), x.shape);
  return record("clone", [x], y, (gradY) => [gradY]);
}
