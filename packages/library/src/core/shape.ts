/**
 * @file Facts about shapes: sizes, strides, axes, NumPy's broadcasting.
 */

import { ArgumentError, formatShape, ShapeError } from "./errors.ts";

export type Shape = readonly number[];

/** The number of elements: the product of all sizes; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Elements to skip for one step along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}

export function checkShape(where: string, shape: Shape): void {
  if (shape.every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new ShapeError(
    `${where}: expected sizes that are whole numbers, got ${formatShape(shape)}.`,
  );
}

/** −1 is the last axis, −2 the one before it. */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && at >= 0 && at < rank) return at;
  throw new ArgumentError(
    `${where}: expected an axis between ${-rank} and ${rank - 1} because the tensor has ${rank} axes, got ${axis}.`,
  );
}

/** NumPy's rule: align at the right; sizes must be equal or one of them 1. */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const n = a[a.length - back] ?? 1;
    const m = b[b.length - back] ?? 1;
    if (n !== m && n !== 1 && m !== 1) {
      throw new ShapeError(
        `${where}: ${formatShape(a)} and ${formatShape(b)} do not broadcast: axis −${back} is ${n} in one and ${m} in the other. Sizes must be equal, or one of them 1.`,
      );
    }
    out[rank - back] = n === 1 ? m : n;
  }
  return out;
}

/** Strides that read `shape` as if it had been broadcast to `target`: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape);
  const added = target.length - shape.length;
  return target.map((_, axis) =>
    axis < added || shape[axis - added] === 1 ? 0 : own[axis - added],
  );
}
