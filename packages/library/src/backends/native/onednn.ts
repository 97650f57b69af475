/**
 * @file oneDNN (`libdnnl`), versions 2 and 3: descriptors, memories and primitives.
 *
 * The two versions differ in what a descriptor is: in 2 a struct in memory of ours, in 3 an object
 * of the library's. Either way it is an address, which is all that the rest of the engine sees. No
 * struct is read here and their sizes are only bounded from above, so no release of a version can
 * have moved anything. Layouts are given as strides, never as tags, whose numbers differ.
 *
 * Source: `dnnl.h` and `dnnl_types.h` of 2.6 and 3.2.
 */

import { host } from "#platform";
import type { CellKind } from "../backend.ts";
import {
  type ForeignFunction,
  ForeignLibrary,
  type ForeignType,
  type Ptr,
  readInts,
} from "./foreign.ts";
import { checked, Descriptors, Memory, OutPtr, Primitive } from "./onednn-objects.ts";
import type { Sgemm } from "./products.ts";
import type { ThreadControl } from "./threads.ts";

/** `dnnl_rnn_desc_t` of version 2 has 15,344 bytes in 2.6; nothing is read from it here. */
const RNN_DESC_BYTES = 65536;

/** What a memory is to a primitive: `DNNL_ARG_…`. Its gradient is DIFF more. */
export const ARG = {
  x: 1,
  h0: 2,
  c0: 3,
  y: 17,
  hN: 18,
  cN: 19,
  weightsLayer: 33,
  weightsIter: 34,
  bias: 41,
  workspace: 64,
  from: 1,
  to: 17,
} as const;
export const DIFF = 128;

const CPU = 1;
const IN_ORDER = 1;
const QUERY_WORKSPACE = 135;
const QUERY_ARGUMENT = 255;

/** `dnnl_prop_kind_t` */
const PROPAGATION = { training: 64, inference: 96, backward: 128 } as const;

/** Bits of `dnnl_cpu_isa_t` that AVX2 and all its successors have. */
const AVX2 = 0x7;

/** `unsigned cpu_runtime` of `dnnl_version_t`: what runs its threads. */
const SEQUENTIAL = 1;
const OPENMP = 2;

/** What the versions number differently. */
const NUMBERS = {
  2: { oneDirection: 0, bothDirections: 2, tanh: 0x2f },
  3: { oneDirection: 1, bothDirections: 3, tanh: 0x21 },
} as const;

/**
 * The cells' names in the library, whose GRU with "linear before reset" is PyTorch's. An RNN with
 * relu is not among them: the library's relu makes 0 of NaN, and training should stop there.
 */
const CELL_NAMES = { lstm: "lstm", gru: "lbr_gru", rnn_tanh: "vanilla_rnn" } as const;

export type NativeCell = keyof typeof CELL_NAMES;

export const NATIVE_CELLS = Object.keys(CELL_NAMES) as NativeCell[];

export function isNativeCell(cell: CellKind): cell is NativeCell {
  return cell in CELL_NAMES;
}

export interface LayerKind {
  cell: NativeCell;
  numDirections: number;
}

/** x, h0, c0, both weights, bias, y, hN, cN; and where among them the weights of h are. */
const LSTM_ARGS = 9;
const LSTM_WEIGHTS_ITER = 4;

const LETTER_N = 78;
const LETTER_T = 84;

export class OneDnn implements ThreadControl {
  readonly version: string;
  /** Whether there can be more than one. */
  readonly hasThreads: boolean;
  readonly #library: ForeignLibrary;
  readonly #major: 2 | 3;
  readonly #engine: Ptr;
  readonly #stream: Ptr;
  readonly #out = new OutPtr();
  readonly #functions = new Map<string, ForeignFunction>();

  readonly #createMemory: ForeignFunction;
  readonly #destroyMemory: ForeignFunction;
  readonly #setData: ForeignFunction;
  readonly #createPrimitive: ForeignFunction;
  readonly #destroyPrimitive: ForeignFunction;
  readonly #execute: ForeignFunction;
  readonly #destroyDesc: ForeignFunction;
  readonly #query: ForeignFunction;
  readonly #sizeOf: ForeignFunction;
  readonly #sameDesc: ForeignFunction;
  readonly #createReorderDesc: ForeignFunction;
  readonly #sgemm: ForeignFunction;
  readonly #setThreads: ForeignFunction | null;
  #threads = 0;

