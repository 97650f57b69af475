/**
 * @file Memory that libraries read and write: it begins on a cache line, its address is known, and
 * it is used again.
 */

import { addressOf, type Ptr } from "./foreign.ts";

const LINE = 64;

/** So much is kept for the next call; the collector has the rest. */
const BYTES_KEPT = 256 * 2 ** 20;

/** Room for `floats.length` float32. Lives as long as somebody holds it. */
export class Block {
  readonly floats: Float32Array;
  readonly ptr: Ptr;

  constructor(length: number) {
    const bytes = new Uint8Array(length * 4 + LINE);
    const start = addressOf(bytes);
    const skip = (LINE - (start % LINE)) % LINE;
    this.floats = new Float32Array(bytes.buffer, skip, length);
    this.ptr = start + skip;
  }
}

/**
 * Blocks that have been given back wait here for the next call that wants their size. A block that
 * is never given back, because its graph was thrown away, goes the way of every array.
 */
export class BlockPool {
  readonly #free = new Map<number, Block[]>();
  #bytes = 0;

  /** At least `length` float32, with anything in it. */
  take(length: number): Block {
    const size = roundUp(length);
    const block = this.#free.get(size)?.pop();
    if (block === undefined) return new Block(size);
    this.#bytes -= size * 4;
    return block;
  }

  /** Nobody needs the block's contents any more. */
  give(block: Block): void {
    const size = block.floats.length;
    if (this.#bytes + size * 4 > BYTES_KEPT) this.#clear();
    if (size * 4 > BYTES_KEPT) return;
    let free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, (free = []));
    free.push(block);
    this.#bytes += size * 4;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sizes that nobody asks for any more would otherwise stay for ever. */
  #clear(): void {
    this.#free.clear();
    this.#bytes = 0;
  }
}

/** To three significant bits, so that batches of slightly different lengths share blocks. */
function roundUp(length: number): number {
  const grain = Math.max(LINE / 4, 2 ** (Math.floor(Math.log2(Math.max(length, 1))) - 3));
  return Math.ceil(Math.max(length, 1) / grain) * grain;
}
