/**
 * @file The kernels, compiled, with the memory that they and all parts of this engine share.
 */

import { KERNELS, type KernelBuild, type Kernels } from "@unrolled/kernels";
import { UnrolledError } from "../../core/errors.ts";
import { Heap, type Ptr } from "./heap.ts";
import { PackedWeights } from "./packed-weights.ts";
import { SavedActivations } from "./saved-activations.ts";
import { Scratch } from "./scratch.ts";
import { ThreadPool } from "./threads/pool.ts";

/** Where blocks may begin; below it are the compiler's constants (`kernels/assembly/memory.ts`). */
const HEAP_START = 65536;
const FIRST_PAGES = 16;

/** All that a 32-bit address can reach, or less where the host will not promise so much. */
const MAXIMUM_PAGES = [65536, 32768, 16384, 8192];

export class WasmEngine {
  readonly kernels: Kernels;
  readonly heap: Heap;
  readonly scratch: Scratch;
  readonly packed: PackedWeights;
  readonly saved: SavedActivations;
  readonly threads: ThreadPool;
  /** Room for one vector. */
  readonly oneNumberPtr: Ptr;

  constructor(build: KernelBuild) {
    const memory = createMemory();
    const module = new WebAssembly.Module(bytesOf(KERNELS[build]));
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.kernels = instance.exports as unknown as Kernels;
    this.heap = new Heap(memory, HEAP_START);
    this.oneNumberPtr = this.heap.allocate(16);
    this.scratch = new Scratch(this.heap);
    this.packed = new PackedWeights(this.heap);
    this.saved = new SavedActivations(this.heap);
    this.threads = new ThreadPool(this, module);
    this.heap.onShortage = () => this.saved.spillOldest() || this.packed.evictOldest();
    this.kernels.usePrivateRegion(this.heap.allocate(this.kernels.PRIVATE_BYTES.value as number));
  }

  /** The numbers at an address, as an array of their own. */
  read(ptr: Ptr, length: number): Float32Array {
    const out = new Float32Array(length);
    out.set(this.heap.f32.subarray(ptr >>> 2, (ptr >>> 2) + length));
    return out;
  }

  write(ptr: Ptr, values: ArrayLike<number>): void {
    this.heap.f32.set(values, ptr >>> 2);
  }
}

function createMemory(): WebAssembly.Memory {
  for (const maximum of MAXIMUM_PAGES) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared: true });
    } catch {
      // The next one is more modest.
    }
  }
  throw new UnrolledError(
    "The wasm engine could not reserve its memory here. Choose the reference engine, or raise the limit on virtual memory.",
  );
}

function bytesOf(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitAt(digits, 2 * i) << 4) | digitAt(digits, 2 * i + 1);
  }
  return bytes;
}

/** 0–9, a–f. Number.parseInt would take milliseconds of every start. */
function digitAt(digits: string, at: number): number {
  const code = digits.charCodeAt(at);
  return code <= 57 ? code - 48 : code - 87;
}