  /** Throws, in words for `unrolled doctor`, if this library cannot be used. */
  constructor(path: string) {
    this.#library = new ForeignLibrary(path);
    const [major, minor, patch] = this.#readVersion();
    this.version = `${major}.${minor}.${patch}`;
    if (major !== 2 && major !== 3) {
      throw new Error(`this is oneDNN ${this.version}; 2 and 3 are known`);
    }
    this.#major = major;
    this.#setThreads = this.#findThreadCount();
    this.useThreads(1);
    this.hasThreads = this.#setThreads !== null && this.#library.keepLoaded();

    const p = "uintptr_t";
    this.#createMemory = this.#checked("dnnl_memory_create", [p, p, p, p]);
    this.#destroyMemory = this.#checked("dnnl_memory_destroy", [p]);
    this.#setData = this.#checked("dnnl_memory_set_data_handle", [p, p]);
    this.#createPrimitive = this.#checked("dnnl_primitive_create", [p, p]);
    this.#destroyPrimitive = this.#checked("dnnl_primitive_destroy", [p]);
    this.#execute = this.#checked("dnnl_primitive_execute", [p, p, "int", p]);
    this.#destroyDesc = this.#checked("dnnl_primitive_desc_destroy", [p]);
    this.#query = this.#library.func("dnnl_primitive_desc_query_md", p, [p, "int", "int"]);
    this.#sizeOf = this.#library.func("dnnl_memory_desc_get_size", "size_t", [p]);
    this.#sameDesc = this.#library.func("dnnl_memory_desc_equal", "int", [p, p]);
    // prettier-ignore
    this.#createReorderDesc = this.#checked("dnnl_reorder_primitive_desc_create", [p, p, p, p, p, p]);
    // prettier-ignore
    this.#sgemm = this.#checked("dnnl_sgemm", ["char", "char", "int64_t", "int64_t", "int64_t", "float", p, "int64_t", p, "int64_t", "float", p, "int64_t"]);

    const createEngine = this.#checked("dnnl_engine_create", [p, "int", "size_t"]);
    const createStream = this.#checked("dnnl_stream_create", [p, p, "uint"]);
    this.#engine = this.#out.of((out) => createEngine(out, CPU, 0));
    this.#stream = this.#out.of((out) => createStream(out, this.#engine, IN_ORDER));
  }

