/**
 * @file Sums, differences, products and quotients with NumPy's broadcasting, and powers.
 */

import { record } from "../../autograd/tape.ts";
import { traced } from "../../autograd/trace.ts";
import { backend, type BinaryName } from "../../backends/index.ts";
import { isFloat, type FloatArray, type NumericArray } from "../../core/dtype.ts";
import { broadcastShapes, broadcastStrides, sameShape, sizeOf } from "../../core/shape.ts";
import { Storage } from "../../core/storage.ts";
import { Tensor } from "../tensor.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";

/** a + b; dL/da = dL/db = dL/dy */
export function add(a: Tensor, b: Tensor | number): Tensor {
  return binary("add", a, b, (gradY) => [gradY, gradY]);
}

/** a − b; dL/da = dL/dy, dL/db = −dL/dy */
export function sub(a: Tensor, b: Tensor | number): Tensor {
  return binary("sub", a, b, (gradY, _a, needsB) => [gradY, needsB ? gradY.neg() : null]);
}

/** a ⊙ b; dL/da = dL/dy ⊙ b, dL/db = dL/dy ⊙ a. For a square both at once: 2 · dL/dy ⊙ a */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  return binary("mul", a, b, (gradY, needsA, needsB, x, y) => {
    if (x === y) return [gradY.mul(2).mul(x), null];
    return [needsA ? gradY.mul(y) : null, needsB ? gradY.mul(x) : null];
  });
}

/** a / b; dL/da = dL/dy / b, dL/db = −dL/dy ⊙ a / b² */
export function div(a: Tensor, b: Tensor | number): Tensor {
  return binary("div", a, b, (gradY, needsA, needsB, x, y) => [
    needsA ? gradY.div(y) : null,
    needsB ? gradY.mul(x).div(y.mul(y)).neg() : null,
  ]);
}

type BinaryGradient = (
  gradY: Tensor,
  needsA: boolean,
  needsB: boolean,
  a: Tensor,
  b: Tensor,
) => [Tensor | null, Tensor | null];

function binary(name: BinaryName, a: Tensor, other: Tensor | number, gradient: BinaryGradient) {
  const b = typeof other === "number" ? scalar(other, a) : other;
  const shape = broadcastShapes(name, a.shape, b.shape);
  if (!isFloat(a.storage.brief) && !isFloat(b.storage.brief) && name !== "div") {
    return binaryOnIntegers(name, a, b, shape);
  }
  const [x, xShape] = briefly(a);
  const [z, zShape] = briefly(b);
  // Of two numbers that are repeated, one result that is.
  const yShape = xShape.length + zShape.length > 0 ? shape : [];
  const numbers = backend().binary(name, x, xShape, z, zShape, yShape);
  const y = new Tensor(new Storage(numbers, sizeOf(shape)), shape);
  return record(name, [a, b], y, (gradY) => {
    const [gradA, gradB] = gradient(gradY, a.requiresGrad, b.requiresGrad, a, b);
    return [gradA && sumTo(gradA, a.shape), gradB && sumTo(gradB, b.shape)];
  });
}

/** The numbers of `t` as floats, with their shape: a single one, with none, where all are alike. */
function briefly(t: Tensor): [numbers: FloatArray, shape: readonly number[]] {
  const { brief, length } = t.storage;
  return isFloat(brief) && brief.length !== length ? [brief, []] : [floatsOf(t), t.shape];
}

/** A number as a tensor that broadcasts with `like`: int32 only beside int32. */
function scalar(value: number, like: Tensor): Tensor {
  if (!isFloat(like.storage.brief) && Number.isInteger(value)) {
    return new Tensor(Int32Array.of(value), []);
  }
  const array = backend().alloc(1);
  array[0] = value;
  return new Tensor(array, []);
}

function binaryOnIntegers(
  name: "add" | "sub" | "mul",
  a: Tensor,
  b: Tensor,
  shape: readonly number[],
) {
  const f = {
    add: (x: number, y: number) => x + y,
    sub: (x: number, y: number) => x - y,
    mul: Math.imul,
  }[name];
  const [x, y] = [broadcastTo(a, shape), broadcastTo(b, shape)];
  const numbers = Int32Array.from(x, (value, i) => f(value, y[i]));
  return traced(name, [a, b], new Tensor(numbers, shape));
}

