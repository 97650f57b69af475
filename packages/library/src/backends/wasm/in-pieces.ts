/**
 * @file Arrays pass through the heap a piece at a time: a piece that stays in the cache is copied in
 * and out almost for nothing.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";

/** All arrays' pieces together have so many numbers: 64 KiB, which every L2 cache holds. */
const NUMBERS = 16384;

export interface Passage {
  /** Copied in, and after the kernel out again. */
  change?: readonly (FloatArray | null)[];
  /** Copied in. */
  read?: readonly FloatArray[];
  /** Copied out. */
  write?: readonly FloatArray[];
}

/**
 * Calls `kernel` for pieces of arrays of equal length, one after the other, with the piece's length
 * and an address for every array: those of `change`, then `read`, then `write`. null has address 0.
 */
export function inPieces(
  { heap, scratch }: WasmEngine,
  { change = [], read = [], write = [] }: Passage,
  kernel: (count: number, ...ptrs: Ptr[]) => void,
): void {
  const arrays = [...change, ...read, ...write];
  const present = arrays.filter((array) => array !== null);
  const { length } = present[0];
  const size = Math.min(length, Math.floor(NUMBERS / present.length / 16) * 16);
  scratch.begin();
  const ptrs = arrays.map((array) => (array ? scratch.floats(size) : 0));
  const firstWritten = change.length + read.length;

  for (let from = 0; from < length; from += size) {
    const count = Math.min(size, length - from);
    const part = (array: FloatArray) =>
      count === length ? array : array.subarray(from, from + count);
    for (let i = 0; i < firstWritten; i++) {
      const array = arrays[i];
      if (array) heap.f32.set(part(array), ptrs[i] >>> 2);
    }
    kernel(count, ...ptrs);
    for (let i = 0; i < arrays.length; i++) {
      const array = arrays[i];
      if (!array || (i >= change.length && i < firstWritten)) continue;
      const at = ptrs[i] >>> 2;
      part(array).set(heap.f32.subarray(at, at + count));
    }
  }
}
