/**
 * @file What forward keeps for backward: blocks of the heap that return when backward is done.
 *
 * Graphs can also be thrown away without backward, and nobody tells us. So only so many bytes stay
 * here at a time: beyond that, the oldest move to an ordinary array that hangs on their owner, and
 * the collector frees them together. (Weak references would not do: one that is created or read in
 * a synchronous loop keeps its target alive until the loop ends.)
 */

import type { Heap, Ptr } from "./heap.ts";

/**
 * Room for the layers of any network that trains at a useful speed on one core: three LSTMs with
 * batch 64, 64 steps and 512 features, or hundreds of small ones.
 */
const BYTES_KEPT = 128 * 2 ** 20;

/** One block, wherever it is at the moment. Its owner's only handle. */
export class SavedBlock {
  ptr: Ptr = 0;
  spilled: Float32Array | null = null;
  used = false;
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }
}

export class SavedActivations {
  readonly #heap: Heap;
  /** What lies in the heap and waits for its backward, oldest first. */
  readonly #waiting = new Set<SavedBlock>();
  #bytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** How many blocks wait in the heap for their backward. */
  get count(): number {
    return this.#waiting.size;
  }

  /** A block for `length` float32, to be written now. It stays where it is until {@link keep}. */
  allocate(length: number): SavedBlock {
    const block = new SavedBlock(length);
    block.ptr = this.#heap.allocate(length * 4);
    return block;
  }

  /** The block has been written and will be wanted later, or never. */
  keep(block: SavedBlock): void {
    const bytes = block.length * 4;
    while (this.#bytes + bytes > BYTES_KEPT && this.spillOldest());
    this.#waiting.add(block);
    this.#bytes += bytes;
  }

  /** The block is wanted: from now on it lies in the heap at `block.ptr` until {@link release}. */
  claim(block: SavedBlock): void {
    if (block.spilled === null) {
      this.#forget(block);
      return;
    }
    block.ptr = this.#heap.allocate(block.length * 4);
    this.#heap.f32.set(block.spilled, block.ptr >>> 2);
    block.spilled = null;
  }

  /** Gives a block back that was allocated or claimed; its contents are used up. */
  release(block: SavedBlock): void {
    block.used = true;
    this.#heap.release(block.ptr);
  }

  /** Moves the oldest block out of the heap; answers whether there was one. */
  spillOldest(): boolean {
    const [block] = this.#waiting;
    if (block === undefined) return false;
    const from = block.ptr >>> 2;
    block.spilled = new Float32Array(block.length);
    block.spilled.set(this.#heap.f32.subarray(from, from + block.length));
    this.#forget(block);
    this.#heap.release(block.ptr);
    return true;
  }

  #forget(block: SavedBlock): void {
    this.#waiting.delete(block);
    this.#bytes -= block.length * 4;
  }
}
