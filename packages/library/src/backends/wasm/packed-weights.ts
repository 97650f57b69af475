/**
 * @file Weights in the order in which the kernels read them, packed once and used until they change.
 */

import type { Storage } from "../../core/storage.ts";
import type { Heap, Ptr } from "./heap.ts";

/** Bytes of a packed [k, n]: columns are filled up to panels of 8, as `kernels/assembly/pack.ts` says. */
export function packedBytes(k: number, n: number): number {
  return k * paddedColumns(n) * 4;
}

export function paddedColumns(n: number): number {
  return (n + 7) & ~7;
}

/** Enough for the weights of any network that trains on a CPU; beyond it, the longest unused go. */
const BYTES_KEPT = 256 * 2 ** 20;

/** A piece of the heap; `ptr` is 0 when it has been taken back. */
interface Block {
  ptr: Ptr;
  readonly bytes: number;
  /** The call that used it last. */
  call: number;
}

interface Entry {
  block: Block;
  sources: readonly (Storage | null)[];
  versions: number[];
}

export class PackedWeights {
  readonly #heap: Heap;
  readonly #entries = {
    forward: new WeakMap<Storage, Entry>(),
    backward: new WeakMap<Storage, Entry>(),
  };
  /** Longest unused first. Knows blocks only, so it keeps no weights alive. */
  readonly #blocks = new Set<Block>();
  #bytes = 0;
  #call = 0;

  /** Weights that are gone give their block back. Only saves memory: eviction would do it later. */
  readonly #gone = new FinalizationRegistry<Block>((block) => this.#evict(block));

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** A new call begins: until the next one, nothing that {@link get} gives is taken back. */
  begin(): void {
    this.#call++;
  }

  /**
   * The address of what `pack` makes of `sources`: from last time if nothing has changed, otherwise
   * `pack` is called with the address to write to. 0 if these weights must not be remembered,
   * because someone outside may write to them unseen.
   *
   * Filed under the first of `sources`, which is not null. `bytes` must follow from their sizes.
   */
  get(
    use: "forward" | "backward",
    sources: readonly (Storage | null)[],
    bytes: number,
    pack: (ptr: Ptr) => void,
  ): Ptr {
    const key = sources[0]!;
    for (const source of sources) if (source?.exposed) return 0;
    let entry = this.#entries[use].get(key);

    if (entry === undefined || entry.block.ptr === 0 || entry.block.bytes !== bytes) {
      if (entry !== undefined) this.#evict(entry.block);
      entry = { block: this.#allocate(bytes), sources: [], versions: [] };
      this.#entries[use].set(key, entry);
      this.#gone.register(key, entry.block);
    }
    this.#touch(entry.block);
    if (!isCurrent(entry, sources)) {
      pack(entry.block.ptr);
      entry.sources = sources.slice();
      entry.versions = sources.map((source) => source?.version ?? 0);
    }
    return entry.block.ptr;
  }

  /** Gives back what was unused longest; answers whether there was anything. */
  evictOldest(): boolean {
    const [block] = this.#blocks;
    if (block === undefined || block.call === this.#call) return false;
    this.#evict(block);
    return true;
  }

  #allocate(bytes: number): Block {
    while (this.#bytes + bytes > BYTES_KEPT && this.evictOldest());
    const block = { ptr: this.#heap.allocate(bytes), bytes, call: 0 };
    this.#bytes += bytes;
    return block;
  }

  #touch(block: Block): void {
    if (block.call === this.#call) return;
    block.call = this.#call;
    this.#blocks.delete(block);
    this.#blocks.add(block);
  }

  #evict(block: Block): void {
    if (block.ptr === 0) return;
    this.#heap.release(block.ptr);
    this.#blocks.delete(block);
    this.#bytes -= block.bytes;
    block.ptr = 0;
  }
}

function isCurrent(entry: Entry, sources: readonly (Storage | null)[]): boolean {
  if (entry.sources.length !== sources.length) return false;
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    if (entry.sources[i] !== source) return false;
    if (source !== null && entry.versions[i] !== source.version) return false;
  }
  return true;
}
