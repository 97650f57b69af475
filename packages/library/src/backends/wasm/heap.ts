/**
 * @file The memory that the kernels see, handed out in blocks.
 *
 * The memory is shared, so growing it leaves existing views intact; {@link Heap.f32} is replaced by
 * a longer view. It never shrinks: whoever holds blocks must keep their number bounded.
 */

import { UnrolledError } from "../../core/errors.ts";

/** An address in bytes. */
export type Ptr = number;

const PAGE = 65536;

/** Blocks begin on a cache line. */
const ALIGN = 64;

interface FreeBlock {
  ptr: Ptr;
  bytes: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  f32: Float32Array;
  i32: Int32Array;

  /** Asked to give something back before an allocation fails; answers whether it did. */
  onShortage: () => boolean = () => false;

  /** By address, no two of them adjacent. */
  readonly #free: FreeBlock[];
  readonly #sizes = new Map<Ptr, number>();

  /** Blocks lie between `start` and the memory's end, which no block touches: kernels may read a vector too far. */
  constructor(memory: WebAssembly.Memory, start: Ptr) {
    this.memory = memory;
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    const first = Math.ceil(start / ALIGN) * ALIGN;
    this.#free = [{ ptr: first, bytes: memory.buffer.byteLength - ALIGN - first }];
  }

  /** How much memory the host has given us. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** How much of it is handed out. */
  get bytesInUse(): number {
    let sum = 0;
    for (const bytes of this.#sizes.values()) sum += bytes;
    return sum;
  }

  /** A block of at least `bytes`, with anything in it. */
  allocate(bytes: number): Ptr {
    const size = roundUp(bytes);
    let block = this.#bestFit(size);
    while (block === undefined) {
      if (!this.#grow(size) && !this.onShortage()) {
        throw new UnrolledError(
          `The wasm engine is out of memory: ${mebibytes(size)} more were needed, and of ` +
            `${mebibytes(this.bytes)} only ${mebibytes(this.bytes - this.bytesInUse)} are free, in pieces. ` +
            "Try a smaller batch or shorter sequences.",
        );
      }
      block = this.#bestFit(size);
    }
    const { ptr } = block;
    block.ptr += size;
    block.bytes -= size;
    if (block.bytes === 0) this.#free.splice(this.#free.indexOf(block), 1);
    this.#sizes.set(ptr, size);
    return ptr;
  }

  /** Takes back what {@link allocate} gave. */
  release(ptr: Ptr): void {
    const bytes = this.#sizes.get(ptr)!;
    this.#sizes.delete(ptr);
    this.#insert({ ptr, bytes });
  }

  /** The smallest free block that is large enough. */
  #bestFit(size: number): FreeBlock | undefined {
    let best: FreeBlock | undefined;
    for (const block of this.#free) {
      if (block.bytes >= size && (best === undefined || block.bytes < best.bytes)) best = block;
    }
    return best;
  }

  #insert(block: FreeBlock): void {
    const free = this.#free;
    let at = free.length;
    while (at > 0 && free[at - 1].ptr > block.ptr) at--;
    free.splice(at, 0, block);
    this.#joinWithNext(at);
    if (at > 0) this.#joinWithNext(at - 1);
  }

  #joinWithNext(at: number): void {
    const block = this.#free[at];
    const next = this.#free[at + 1];
    if (next === undefined || block.ptr + block.bytes !== next.ptr) return;
    block.bytes += next.bytes;
    this.#free.splice(at + 1, 1);
  }

  /** More memory, so that the last free block holds `size`; by an eighth at least, to grow rarely. */
  #grow(size: number): boolean {
    const end = this.bytes - ALIGN;
    const last = this.#free[this.#free.length - 1];
    const atEnd = last !== undefined && last.ptr + last.bytes === end ? last.bytes : 0;
    const needed = Math.ceil((size - atEnd) / PAGE);
    const generous = Math.max(needed, Math.ceil(this.bytes / 8 / PAGE));
    if (!this.#growBy(generous) && !this.#growBy(needed)) return false;
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.#insert({ ptr: end, bytes: this.bytes - ALIGN - end });
    return true;
  }

  #growBy(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * To whole cache lines, and to three significant bits: batches of slightly different lengths then
 * ask for equal blocks, and the memory does not fall to pieces.
 */
function roundUp(bytes: number): number {
  const grain = Math.max(ALIGN, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.max(ALIGN, Math.ceil(bytes / grain) * grain);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
