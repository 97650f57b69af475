/**
 * @file Matrix products of the caller's arrays by a library, in place: nothing is copied.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { GemmCall } from "../backend.ts";
import { getNumThreads } from "../thread-count.ts";
import { addressOf, type Ptr } from "./foreign.ts";
import { sameBits, type ThreadControl, ThreadTrials } from "./threads.ts";

/**
 * c = op(a)·op(b) + beta·c, row-major: op(a) [m, k], op(b) [k, n], c [m, n]; `ld…` is the distance
 * from one row, as it is stored, to the next.
 */
export type Sgemm = (
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  a: Ptr,
  lda: number,
  b: Ptr,
  ldb: number,
  beta: number,
  c: Ptr,
  ldc: number,
) => void;

/** Multiplications from which on a second thread pays: `bench/native.mjs products`. */
const FEWEST_PRODUCTS_ON_THREADS = 4 * 1024 * 1024;

/** A library's products, on several threads where they pay and change nothing: see `threads.ts`. */
export class Products {
  readonly #sgemm: Sgemm;
  readonly #control: ThreadControl | null;
  readonly #trials = new ThreadTrials();

  /** Without `control`, all are computed on one thread. */
  constructor(sgemm: Sgemm, control: ThreadControl | null) {
    this.#sgemm = sgemm;
    this.#control = control;
  }

  gemm(call: GemmCall): Float32Array {
    const control = this.#control;
    if (control === null) return gemm(this.#sgemm, call);
    const on = (threads: number, what = call) => {
      control.useThreads(threads);
      return gemm(this.#sgemm, what);
    };
    const { m, n, k, transA, transB } = call;
    const threads = m * n * k >= FEWEST_PRODUCTS_ON_THREADS ? getNumThreads() : 1;
    if (threads === 1) return on(1);
    const kind = [n, transA ? m : k, transA, transB, threads].join();
    const apart: GemmCall = { ...call, out: undefined, accumulate: false };
    const compare = () => sameBits(on(1, apart), on(threads, apart));
    const same = this.#trials.passed(kind, transA ? k : m, compare);
    return on(same ? threads : 1);
  }
}

/** Keeps arrays alive while only their addresses are in use: see `foreign.ts`. */
let held: Float32Array[] | null = null;

export function gemm(sgemm: Sgemm, call: GemmCall): Float32Array {
  const { n, k, transA = false, transB = false, aShared, bShared, bias, accumulate } = call;
  // One b for all, and the rows of a all in one piece: a single product.
  const asOne = bShared && !transA && !aShared;
  const batch = asOne ? 1 : call.batch;
  const m = asOne ? call.batch * call.m : call.m;

  const a = asFloat32(call.a);
  const b = asFloat32(call.b);
  const out = (call.out as Float32Array | undefined) ?? new Float32Array(batch * m * n);
  if (bias) repeat(bias, out);
  const beta = bias || accumulate ? 1 : 0;
  held = [a, b, out];
  const [aPtr, bPtr, outPtr] = [addressOf(a), addressOf(b), addressOf(out)];
  for (let i = 0; i < batch; i++) {
    const aI = aPtr + (aShared ? 0 : i * m * k * 4);
    const bI = bPtr + (bShared ? 0 : i * k * n * 4);
    const outI = outPtr + i * m * n * 4;
    sgemm(transA, transB, m, n, k, aI, transA ? m : k, bI, transB ? k : n, beta, outI, n);
  }
  if (held !== null) held = null;
  return out;
}

/** The array itself, or a copy: float64 comes from tensors that another engine made. */
export function asFloat32(array: FloatArray): Float32Array {
  return array instanceof Float32Array ? array : Float32Array.from(array);
}

/** Fills `out` with copies of `row`, doubling what is there. */
function repeat(row: FloatArray, out: Float32Array): void {
  if (out.length === 0) return;
  out.set(row);
  for (let done = row.length; done < out.length; done *= 2) {
    out.copyWithin(done, 0, Math.min(done, out.length - done));
  }
}
