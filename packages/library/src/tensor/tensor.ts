/**
 * @file The tensor: numbers, a shape, and the way back to where they came from.
 *
 * Every method is one call into `ops/`, where the formula and its derivative stand side by side.
 * Knows the tape, and the tape knows it: see `autograd/tape.ts`.
 */

import { backward } from "../autograd/backward.ts";
import type { TapeNode } from "../autograd/tape.ts";
import { trace, traced } from "../autograd/trace.ts";
import { dtypeOf, type DType, type FloatArray, type NumericArray } from "../core/dtype.ts";
import { ArgumentError, DTypeError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { Storage } from "../core/storage.ts";
import * as arithmetic from "./ops/arithmetic.ts";
import * as compare from "./ops/compare.ts";
import * as indexing from "./ops/indexing.ts";
import { matmul } from "./ops/matmul.ts";
import * as reduce from "./ops/reduce.ts";
import * as reshape from "./ops/reshape.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import * as unary from "./ops/unary.ts";

/** A number, or arrays of equal length nested to any depth. */
export type NestedArray = number | NestedArray[];

/**
 * An n-dimensional array of numbers, row-major and without gaps, that can record what is done to it.
 *
 * Made by {@link tensor}, {@link zeros} and the like. Operations give new tensors; the few that
 * change their tensor end in an underscore. Nobody frees a tensor: the collector does.
 */
export class Tensor {
  readonly shape: readonly number[];
  /** The memory, shared with reshaped views. Inner code only; users read {@link data}. */
  storage: Storage;
  /** Whether `backward()` reaches this tensor. */
  requiresGrad: boolean;
  /** dL/d(this), left by `backward()` at leaves. null before. */
  grad: Tensor | null = null;
  /** The operation that made this tensor; null at leaves. */
  node: TapeNode | null = null;
  /** Which of the node's outputs this is. */
  outputIndex = 0;

  constructor(data: NumericArray | Storage, shape: readonly number[], requiresGrad = false) {
    this.storage = data instanceof Storage ? data : new Storage(data);
    this.shape = shape;
    this.requiresGrad = requiresGrad;
  }

  /** `"float32"`, `"int32"`, or `"float64"` under the `reference` engine. */
  get dtype(): DType {
    return dtypeOf(this.storage.brief);
  }

  /**
   * The numbers, row-major. The tensor's own memory: writing to it changes the tensor.
   * (Under the `reference` engine it is a `Float64Array` where the type says `Float32Array`.)
   */
  get data(): Float32Array | Int32Array {
    this.storage.exposed = true;
    return this.storage.array as Float32Array | Int32Array;
  }

  /** The number of elements. */
  get size(): number {
    return this.storage.length;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The one number in a tensor of one element. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: expected a tensor of one element, got shape ${formatShape(this.shape)}. Reduce it first, or use toArray().`,
      );
    }
    return this.storage.array[0];
  }

  /**
   * Nested arrays of numbers.
   *
   * @example
   * tensor([[1, 2], [3, 4]]).toArray(); // [[1, 2], [3, 4]]
   */
  toArray(): NestedArray {
    const array = this.storage.array;
    const build = (axis: number, at: number, step: number): NestedArray => {
      if (axis === this.shape.length) return array[at];
      const inner = step / this.shape[axis];
      return Array.from({ length: this.shape[axis] }, (_, i) =>
        build(axis + 1, at + i * inner, inner),
      );
    };
    return build(0, 0, this.size);
  }

  /** `tensor([2, 3], float32)`: the shape and type, not the numbers. */
  toString(): string {
    return `tensor(${formatShape(this.shape)}, ${this.dtype})`;
  }

  // ── Autograd ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Adds dL/dx to `x.grad` of every leaf x that this tensor L was computed from.
   *
   * @param gradient where to start; may be left out if this tensor has one element
   *
   * @example
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * x.mul(x).sum().backward();
   * x.grad!.toArray(); // [2, 4, 6]
   */
  backward(gradient?: Tensor): void {
    backward(this, gradient);
  }

  /** The same numbers, cut off from the tape. Shares memory. */
  detach(): Tensor {
    return traced("clone", [this], new Tensor(this.storage, this.shape));
  }

  /** A copy with memory of its own; the gradient passes through. */
  clone(): Tensor {
    return reshape.clone(this);
  }

  /** The same numbers as floats, for int32 from comparisons; float tensors come back unchanged. */
  float(): Tensor {
    const floats = arithmetic.floatsOf(this);
    if (floats === this.storage.array) return this;
    return traced("float", [this], new Tensor(floats, this.shape));
  }

  /** The whole parts as int32. No gradient passes. */
  int(): Tensor {
    const whole = Int32Array.from(this.storage.array);
    return traced("int", [this], new Tensor(whole, this.shape));
  }

  // ── In place, for optimizers and initialisers; never recorded ─────────────────────────────────

  /** Replaces the numbers by those of `source`, of the same shape. */
  copy_(source: Tensor): this {
    if (!sameShape(this.shape, source.shape)) {
      throw new ShapeError(
        `copy_: expected shape ${formatShape(this.shape)}, got ${formatShape(source.shape)}.`,
      );
    }
    this.storage.array.set(source.storage.array);
    this.storage.changed();
    trace("copy_", [this], []);
    return this;
  }

  /** Sets every element to `value`. */
  fill_(value: number): this {
    this.storage.array.fill(value);
    this.storage.changed();
    trace("fill_", [this], []);
    return this;
  }

  /** Multiplies every element by `factor`. */
  mul_(factor: number): this {
    const array = this.storage.array;
    for (let i = 0; i < array.length; i++) array[i] *= factor;
    this.storage.changed();
    trace("mul_", [this], []);
    return this;
  }

  /** Adds `alpha · other`, of the same shape. */
  add_(other: Tensor, alpha = 1): this {
    if (!sameShape(this.shape, other.shape)) {
      throw new ShapeError(
        `add_: expected shape ${formatShape(this.shape)}, got ${formatShape(other.shape)}.`,
      );
    }
    const array = this.storage.array;
    const source = other.storage.array;
    for (let i = 0; i < array.length; i++) array[i] += alpha * source[i];
    this.storage.changed();
    trace("add_", [this], []);
    return this;
  }

  /** For gradCheck: float64 memory and a gradient, for a while. Returns what undoes it. */
  swapToFloat64(): () => void {
    if (this.dtype === "int32") {
      throw new DTypeError("gradCheck: expected float inputs, got int32, which have no gradient.");
    }
    if (this.node) {
      throw new ArgumentError("gradCheck: expected inputs that are leaves. Use detach() first.");
    }
    const { storage, grad, requiresGrad } = this;
    this.storage = new Storage(Float64Array.from(storage.array as FloatArray));
    this.requiresGrad = true;
    return () => {
      this.storage = storage;
      this.grad = grad;
      this.requiresGrad = requiresGrad;
    };
  }

  // ── Arithmetic, with NumPy's broadcasting ─────────────────────────────────────────────────────

  add(other: Tensor | number): Tensor {
    return arithmetic.add(this, other);
  }
  sub(other: Tensor | number): Tensor {
    return arithmetic.sub(this, other);
  }
  /** Element by element; for matrices see {@link matmul}. */
  mul(other: Tensor | number): Tensor {
    return arithmetic.mul(this, other);
  }
  div(other: Tensor | number): Tensor {
    return arithmetic.div(this, other);
  }
  pow(exponent: Tensor | number): Tensor {
    return arithmetic.pow(this, exponent);
  }
  neg(): Tensor {
    return unary.neg(this);
  }
  exp(): Tensor {
    return unary.exp(this);
  }
  /** Natural logarithm. */
  log(): Tensor {
    return unary.log(this);
  }
  sqrt(): Tensor {
    return unary.sqrt(this);
  }
  abs(): Tensor {
    return unary.abs(this);
  }
  tanh(): Tensor {
    return unary.tanh(this);
  }
  sigmoid(): Tensor {
    return unary.sigmoid(this);
  }
  relu(): Tensor {
    return unary.relu(this);
  }
  /** min(max(x, low), high); the gradient is 0 outside. */
  clamp(low: number, high: number): Tensor {
    return arithmetic.clamp(this, low, high);
  }

  /** Matrix product: the last two axes; the ones before broadcast. One axis counts as a vector. */
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }

  // ── Comparison: int32, 1 where true; no gradient ──────────────────────────────────────────────

  eq(other: Tensor | number): Tensor {
    return compare.eq(this, other);
  }
  ne(other: Tensor | number): Tensor {
    return compare.ne(this, other);
  }
  gt(other: Tensor | number): Tensor {
    return compare.gt(this, other);
  }
  ge(other: Tensor | number): Tensor {
    return compare.ge(this, other);
  }
  lt(other: Tensor | number): Tensor {
    return compare.lt(this, other);
  }
  le(other: Tensor | number): Tensor {
    return compare.le(this, other);
  }

  // ── Reductions: over all axes, or over one or several ─────────────────────────────────────────

  sum(axis?: number | readonly number[], options?: reduce.ReduceOptions): Tensor {
    return reduce.sum(this, axis, options);
  }
  mean(axis?: number | readonly number[], options?: reduce.ReduceOptions): Tensor {
    return reduce.mean(this, axis, options);
  }
  /** Σ (x − mean)² / (n − correction): of a sample by default, of a whole population with 0. */
  var(axis?: number | readonly number[], options?: reduce.VarianceOptions): Tensor {
    return reduce.variance(this, axis, options);
  }
  /** The root of {@link var}. */
  std(axis?: number | readonly number[], options?: reduce.VarianceOptions): Tensor {
    return reduce.variance(this, axis, options).sqrt();
  }
  /** The largest values. Over all axes the gradient is shared among ties; over one, the first gets it. */
  max(axis?: number, options?: reduce.ReduceOptions): Tensor {
    return reduce.max(this, axis, options);
  }
  /** The smallest values; gradient as for {@link max}. */
  min(axis?: number, options?: reduce.ReduceOptions): Tensor {
    return reduce.min(this, axis, options);
  }
  /** Where the largest value stands along `axis`, the first of equals: int32. */
  argmax(axis = -1, options?: reduce.ReduceOptions): Tensor {
    return reduce.argmax(this, axis, options);
  }
  argmin(axis = -1, options?: reduce.ReduceOptions): Tensor {
    return reduce.argmin(this, axis, options);
  }
  /** exp(x) / Σ exp(x) along `axis`. */
  softmax(axis: number): Tensor {
    return softmax(this, axis);
  }
  /** x − log Σ exp(x) along `axis`. */
  logSoftmax(axis: number): Tensor {
    return logSoftmax(this, axis);
  }

  // ── Shape ─────────────────────────────────────────────────────────────────────────────────────

  /** The same numbers in another shape; one size may be −1. */
  reshape(...shape: number[] | [readonly number[]]): Tensor {
    return reshape.reshape(this, listOf(shape));
  }
  /** Axes from `start` to `end` (included) become one. */
  flatten(start = 0, end = -1): Tensor {
    return reshape.flatten(this, start, end);
  }
  /** Two axes change places; the last two if none is named. */
  transpose(axis0 = -2, axis1 = -1): Tensor {
    return reshape.transpose(this, axis0, axis1);
  }
  /** Axes in another order: `permute(2, 0, 1)`. */
  permute(...axes: number[] | [readonly number[]]): Tensor {
    return reshape.permute(this, listOf(axes));
  }
  /** Without the axis, or all axes, of size 1. */
  squeeze(axis?: number): Tensor {
    return reshape.squeeze(this, axis);
  }
  /** With a new axis of size 1 before `axis`. */
  unsqueeze(axis: number): Tensor {
    return reshape.unsqueeze(this, axis);
  }
  /** Repeated along axes of size 1. */
  expand(...shape: number[] | [readonly number[]]): Tensor {
    return reshape.expand(this, listOf(shape));
  }

  // ── Parts ─────────────────────────────────────────────────────────────────────────────────────

  /** Element `index` along `axis`, which disappears; −1 is the last. */
  select(axis: number, index: number): Tensor {
    return indexing.select(this, axis, index);
  }
  /** Elements `from` ≤ i < `to` along `axis`; negative counts from the end. */
  slice(axis: number, from: number, to?: number): Tensor {
    return indexing.slice(this, axis, from, to);
  }
  /** Parts of these sizes along `axis`, which add up to its size. */
  split(sizes: readonly number[], axis = 0): Tensor[] {
    return indexing.split(this, sizes, axis);
  }
  /** `chunks` parts along `axis`, the last one smaller if need be. */
  chunk(chunks: number, axis = 0): Tensor[] {
    return indexing.chunk(this, chunks, axis);
  }
  /** Order along `axis` reversed. */
  flip(axis: number): Tensor {
    return indexing.flip(this, axis);
  }
  /** out[i][j] = x[index[i][j]][j] for `axis` 0, and likewise for the others. */
  gather(axis: number, index: Tensor): Tensor {
    return indexing.gather(this, axis, index);
  }
  /** Rows (or whatever `axis` counts) in the order of a one-axis `index`. */
  indexSelect(axis: number, index: Tensor): Tensor {
    return indexing.indexSelect(this, axis, index);
  }
  /** `value` where `mask` is not 0. */
  maskedFill(mask: Tensor, value: number): Tensor {
    return indexing.maskedFill(this, mask, value);
  }
}

/** Both `f(2, 3)` and `f([2, 3])` are usual. */
function listOf(args: number[] | [readonly number[]]): readonly number[] {
  return Array.isArray(args[0]) ? (args[0] as readonly number[]) : (args as number[]);
}
