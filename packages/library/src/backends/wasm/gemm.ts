/**
 * @file Matrix products of the caller's arrays: copied in, packed, multiplied, copied out.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { GemmCall } from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";
import { packedBytes, paddedColumns } from "./packed-weights.ts";
import { ROWS_OF_A_TILE } from "./tiles.ts";

/**
 * Below this many multiplications a plain loop is faster than copying and packing: 0.16 µs against
 * 0.20 for 4 × 4, 4 deep; 0.46 against 0.23 for 1 × 16, 16 deep (bench/gemm.mjs).
 */
const FEWEST_PRODUCTS = 128;

export function isWorthwhile({ batch, m, n, k }: GemmCall): boolean {
  return batch * m * n * k >= FEWEST_PRODUCTS;
}

export function gemm(engine: WasmEngine, call: GemmCall): FloatArray {
  const { heap, scratch, kernels, threads } = engine;
  scratch.begin();
  const { n, k, transA, transB, aShared, bShared, bias, out, accumulate = false } = call;
  // One b for all, and the rows of a all in one piece: a single product.
  const asOne = bShared && !transA && !aShared;
  const batch = asOne ? 1 : call.batch;
  const m = asOne ? call.batch * call.m : call.m;

  const a = scratch.floats(call.a.length);
  const b = scratch.floats(call.b.length);
  const c = scratch.floats(batch * m * n);
  const packed = scratch.take(packedBytes(k, n));
  engine.write(a, call.a);
  engine.write(b, call.b);
  if (accumulate && out) engine.write(c, out);
  let biasPtr: Ptr = 0;
  if (bias) {
    biasPtr = scratch.floats(paddedColumns(n));
    engine.write(biasPtr, bias);
  }

  const product = transA ? "gemmTransA" : "gemm";
  const range = { start: 0, end: m, grain: ROWS_OF_A_TILE, flops: 2 * m * n * k };
  const lda = (transA ? m : k) * 4;
  const ldb = (transB ? k : n) * 4;
  for (let i = 0; i < batch; i++) {
    if (i === 0 || !bShared) {
      const bi = b + i * k * n * 4;
      kernels.packB(0, paddedColumns(n) / 8, k, n, bi, ldb, transB ? 1 : 0, packed);
    }
    const ai = a + (aShared ? 0 : i * m * k * 4);
    const ci = c + i * m * n * 4;
    threads.runKernel(product, range, n, k, ai, lda, packed, ci, n * 4, biasPtr, +accumulate);
  }
  if (!out) return engine.read(c, batch * m * n);
  out.set(heap.f32.subarray(c >>> 2, (c >>> 2) + batch * m * n));
  return out;
}
