/**
 * @file Memory for the length of one call: everything taken is given back by the next `begin()`.
 */

import type { Heap, Ptr } from "./heap.ts";

const ALIGN = 64;

export class Scratch {
  readonly #heap: Heap;
  #base: Ptr = 0;
  #size = 0;

  /** Bytes taken since {@link begin}, within the region and beyond. */
  #taken = 0;

  /** What did not fit. The next call finds a region that is large enough instead. */
  #overflow: Ptr[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Starts afresh. Called first by every entry point, so that an error leaves nothing behind. */
  begin(): void {
    if (this.#overflow.length > 0) {
      for (const ptr of this.#overflow) this.#heap.release(ptr);
      this.#overflow = [];
      if (this.#size > 0) this.#heap.release(this.#base);
      this.#size = 0;
      this.#base = this.#heap.allocate(this.#taken);
      this.#size = this.#taken;
    }
    this.#taken = 0;
  }

  /** A piece of at least `bytes`, with anything in it. */
  take(bytes: number): Ptr {
    const ptr = this.#base + this.#taken;
    // One line to spare: kernels may read a vector past the end.
    this.#taken += Math.ceil(bytes / ALIGN) * ALIGN + ALIGN;
    if (this.#taken <= this.#size) return ptr;
    const own = this.#heap.allocate(bytes + ALIGN);
    this.#overflow.push(own);
    return own;
  }

  /** A piece for `count` float32. */
  floats(count: number): Ptr {
    return this.take(count * 4);
  }
}