  /** A primitive must run on as many as it was made for. Other programs' settings stay theirs. */
  useThreads(count: number): void {
    if (count === this.#threads) return;
    this.#setThreads?.(count);
    this.#threads = count;
  }

  /**
   * Whether the library has code for this processor that is faster than WebAssembly's 128-bit
   * vectors: with SSE alone its layers take 1.7 times as long, and elsewhere it has plain loops.
   */
  get isFastHere(): boolean {
    if (host().arch !== "x64") return false;
    const isa = this.#library.optional("dnnl_get_effective_cpu_isa", "uint", []);
    return isa !== null && (Number(isa()) & AVX2) === AVX2;
  }

  // ── Descriptors ───────────────────────────────────────────────────────────────────────────────

  /** For the time in which primitives are made. */
  newDescriptors(): Descriptors {
    return new Descriptors(this.#library, this.#major);
  }

  /** `args` in the library's order. */
  forwardDesc(descriptors: Descriptors, layer: LayerKind, training: boolean, args: Ptr[]): Ptr {
    const propagation = training ? PROPAGATION.training : PROPAGATION.inference;
    return this.#layerDesc(descriptors, "forward", layer, propagation, args, 0);
  }

  /** `args` are forward's, then those of their gradients. */
  backwardDesc(descriptors: Descriptors, layer: LayerKind, args: Ptr[], forward: Ptr): Ptr {
    return this.#layerDesc(descriptors, "backward", layer, PROPAGATION.backward, args, forward);
  }

  reorderDesc(from: Ptr, to: Ptr): Ptr {
    return this.#out.of((out) =>
      this.#createReorderDesc(out, from, this.#engine, to, this.#engine, 0),
    );
  }

  /** The layout that a primitive wants for one of its arguments; lives as long as `desc`. */
  argumentDesc(desc: Ptr, arg: number): Ptr {
    return this.#query(desc, QUERY_ARGUMENT, arg) as Ptr;
  }

  workspaceDesc(desc: Ptr): Ptr {
    return this.#query(desc, QUERY_WORKSPACE, 0) as Ptr;
  }

  /** In float32, rounded up. */
  sizeOf(memoryDesc: Ptr): number {
    return Math.ceil(Number(this.#sizeOf(memoryDesc)) / 4);
  }

  areSame(a: Ptr, b: Ptr): boolean {
    return this.#sameDesc(a, b) !== 0;
  }

  destroyDesc(desc: Ptr): void {
    this.#destroyDesc(desc);
  }

  // ── Memories and primitives ───────────────────────────────────────────────────────────────────

  memory(memoryDesc: Ptr): Memory {
    const handle = this.#out.of((out) => this.#createMemory(out, memoryDesc, this.#engine, 0));
    return new Memory(handle, this.#setData, this.#destroyMemory);
  }

  primitive(desc: Ptr, args: [arg: number, memory: Memory][]): Primitive {
    const handle = this.#out.of((out) => this.#createPrimitive(out, desc));
    return new Primitive(handle, this.#stream, args, this.#execute, this.#destroyPrimitive);
  }

  readonly sgemm: Sgemm = (transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    const [opA, opB] = [transA ? LETTER_T : LETTER_N, transB ? LETTER_T : LETTER_N];
    this.#sgemm(opA, opB, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
  };

  #readVersion(): number[] {
    const version = this.#library.func("dnnl_version", "uintptr_t", [])() as Ptr;
    if (version === 0) throw new Error("it does not tell its version");
    return Array.from(readInts(version, 3));
  }

  /** The function that says how many threads work for the calling one; null if none ever do. */
  #findThreadCount(): ForeignFunction | null {
    // `dnnl_version_t`: three ints, a pointer on the next multiple of 8, then the CPU's runtime.
    const version = this.#library.func("dnnl_version", "uintptr_t", [])() as Ptr;
    const [runtime] = Array.from(readInts(version + 24, 1));
    if (runtime === SEQUENTIAL) return null;
    if (runtime !== OPENMP) {
      throw new Error("its threads are neither OpenMP's nor none, and cannot be counted");
    }
    const set = this.#library.optional("omp_set_num_threads", "void", ["int"]);
    if (set === null) throw new Error("omp_set_num_threads was not found beside it");
    return set;
  }

  #layerDesc(
    descriptors: Descriptors,
    pass: "forward" | "backward",
    { cell, numDirections }: LayerKind,
    propagation: number,
    args: Ptr[],
    hint: Ptr,
  ): Ptr {
    const numbers = NUMBERS[this.#major];
    const isPlain = cell === "rnn_tanh";
    const activation = isPlain ? [numbers.tanh] : [];
    const slope = isPlain ? [0, 0] : []; // alpha and beta: for other activations than tanh
    const direction = numDirections === 2 ? numbers.bothDirections : numbers.oneDirection;
    const all = cell === "lstm" && this.#major === 3 ? withoutPeepholes(args) : args;
    const common = [propagation, ...activation, direction, ...all, 0, ...slope];

    const p = "uintptr_t";
    const types: ForeignType[] = [
      ...common.slice(0, 2 + activation.length).map(() => "int" as const),
      ...all.map(() => p as ForeignType),
      "uint",
      ...slope.map(() => "float" as const),
    ];
    const name = `dnnl_${CELL_NAMES[cell]}_${pass}`;
    if (this.#major === 3) {
      const hints = pass === "backward" ? [hint] : [];
      const tail = [...hints, 0].map(() => p as ForeignType); // and no attributes
      const create = this.#checked(`${name}_primitive_desc_create`, [p, p, ...types, ...tail]);
      return this.#out.of((out) => create(out, this.#engine, ...common, ...hints, 0));
    }
    const init = this.#checked(`${name}_desc_init`, [p, ...types]);
    const create = this.#checked("dnnl_primitive_desc_create", [p, p, p, p, p]);
    const struct = descriptors.room(RNN_DESC_BYTES);
    init(struct, ...common);
    return this.#out.of((out) => create(out, struct, 0, this.#engine, hint));
  }

  #checked(name: string, args: ForeignType[]): ForeignFunction {
    let call = this.#functions.get(name);
    if (call === undefined) {
      call = checked(this.#library, name, args);
      this.#functions.set(name, call);
    }
    return call;
  }
}

/**
 * Version 3 asks an LSTM for the weights of peepholes and a projection too, after those of h; once
 * for forward's arguments and once for their gradients.
 */
function withoutPeepholes(args: Ptr[]): Ptr[] {
  return args.flatMap((desc, i) => (i % LSTM_ARGS === LSTM_WEIGHTS_ITER ? [desc, 0, 0] : [desc]));
}
