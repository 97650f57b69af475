/**
 * @file What a plan is made of: descriptors of memory, memories, and primitives that run on them.
 */

import {
  addressOf,
  type ForeignFunction,
  type ForeignLibrary,
  type ForeignType,
  LibraryError,
  type Ptr,
} from "./foreign.ts";
import type { Block } from "./blocks.ts";

/** `dnnl_memory_desc_t` of version 2 has 696 bytes in 2.6; nothing is read from it here. */
const MEMORY_DESC_BYTES = 4096;
const FLOAT32 = 3;
const ANY_LAYOUT = 1;

/** A function of the library that answers with a status. */
export function checked(
  library: ForeignLibrary,
  name: string,
  args: ForeignType[],
): ForeignFunction {
  const call = library.func(name, "int", args);
  return (...values) => {
    const status = call(...values);
    if (status !== 0) throw new LibraryError(`${name} gave status ${String(status)}`);
  };
}

/** Where a function writes the address of what it made. */
export class OutPtr {
  readonly #value = new BigUint64Array(1);
  readonly #ptr = addressOf(this.#value);

  of(create: (out: Ptr) => unknown): Ptr {
    create(this.#ptr);
    return Number(this.#value[0]);
  }
}

/** Descriptors for the time in which a plan is made. `dispose` afterwards. */
export class Descriptors {
  readonly #library: ForeignLibrary;
  readonly #isOpaque: boolean;
  readonly #out = new OutPtr();
  /** The collector must not take what the library still reads. */
  #kept: ArrayBufferView[] = [];
  #handles: Ptr[] = [];

  constructor(library: ForeignLibrary, major: 2 | 3) {
    this.#library = library;
    this.#isOpaque = major === 3;
  }

  /** float32 with these distances from one to the next; without strides, as the library likes. */
  memory(dims: number[], strides: number[] | null): Ptr {
    const layout = strides === null ? ANY_LAYOUT : this.#longs(strides);
    const args = [dims.length, this.#longs(dims), FLOAT32, layout];
    const how = strides === null ? "tag" : "strides";
    const types: ForeignType[] = [
      "int",
      "uintptr_t",
      "int",
      strides === null ? "int" : "uintptr_t",
    ];
    if (this.#isOpaque) {
      const create = this.#function(`dnnl_memory_desc_create_with_${how}`, types);
      const handle = this.#out.of((out) => create(out, ...args));
      this.#handles.push(handle);
      return handle;
    }
    const init = this.#function(`dnnl_memory_desc_init_by_${how}`, types);
    const struct = this.room(MEMORY_DESC_BYTES);
    init(struct, ...args);
    return struct;
  }

  /** Zeros at an address that is good until `dispose`. */
  room(bytes: number): Ptr {
    return this.#keep(new Uint8Array(bytes));
  }

  dispose(): void {
    const destroy = this.#isOpaque ? this.#function("dnnl_memory_desc_destroy", []) : null;
    for (const handle of this.#handles) destroy!(handle);
    this.#handles = [];
    this.#kept = [];
  }

  #longs(values: number[]): Ptr {
    return this.#keep(BigInt64Array.from(values, BigInt));
  }

  #keep(array: ArrayBufferView): Ptr {
    this.#kept.push(array);
    return addressOf(array);
  }

  #function(name: string, types: ForeignType[]): ForeignFunction {
    return checked(this.#library, name, ["uintptr_t", ...types]);
  }
}

/** A place where a primitive reads or writes; `use` says where that is this time. */
export class Memory {
  readonly handle: Ptr;
  readonly #setData: ForeignFunction;
  readonly #destroy: ForeignFunction;
  #ptr: Ptr = 0;
  /** Keeps alive what the address belongs to. */
  #holds: Float32Array | Block | null = null;

  constructor(handle: Ptr, setData: ForeignFunction, destroy: ForeignFunction) {
    this.handle = handle;
    this.#setData = setData;
    this.#destroy = destroy;
  }

  use(data: Float32Array | Block): void {
    const ptr = data instanceof Float32Array ? addressOf(data) : data.ptr;
    this.#holds = data;
    if (ptr === this.#ptr) return;
    this.#setData(this.handle, ptr);
    this.#ptr = ptr;
  }

  /** Lets go of the array: this place is not used again before the next `use`. */
  release(): void {
    this.#holds = null;
  }

  get holds(): Float32Array | Block | null {
    return this.#holds;
  }

  destroy(): void {
    this.#destroy(this.handle);
    this.release();
  }
}

/** An operation with its memories. */
export class Primitive {
  readonly #handle: Ptr;
  readonly #stream: Ptr;
  readonly #count: number;
  /** `dnnl_exec_arg_t`: an int, four bytes of nothing, an address. */
  readonly #args: BigInt64Array;
  readonly #argsPtr: Ptr;
  readonly #execute: ForeignFunction;
  readonly #destroy: ForeignFunction;

  constructor(
    handle: Ptr,
    stream: Ptr,
    args: [arg: number, memory: Memory][],
    execute: ForeignFunction,
    destroy: ForeignFunction,
  ) {
    this.#handle = handle;
    this.#stream = stream;
    this.#count = args.length;
    this.#args = BigInt64Array.from(
      args.flatMap(([arg, memory]) => [BigInt(arg), BigInt(memory.handle)]),
    );
    this.#argsPtr = addressOf(this.#args);
    this.#execute = execute;
    this.#destroy = destroy;
  }

  /** Runs, on the caller's thread, and is done when this returns. */
  execute(): void {
    this.#execute(this.#handle, this.#stream, this.#count, this.#argsPtr);
  }

  destroy(): void {
    this.#destroy(this.#handle);
  }
}
