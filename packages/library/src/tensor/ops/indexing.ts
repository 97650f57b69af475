/**
 * @file Parts of a tensor, tensors put together, and elements by their index. Gradients go back to
 * where the numbers came from; what was taken twice gets the sum.
 */

import { record, recordMany } from "../../autograd/tape.ts";
import { backend } from "../../backends/index.ts";
import { isFloat, type NumericArray } from "../../core/dtype.ts";
import { ArgumentError, checkSize, formatShape, ShapeError } from "../../core/errors.ts";
import { broadcastShapes, normalizeAxis, sameShape, sizeOf, stridesOf } from "../../core/shape.ts";
import { toIndices } from "../creation.ts";
import { Tensor } from "../tensor.ts";
import { broadcastTo, floatsOf, sumTo } from "./arithmetic.ts";
import { around } from "./reduce.ts";
import { reshape, unsqueeze } from "./reshape.ts";

export function select(x: Tensor, axis: number, index: number): Tensor {
  const at = normalizeAxis("select", axis, x.rank);
  const i = checkedIndex("select", index, x.shape[at], at);
  return reshape(
    slice(x, at, i, i + 1),
    x.shape.filter((_, other) => other !== at),
  );
}

export function slice(x: Tensor, axis: number, from: number, to?: number): Tensor {
  const at = normalizeAxis("slice", axis, x.rank);
  const n = x.shape[at];
  const start = clampedIndex("slice", from, n);
  const end = Math.max(start, clampedIndex("slice", to ?? n, n));
  const shape = x.shape.map((size, other) => (other === at ? end - start : size));
  const y = new Tensor(copyRange(x, at, start, end), shape);
  return record(
    "slice",
    [x],
    y,
    (gradY) => {
      const gradX = backend().alloc(x.size);
      pasteRange(gradX, x.shape, at, start, gradY);
      return [new Tensor(gradX, x.shape)];
    },
    { axis: at, from: start, to: end },
  );
}

function copyRange(x: Tensor, axis: number, start: number, end: number): NumericArray {
  const { outer, n, inner } = around(x.shape, axis);
  const source = x.storage.array;
  const width = (end - start) * inner;
  if (outer === 1) return source.slice(start * inner, end * inner);
  const out = emptyLike(x, outer * width);
  for (let o = 0; o < outer; o++) {
    const at = (o * n + start) * inner;
    out.set(source.subarray(at, at + width), o * width);
  }
  return out;
}

function pasteRange(
  target: NumericArray,
  shape: readonly number[],
  axis: number,
  start: number,
  part: Tensor,
): void {
  const { outer, n, inner } = around(shape, axis);
  const width = part.shape[axis] * inner;
  for (let o = 0; o < outer; o++) {
    const source = part.storage.array.subarray(o * width, (o + 1) * width);
    target.set(source, (o * n + start) * inner);
  }
}

function emptyLike(x: Tensor, length: number): NumericArray {
  return isFloat(x.storage.array) ? backend().alloc(length) : new Int32Array(length);
}

/**
 * Parts of these sizes along `axis`, one after another, as one node: their gradients are put
 * together once, however many there are.
 *
 * @example
 * split(tensor([1, 2, 3, 4]), [1, 3]).map((part) => part.toArray()); // [[1], [2, 3, 4]]
 */
export function split(x: Tensor, sizes: readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis("split", axis, x.rank);
  const starts: number[] = [];
  let end = 0;
  for (const size of sizes) {
    checkSize("split", "every size", size, 0);
    starts.push(end);
    end += size;
  }
  if (end !== x.shape[at]) {
    throw new ArgumentError(
      `split: expected sizes that add up to ${x.shape[at]}, the size of axis ${at}, got ${formatShape(sizes)}.`,
    );
  }
  const parts = sizes.map((size, i) => {
    const shape = x.shape.map((n, other) => (other === at ? size : n));
    return new Tensor(copyRange(x, at, starts[i], starts[i] + size), shape);
  });
  recordMany(
    "split",
    [x],
    parts,
    (grads) => {
      const gradX = backend().alloc(x.size);
      for (const [i, grad] of grads.entries()) {
        if (grad) pasteRange(gradX, x.shape, at, starts[i], grad);
      }
      return [new Tensor(gradX, x.shape)];
    },
    { axis: at, sizes },
  );
  return parts;
}

