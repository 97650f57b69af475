/**
 * @file Kernels over rows: cross-entropy, layer normalisation, and adding up the gradients of
 * looked-up rows. Rows pass through the heap a few at a time; what is one number or four for a row
 * stays there until the call is over.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { RowOperations } from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";

/** Rows of so many numbers at once: 32 KiB. */
const PIECE = 8192;

/** Below this many numbers the plain loops are as fast as copying and calls: 1.7 µs for 8 × 16. */
const FEWEST_NUMBERS = 256;

/** What the layer-norm kernels keep for a row: two pieces of its mean, 1/√(var + eps), nothing. */
const KEPT = 4;

export function rowOperations(engine: () => WasmEngine, loops: RowOperations): RowOperations {
  return {
    scatterAdd: (ids, x, width, numRows) =>
      x.length >= FEWEST_NUMBERS
        ? scatterAdd(engine(), ids, x, width, numRows)
        : loops.scatterAdd(ids, x, width, numRows),

    crossEntropy(call) {
      const { x, rows, cols, ids, own, spread } = call;
      if (x.length < FEWEST_NUMBERS) return loops.crossEntropy(call);
      const { kernels, heap, scratch, ...rest } = begin(engine());
      const idsPtr = rest.integers(ids);
      const spreadPtr = rest.floats(spread);
      const picked = scratch.floats(rows);
      const smooth = scratch.take(rows * 8);
      const saved = scratch.floats(2 * rows);
      inRows(engine(), rows, cols, [x], [], (first, count, from) => {
        const at = first * 4;
        // prettier-ignore
        kernels.crossEntropy(
          0, count, cols, from, idsPtr + at, spreadPtr, picked + at, smooth + 2 * at, saved + 2 * at,
        );
      });
      const losses = new Float64Array(rows);
      const sums = new Float64Array(heap.memory.buffer, smooth, rows);
      for (let row = 0; row < rows; row++) {
        if (ids[row] < 0) continue;
        losses[row] = -own[ids[row]] * heap.f32[(picked >>> 2) + row] - (spread ? sums[row] : 0);
      }
      return { losses, saved: engine().read(saved, 2 * rows) };
    },

    crossEntropyBackward(call, saved, factors, out) {
      const { x, rows, cols, ids, own, spread } = call;
      if (x.length < FEWEST_NUMBERS) return loops.crossEntropyBackward(call, saved, factors, out);
      const { kernels, ...rest } = begin(engine());
      const sumOfSpread = spread ? spread.reduce((sum, value) => sum + value, 0) : 0;
      const perRow = new Float32Array(3 * rows);
      for (let row = 0; row < rows; row++) {
        const y = ids[row];
        if (y < 0) continue;
        const g = factors[row];
        perRow[3 * row] = g * (own[y] + sumOfSpread);
        perRow[3 * row + 1] = g * own[y];
        perRow[3 * row + 2] = g;
      }
      const idsPtr = rest.integers(ids);
      const spreadPtr = rest.floats(spread);
      const savedPtr = rest.floats(saved);
      const factorsPtr = rest.floats(perRow);
      const gradX = out ?? new Float32Array(x.length);
      inRows(engine(), rows, cols, [x], [gradX], (first, count, from, to) => {
        const at = first * 4;
        // prettier-ignore
        kernels.crossEntropyBackward(
          0, count, cols, from, idsPtr + at, spreadPtr, savedPtr + 2 * at, factorsPtr + 3 * at, to,
        );
      });
      return gradX;
    },

    layerNorm(call) {
      const { x, rows, n, weight, bias, eps } = call;
      if (x.length < FEWEST_NUMBERS) return loops.layerNorm(call);
      const { kernels, scratch, floats } = begin(engine());
      const [weightPtr, biasPtr] = [floats(weight), floats(bias)];
      const kept = scratch.floats(KEPT * rows);
      const y = new Float32Array(x.length);
      inRows(engine(), rows, n, [x], [y], (first, count, from, to) =>
        kernels.layerNorm(0, count, n, eps, from, weightPtr, biasPtr, kept + first * KEPT * 4, to),
      );
      return { y, saved: engine().read(kept, KEPT * rows) };
    },

    layerNormBackward(call, saved, gradY) {
      const { x, rows, n, weight } = call;
      if (x.length < FEWEST_NUMBERS) return loops.layerNormBackward(call, saved, gradY);
      const { kernels, heap, scratch, floats } = begin(engine());
      const weightPtr = floats(weight);
      const kept = floats(saved);
      const [gradW, gradB] = [scratch.take(n * 8), scratch.take(n * 8)];
      const gradX = new Float32Array(x.length);
      for (const sums of [gradW, gradB]) heap.f32.fill(0, sums >>> 2, (sums >>> 2) + 2 * n);
      inRows(engine(), rows, n, [x, gradY], [gradX], (first, count, from, grad, to) => {
        const at = kept + first * KEPT * 4;
        kernels.layerNormBackward(0, count, n, from, weightPtr, at, grad, to, gradW, gradB);
      });
      const wide = (ptr: Ptr) => new Float64Array(heap.memory.buffer, ptr, n).slice();
      return { gradX, gradWeight: wide(gradW), gradBias: wide(gradB) };
    },
  };
}

