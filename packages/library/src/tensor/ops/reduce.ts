/**
 * @file Many numbers become one: sums and means in float64 inside, extremes and where they stand.
 */

import { record } from "../../autograd/tape.ts";
import { traced } from "../../autograd/trace.ts";
import { backend } from "../../backends/index.ts";
import { isFloat } from "../../core/dtype.ts";
import { formatShape, ShapeError } from "../../core/errors.ts";
import { normalizeAxis, sizeOf } from "../../core/shape.ts";
import { Tensor } from "../tensor.ts";
import { expand, reshape } from "./reshape.ts";

export interface ReduceOptions {
  /** Keep the reduced axes with size 1. Default: `false`. */
  keepdim?: boolean;
}

export interface VarianceOptions extends ReduceOptions {
  /** Taken from n in the divisor (Bessel's correction). Default: 1. */
  correction?: number;
}

type Axes = number | readonly number[] | undefined;

/** Σ x; dL/dx = dL/dy for every element */
export function sum(x: Tensor, axis?: Axes, { keepdim = false }: ReduceOptions = {}): Tensor {
  const axes = axesOf("sum", x, axis);
  const { kept, shape } = shapesOf(x, axes, keepdim);
  let total = x;
  if (axes.length === x.rank) total = sumAll(x);
  else for (const at of axes) total = sumAlong(total, at);
  const y = new Tensor(total === x ? x.storage.array.slice() : total.storage, shape);
  return record("sum", [x], y, (gradY) => [expand(reshape(gradY, kept), x.shape)], {
    axes,
    keepdim,
  });
}

/** Σ x / n; dL/dx = dL/dy / n */
export function mean(x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor {
  const axes = axesOf("mean", x, axis);
  const n = sizeOf(axes.map((at) => x.shape[at]));
  return sum(x, axes, options).div(n);
}

export function variance(
  x: Tensor,
  axis?: Axes,
  { correction = 1, keepdim }: VarianceOptions = {},
): Tensor {
  const axes = axesOf("var", x, axis);
  const n = sizeOf(axes.map((at) => x.shape[at]));
  const deviation = x.sub(mean(x, axes, { keepdim: true }));
  return sum(deviation.mul(deviation), axes, { keepdim }).div(n - correction);
}

function sumAll(x: Tensor): Tensor {
  const array = x.storage.array;
  const total = isFloat(array) ? backend().sum(array) : array.reduce((sum, n) => sum + n, 0);
  return new Tensor(filled(x, 1).fill(total), []);
}

/** Leaves the axis with size 1. */
function sumAlong(x: Tensor, axis: number): Tensor {
  const { outer, n, inner } = around(x.shape, axis);
  const source = x.storage.array;
  const out = filled(x, outer * inner);
  // Float64 columns: the sum over thousands of rows keeps its digits.
  const columns = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    columns.fill(0);
    for (let i = 0, at = o * n * inner; i < n; i++, at += inner) {
      for (let j = 0; j < inner; j++) columns[j] += source[at + j];
    }
    out.set(columns, o * inner);
  }
  return new Tensor(
    out,
    x.shape.map((size, at) => (at === axis ? 1 : size)),
  );
}

/** int32 stays int32. */
function filled(like: Tensor, length: number) {
  return isFloat(like.storage.array) ? backend().alloc(length) : new Int32Array(length);
}

export function max(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  return extreme("max", x, axis, options);
}

export function min(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  return extreme("min", x, axis, options);
}

export function argmax(x: Tensor, axis: number, options?: ReduceOptions): Tensor {
  return argExtreme("max", x, axis, options);
}

export function argmin(x: Tensor, axis: number, options?: ReduceOptions): Tensor {
  return argExtreme("min", x, axis, options);
}

type Which = "max" | "min";

function extreme(
  which: Which,
  x: Tensor,
  axis: number | undefined,
  options?: ReduceOptions,
): Tensor {
  if (axis === undefined) return extremeOfAll(which, x, options);

  const at = normalizeAxis(which, axis, x.rank);
  const { inner, n } = around(x.shape, at);
  const where = positions(which, x, at);
  const out = filled(x, where.length);
  // Where each winner stands in x.
  const source = where.map((i, j) => (Math.floor(j / inner) * n + i) * inner + (j % inner));
  for (let j = 0; j < out.length; j++) out[j] = x.storage.array[source[j]];
  const { shape } = shapesOf(x, [at], options?.keepdim);
  return record(
    which,
    [x],
    new Tensor(out, shape),
    (gradY) => {
      const gradX = backend().alloc(x.size);
      for (let j = 0; j < source.length; j++) gradX[source[j]] = gradY.storage.array[j];
      return [new Tensor(gradX, x.shape)];
    },
    { axis: at },
  );
}

/** Ties share the gradient evenly, as in PyTorch. */
function extremeOfAll(which: Which, x: Tensor, { keepdim = false }: ReduceOptions = {}): Tensor {
  checkNotEmpty(which, x, x.size);
  const array = x.storage.array;
  let best = array[0];
  for (let i = 1; i < array.length; i++) if (beats(which, array[i], best)) best = array[i];
  const y = new Tensor(filled(x, 1).fill(best), keepdim ? x.shape.map(() => 1) : []);
  return record(which, [x], y, (gradY) => {
    let ties = 0;
    for (let i = 0; i < array.length; i++) if (Object.is(array[i], best)) ties++;
    const gradX = backend().alloc(x.size);
    for (let i = 0; i < array.length; i++) {
      if (Object.is(array[i], best)) gradX[i] = gradY.storage.array[0] / ties;
    }
    return [new Tensor(gradX, x.shape)];
  });
}

function argExtreme(which: Which, x: Tensor, axis: number, options?: ReduceOptions): Tensor {
  const at = normalizeAxis(`arg${which}`, axis, x.rank);
  const { shape } = shapesOf(x, [at], options?.keepdim);
  return traced(`arg${which}`, [x], new Tensor(positions(which, x, at), shape), { axis: at });
}

/** For each line along `axis`, the index of its extreme: the first of equals; NaN beats all. */
function positions(which: Which, x: Tensor, axis: number): Int32Array {
  const { outer, n, inner } = around(x.shape, axis);
  checkNotEmpty(which, x, n);
  const array = x.storage.array;
  const out = new Int32Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      const at = o * n * inner + j;
      let best = 0;
      for (let i = 1; i < n; i++) {
        if (beats(which, array[at + i * inner], array[at + best * inner])) best = i;
      }
      out[o * inner + j] = best;
    }
  }
  return out;
}

function beats(which: Which, a: number, b: number): boolean {
  if (Number.isNaN(b)) return false;
  return Number.isNaN(a) || (which === "max" ? a > b : a < b);
}

function checkNotEmpty(where: string, x: Tensor, n: number): void {
  if (n > 0) return;
  throw new ShapeError(
    `${where}: an empty axis has no extreme, got shape ${formatShape(x.shape)}.`,
  );
}

/** The sizes before, of and after an axis. */
export function around(shape: readonly number[], axis: number) {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    n: shape[axis],
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

function axesOf(where: string, x: Tensor, axis: Axes): number[] {
  if (axis === undefined) return x.shape.map((_, at) => at);
  const list = typeof axis === "number" ? [axis] : axis;
  return [...new Set(list.map((at) => normalizeAxis(where, at, x.rank)))];
}

function shapesOf(x: Tensor, axes: readonly number[], keepdim = false) {
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return { kept, shape: keepdim ? kept : x.shape.filter((_, axis) => !axes.includes(axis)) };
}