export function chunk(x: Tensor, chunks: number, axis: number): Tensor[] {
  checkSize("chunk", "chunks", chunks);
  const n = x.shape[normalizeAxis("chunk", axis, x.rank)];
  const size = Math.max(1, Math.ceil(n / chunks));
  const sizes = Array.from({ length: Math.ceil(n / size) }, (_, i) => Math.min(size, n - i * size));
  return split(x, sizes, axis);
}

/**
 * Tensors one after another along `axis`; all other sizes must agree.
 *
 * @example
 * cat([tensor([[1, 2]]), tensor([[3, 4]])], 0).toArray(); // [[1, 2], [3, 4]]
 */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError("cat: expected at least one tensor, got none.");
  const [first] = tensors;
  const at = normalizeAxis("cat", axis, first.rank);
  for (const { shape } of tensors) {
    const fits =
      shape.length === first.rank && shape.every((n, i) => i === at || n === first.shape[i]);
    if (!fits) {
      throw new ShapeError(
        `cat: expected equal sizes except along axis ${at}, got ${formatShape(first.shape)} and ${formatShape(shape)}.`,
      );
    }
  }
  const ends: number[] = [];
  for (const t of tensors) ends.push((ends.at(-1) ?? 0) + t.shape[at]);
  const shape = first.shape.map((n, i) => (i === at ? ends.at(-1)! : n));
  const allInt = tensors.every((t) => !isFloat(t.storage.array));
  const out = allInt ? new Int32Array(sizeOf(shape)) : backend().alloc(sizeOf(shape));
  tensors.forEach((t, i) => pasteRange(out, shape, at, ends[i] - t.shape[at], t));
  return record(
    "cat",
    tensors,
    new Tensor(out, shape),
    (gradY) =>
      tensors.map((t, i) =>
        t.requiresGrad ? slice(gradY, at, ends[i] - t.shape[at], ends[i]) : null,
      ),
    { axis: at },
  );
}

/**
 * Tensors of equal shape side by side along a new axis.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])], 1).toArray(); // [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0)
    throw new ArgumentError("stack: expected at least one tensor, got none.");
  const [first] = tensors;
  const other = tensors.find((t) => !sameShape(t.shape, first.shape));
  if (other) {
    throw new ShapeError(
      `stack: expected equal shapes, got ${formatShape(first.shape)} and ${formatShape(other.shape)}.`,
    );
  }
  const at = normalizeAxis("stack", axis, first.rank + 1);
  return cat(
    tensors.map((t) => unsqueeze(t, at)),
    at,
  );
}

export function flip(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis("flip", axis, x.rank);
  const n = x.shape[at];
  const backwards = Int32Array.from({ length: n }, (_, i) => n - 1 - i);
  return indexSelect(x, at, new Tensor(backwards, [n]));
}

/** y[j, …] = x[index[j], …]; rows taken more than once get the sum of their gradients */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  const at = normalizeAxis("indexSelect", axis, x.rank);
  const indices = toIndices("indexSelect", index).map((i) =>
    checkedIndex("indexSelect", i, x.shape[at], at),
  );
  const { outer, n, inner } = around(x.shape, at);
  const out = emptyLike(x, outer * indices.length * inner);
  const forEachRow = (visit: (inX: number, inY: number) => void) => {
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < indices.length; j++) {
        visit((o * n + indices[j]) * inner, (o * indices.length + j) * inner);
      }
    }
  };
  const source = x.storage.array;
  forEachRow((inX, inY) => {
    for (let k = 0; k < inner; k++) out[inY + k] = source[inX + k];
  });
  const shape = x.shape.map((size, other) => (other === at ? indices.length : size));
  return record(
    "indexSelect",
    [x, index],
    new Tensor(out, shape),
    (gradY) => {
      const gradX = backend().alloc(x.size);
      const grad = gradY.storage.array;
      forEachRow((inX, inY) => {
        for (let k = 0; k < inner; k++) gradX[inX + k] += grad[inY + k];
      });
      return [new Tensor(gradX, x.shape), null];
    },
    { axis: at },
  );
}