/** Starts a call; small arrays are put into the heap whole, null at address 0. */
function begin({ kernels, heap, scratch }: WasmEngine) {
  scratch.begin();
  return {
    kernels,
    heap,
    scratch,
    floats: (values: ArrayLike<number> | null): Ptr => {
      if (values === null) return 0;
      const ptr = scratch.floats(values.length);
      heap.f32.set(values, ptr >>> 2);
      return ptr;
    },
    integers: (values: Int32Array): Ptr => {
      const ptr = scratch.floats(values.length);
      heap.i32.set(values, ptr >>> 2);
      return ptr;
    },
  };
}

/** Calls `kernel` for a few rows after the others, with addresses of `read`, then of `write`. */
function inRows(
  { heap, scratch }: WasmEngine,
  rows: number,
  cols: number,
  read: readonly FloatArray[],
  write: readonly FloatArray[],
  kernel: (first: number, count: number, ...ptrs: Ptr[]) => void,
): void {
  const atOnce = Math.min(rows, Math.max(1, Math.floor(PIECE / cols)));
  const inPtrs = read.map(() => scratch.floats(atOnce * cols));
  const outPtrs = write.map(() => scratch.floats(atOnce * cols));
  for (let first = 0; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    const [start, end] = [first * cols, (first + count) * cols];
    read.forEach((array, i) => {
      heap.f32.set(array.subarray(start, end), inPtrs[i] >>> 2);
    });
    kernel(first, count, ...inPtrs, ...outPtrs);
    write.forEach((array, i) => {
      const at = outPtrs[i] >>> 2;
      array.set(heap.f32.subarray(at, at + end - start), start);
    });
  }
}

/** Only the rows that occur are added up in the heap: a table may be far larger than a batch. */
function scatterAdd(
  engine: WasmEngine,
  ids: Int32Array,
  x: FloatArray,
  width: number,
  numRows: number,
): Float32Array {
  const places = new Int32Array(numRows); // 0: does not occur
  const occurring: number[] = [];
  const compact = ids.map((id) => {
    if (id < 0) return -1;
    if (places[id] === 0) places[id] = occurring.push(id);
    return places[id] - 1;
  });
  const { kernels, heap, scratch, integers } = begin(engine);
  const idsPtr = integers(compact);
  const sums = scratch.floats(occurring.length * width);
  heap.f32.fill(0, sums >>> 2, (sums >>> 2) + occurring.length * width);
  inRows(engine, ids.length, width, [x], [], (first, count, from) =>
    kernels.addRows(0, count, width * 4, idsPtr + first * 4, from, sums),
  );
  const y = new Float32Array(numRows * width);
  occurring.forEach((id, i) => {
    const at = (sums >>> 2) + i * width;
    y.set(heap.f32.subarray(at, at + width), id * width);
  });
  return y;
}
