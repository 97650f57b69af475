/**
 * @file Functions of single numbers, sums, products and the like of two, and softmax of rows.
 *
 * Arrays pass through the heap a piece at a time: a piece that stays in L1 is copied in and out
 * almost for nothing.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { BinaryName } from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import { inPieces } from "./in-pieces.ts";

/** 16 KiB, half of the smallest L1 cache. */
const PIECE = 4096;

/** Below this many numbers a plain loop is as fast as two copies and a call: 0.12 µs for 8 tanh. */
export const FEWEST_ELEMENTS = 8;

export function unary(
  engine: WasmEngine,
  name: "exp" | "tanh" | "sigmoid",
  x: FloatArray,
): Float32Array {
  const y = new Float32Array(x.length);
  const kernel = engine.kernels[name];
  inPieces(engine, { read: [x], write: [y] }, (count, from, to) => kernel(0, count, from, to));
  return y;
}

/** Two copies in, one out, a call: from so many numbers on faster than a plain loop. */
export const FEWEST_PAIRS = 1024;

/** For arrays of equal length, or a single number and an array. */
export function binary(
  engine: WasmEngine,
  name: BinaryName,
  a: FloatArray,
  b: FloatArray,
): Float32Array {
  const { kernels, heap, oneNumberPtr } = engine;
  const kernel = kernels[name];
  const y = new Float32Array(Math.max(a.length, b.length));
  const one = [a, b].find((array) => array.length !== y.length);
  if (one) heap.f32.fill(one[0], oneNumberPtr >>> 2, (oneNumberPtr >>> 2) + 4);
  const [aMask, bMask] = [a === one ? 0 : -1, b === one ? 0 : -1];
  const read = one || a === b ? [a === one ? b : a] : [a, b];
  inPieces(engine, { read, write: [y] }, (count, first, ...rest) => {
    const to = rest[rest.length - 1];
    const second = rest.length > 1 ? rest[0] : first;
    const aPtr = aMask ? first : oneNumberPtr;
    kernel(0, count, aPtr, aMask, bMask ? second : oneNumberPtr, bMask, to);
  });
  return y;
}

export function sum(engine: WasmEngine, x: FloatArray): number {
  let total = 0;
  inPieces(engine, { read: [x] }, (count, ptr) => (total += engine.kernels.sum(0, count, ptr)));
  return total;
}

export function softmax(
  { kernels, heap, scratch }: WasmEngine,
  name: "softmax" | "logSoftmax",
  x: FloatArray,
  rows: number,
  cols: number,
): Float32Array {
  scratch.begin();
  const rowsAtOnce = Math.max(1, Math.floor(PIECE / cols));
  const from = scratch.floats(rowsAtOnce * cols);
  const to = scratch.floats(rowsAtOnce * cols);
  const y = new Float32Array(x.length);
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - row);
    const part = count === rows ? x : x.subarray(row * cols, (row + count) * cols);
    heap.f32.set(part, from >>> 2);
    kernels[name](0, count, cols, from, to);
    y.set(heap.f32.subarray(to >>> 2, (to >>> 2) + count * cols), row * cols);
  }
  return y;
}