/** The numbers of `t` as floats: int32 becomes the engine's float. */
export function floatsOf(t: Tensor): FloatArray {
  const array = t.storage.array;
  if (isFloat(array)) return array;
  const floats = backend().alloc(array.length);
  floats.set(array);
  return floats;
}

/** The numbers of `t` repeated to `shape`; its own array where nothing is repeated. */
export function broadcastTo<A extends Tensor["storage"]["array"]>(
  t: Tensor,
  shape: readonly number[],
): A {
  const source = t.storage.array;
  if (sameShape(t.shape, shape)) return source as A;
  const out = new (source.constructor as new (length: number) => A)(sizeOf(shape));
  const strides = broadcastStrides(t.shape, shape);
  const last = shape.length - 1;
  const index = new Array<number>(shape.length).fill(0);
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

/** The gradient of a broadcast: what was repeated is summed. */
export function sumTo(grad: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(grad.shape, shape)) return grad;
  const added = grad.shape.length - shape.length;
  const axes = grad.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || (shape[axis - added] === 1 && grad.shape[axis] !== 1));
  return reshape(axes.length > 0 ? sum(grad, axes) : grad, shape);
}

/** xᵖ; dL/dx = dL/dy · p · xᵖ⁻¹, dL/dp = dL/dy · xᵖ · ln x (0 where x is 0 and p is not negative) */
export function pow(x: Tensor, exponent: Tensor | number): Tensor {
  if (typeof exponent === "number") {
    const derivative = (v: number) => (exponent === 0 ? 0 : exponent * v ** (exponent - 1));
    return mapped("pow", x, (v) => v ** exponent, derivative, { exponent });
  }
  const shape = broadcastShapes("pow", x.shape, exponent.shape);
  const xs: NumericArray = broadcastTo(x, shape);
  const ps: NumericArray = broadcastTo(exponent, shape);
  const y = filledBy(shape, (i) => xs[i] ** ps[i]);
  return record("pow", [x, exponent], y, (gradY) => {
    const grad = gradY.storage.array;
    const gradX = () =>
      filledBy(shape, (i) => (ps[i] === 0 ? 0 : grad[i] * ps[i] * xs[i] ** (ps[i] - 1)));
    const gradP = () =>
      filledBy(shape, (i) =>
        xs[i] === 0 && ps[i] >= 0 ? 0 : grad[i] * xs[i] ** ps[i] * Math.log(xs[i]),
      );
    return [
      x.requiresGrad ? sumTo(gradX(), x.shape) : null,
      exponent.requiresGrad ? sumTo(gradP(), exponent.shape) : null,
    ];
  });
}

function filledBy(shape: readonly number[], value: (i: number) => number): Tensor {
  const out = backend().alloc(sizeOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = value(i);
  return new Tensor(out, shape);
}

/** min(max(x, low), high); dL/dx = dL/dy inside, 0 outside */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const inside = (v: number) => (v >= low && v <= high ? 1 : 0);
  return mapped("clamp", x, (v) => (v < low ? low : v > high ? high : v), inside, { low, high });
}

function mapped(
  name: string,
  x: Tensor,
  f: (value: number) => number,
  derivative: (value: number) => number,
  attributes: Record<string, number>,
): Tensor {
  const source = floatsOf(x);
  const out = backend().alloc(source.length);
  for (let i = 0; i < out.length; i++) out[i] = f(source[i]);
  const backwardStep = (gradY: Tensor) => {
    const gradX = backend().alloc(source.length);
    const grad = gradY.storage.array;
    for (let i = 0; i < gradX.length; i++) gradX[i] = grad[i] * derivative(source[i]);
    return [new Tensor(gradX, x.shape)];
  };
  return record(name, [x], new Tensor(out, x.shape), backwardStep, attributes);
}
