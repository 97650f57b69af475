/**
 * @file Tensors from numbers, from nothing, and from chance.
 */

import { backend } from "../backends/index.ts";
import { dtypeOf, isFloat, type NumericArray } from "../core/dtype.ts";
import { ArgumentError, DTypeError, formatShape, ShapeError } from "../core/errors.ts";
import { checkShape, sizeOf, type Shape } from "../core/shape.ts";
import { defaultGenerator, type RandomGenerator } from "./random.ts";
import { Tensor, type NestedArray } from "./tensor.ts";

export interface TensorOptions {
  /** Default: as nested, or one axis for a typed array. */
  shape?: readonly number[];
  /** Default: `"int32"` for integer typed arrays, otherwise `"float32"`. */
  dtype?: "float32" | "int32";
  /** Whether `backward()` leaves a gradient here. Default: `false`. */
  requiresGrad?: boolean;
}

export interface FillOptions {
  /** Default: `"float32"`. */
  dtype?: "float32" | "int32";
  requiresGrad?: boolean;
}

export interface RandomOptions {
  requiresGrad?: boolean;
  /** Default: the library's own, seeded by {@link manualSeed}. */
  generator?: RandomGenerator;
}

type TypedArray =
  NumericArray | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array;

/**
 * A tensor from a number, nested arrays, or a typed array (which is copied).
 *
 * @throws ShapeError if rows differ in length or `shape` does not fit
 * @throws DTypeError if an int32 tensor is given fractions
 *
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * tensor(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] }).toArray(); // [[1, 2], [3, 4]]
 */
export function tensor(values: NestedArray | TypedArray, options: TensorOptions = {}): Tensor {
  const isTyped = ArrayBuffer.isView(values);
  const ownShape = isTyped ? [values.length] : shapeOf(values);
  const shape = options.shape ?? ownShape;
  checkShape("tensor", shape);
  if (sizeOf(shape) !== sizeOf(ownShape)) {
    throw new ShapeError(
      `tensor: shape ${formatShape(shape)} needs ${sizeOf(shape)} numbers, got ${sizeOf(ownShape)}.`,
    );
  }

  const isInt = isTyped && !(values instanceof Float32Array || values instanceof Float64Array);
  const dtype = options.dtype ?? (isInt ? "int32" : "float32");
  const array = allocate(sizeOf(shape), dtype);
  if (isTyped) array.set(values);
  else flattenInto(array, values, 0);
  if (dtype === "int32") checkWhole(values, isTyped);
  return finish(array, shape, options.requiresGrad);
}

/** All 0. */
export function zeros(shape: Shape, options?: FillOptions): Tensor {
  return full(shape, 0, options);
}

/** All 1. */
export function ones(shape: Shape, options?: FillOptions): Tensor {
  return full(shape, 1, options);
}

/** All `value`. */
export function full(shape: Shape, value: number, options: FillOptions = {}): Tensor {
  checkShape("full", shape);
  const array = allocate(sizeOf(shape), options.dtype ?? "float32");
  if (value !== 0) array.fill(value);
  return finish(array, shape, options.requiresGrad);
}

export function zerosLike(other: Tensor): Tensor {
  return zeros(other.shape);
}

export function onesLike(other: Tensor): Tensor {
  return ones(other.shape);
}

/**
 * 0, 1, … n − 1 as int32; with two arguments, from the first up to but not including the second.
 *
 * @example
 * arange(4).toArray(); // [0, 1, 2, 3]
 */
export function arange(startOrEnd: number, end?: number, step = 1): Tensor {
  const [from, to] = end === undefined ? [0, startOrEnd] : [startOrEnd, end];
  if (![from, to, step].every(Number.isInteger) || step === 0) {
    throw new ArgumentError(
      `arange: expected whole numbers and a step other than 0, got ${from}, ${to}, ${step}.`,
    );
  }
  const length = Math.max(0, Math.ceil((to - from) / step));
  return new Tensor(
    Int32Array.from({ length }, (_, i) => from + i * step),
    [length],
  );
}

/** Independent standard normal numbers. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator } = options;
  return random("randn", shape, () => generator.normal(), options);
}

/** Independent numbers uniform in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator } = options;
  return random("rand", shape, () => generator.random(), options);
}

function random(where: string, shape: Shape, draw: () => number, options: RandomOptions): Tensor {
  checkShape(where, shape);
  const array = backend().alloc(sizeOf(shape));
  for (let i = 0; i < array.length; i++) array[i] = draw();
  return finish(array, shape, options.requiresGrad);
}

function allocate(length: number, dtype: "float32" | "int32"): NumericArray {
  return dtype === "int32" ? new Int32Array(length) : backend().alloc(length);
}

function finish(array: NumericArray, shape: Shape, requiresGrad = false): Tensor {
  if (requiresGrad && !isFloat(array)) {
    throw new DTypeError("tensor: expected a float tensor for requiresGrad, got int32.");
  }
  return new Tensor(array, [...shape], requiresGrad);
}

function shapeOf(values: NestedArray): number[] {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

/** Writes the numbers of `values` from `at` on; every row must be as long as the first. */
function flattenInto(array: NumericArray, values: NestedArray, at: number): number {
  if (typeof values === "number") {
    array[at] = values;
    return at + 1;
  }
  const wrong = () =>
    new ShapeError(
      "tensor: expected numbers in arrays nested evenly, got rows of different shapes.",
    );
  if (!Array.isArray(values)) {
    throw new DTypeError(`tensor: expected numbers, got ${typeof values}: ${String(values)}.`);
  }
  const shape = shapeOf(values).slice(1).join();
  for (const value of values) {
    if ((Array.isArray(value) ? shapeOf(value).join() : "") !== shape) throw wrong();
    at = flattenInto(array, value, at);
  }
  return at;
}

function checkWhole(values: NestedArray | TypedArray, isTyped: boolean): void {
  const flat = isTyped
    ? (values as TypedArray)
    : ((Array.isArray(values) ? (values as unknown[]) : [values]).flat(Infinity) as number[]);
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i];
    if (!Number.isInteger(value) || value !== (value | 0)) {
      throw new DTypeError(
        `tensor: expected whole numbers of at most 32 bits for int32, got ${value} at position ${i}.`,
      );
    }
  }
}

/**
 * The numbers of a tensor that must be indices, as int32. A float tensor of whole numbers will do.
 */
export function toIndices(where: string, indices: Tensor): Int32Array {
  const array = indices.storage.array;
  if (array instanceof Int32Array) return array;
  const out = new Int32Array(array.length);
  for (let i = 0; i < array.length; i++) {
    if (!Number.isInteger(array[i])) {
      throw new DTypeError(
        `${where}: expected indices, which are whole numbers, got ${array[i]} at position ${i} of a ${dtypeOf(array)} tensor.`,
      );
    }
    out[i] = array[i];
  }
  return out;
}

/** Refuses int32 where a formula needs fractions. */
export function checkFloat(where: string, what: string, x: Tensor): void {
  if (isFloat(x.storage.array)) return;
  throw new DTypeError(
    `${where}: expected ${what} to be float32, got int32 of shape ${formatShape(x.shape)}. Is an embedding missing, or dtype: "float32"?`,
  );
}