export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const at = normalizeAxis("gather", axis, x.rank);
  const fits =
    index.rank === x.rank && index.shape.every((n, other) => other === at || n <= x.shape[other]);
  if (!fits) {
    throw new ShapeError(
      `gather: expected an index of ${x.rank} axes, no larger than ${formatShape(x.shape)} except along axis ${at}, got ${formatShape(index.shape)}.`,
    );
  }
  const indices = toIndices("gather", index);
  const own = stridesOf(x.shape);
  const strides = stridesOf(index.shape);
  const source = Int32Array.from(indices, (i, j) => {
    let offset = checkedIndex("gather", i, x.shape[at], at) * own[at];
    for (let other = 0, rest = j; other < x.rank; other++) {
      const position = Math.floor(rest / strides[other]);
      rest -= position * strides[other];
      if (other !== at) offset += position * own[other];
    }
    return offset;
  });
  const out = emptyLike(x, source.length);
  for (let j = 0; j < source.length; j++) out[j] = x.storage.array[source[j]];
  return record(
    "gather",
    [x, index],
    new Tensor(out, index.shape),
    (gradY) => {
      const gradX = backend().alloc(x.size);
      for (let j = 0; j < source.length; j++) gradX[source[j]] += gradY.storage.array[j];
      return [new Tensor(gradX, x.shape), null];
    },
    { axis: at },
  );
}

/** y = value where the mask is not 0, else x; dL/dx = dL/dy where the mask is 0 */
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  return where(mask, new Tensor(backend().alloc(1).fill(value), []), x);
}

/**
 * y = a where the condition is not 0, else b; all three broadcast.
 *
 * @example
 * where(tensor([1, 0]), tensor([5, 6]), tensor([7, 8])).toArray(); // [5, 8]
 */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes(
    "where",
    condition.shape,
    broadcastShapes("where", a.shape, b.shape),
  );
  const isA: NumericArray = broadcastTo(condition, shape);
  const [as, bs] = [a, b].map((t) =>
    broadcastTo<NumericArray>(new Tensor(floatsOf(t), t.shape), shape),
  );
  const out = backend().alloc(sizeOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = isA[i] !== 0 ? as[i] : bs[i];
  return record("where", [condition, a, b], new Tensor(out, shape), (gradY) => {
    const part = (wanted: boolean) => {
      const grad = backend().alloc(gradY.size);
      for (let i = 0; i < grad.length; i++) {
        grad[i] = (isA[i] !== 0) === wanted ? gradY.storage.array[i] : 0;
      }
      return new Tensor(grad, shape);
    };
    return [
      null,
      a.requiresGrad ? sumTo(part(true), a.shape) : null,
      b.requiresGrad ? sumTo(part(false), b.shape) : null,
    ];
  });
}

function checkedIndex(where: string, index: number, size: number, axis: number): number {
  const at = index < 0 ? index + size : index;
  if (Number.isInteger(index) && at >= 0 && at < size) return at;
  throw new ArgumentError(
    `${where}: expected an index between ${-size} and ${size - 1} because axis ${axis} has ${size} elements, got ${index}.`,
  );
}

/** As in NumPy, a range may reach past the ends. */
function clampedIndex(where: string, index: number, size: number): number {
  if (!Number.isInteger(index)) {
    throw new ArgumentError(`${where}: expected whole numbers, got ${index}.`);
  }
  return Math.min(size, Math.max(0, index < 0 ? index + size : index));
}
