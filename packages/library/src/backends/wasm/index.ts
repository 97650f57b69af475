/**
 * @file The WebAssembly engine: float32, four numbers at a time, in Node and in every browser.
 *
 * It accelerates what costs time in sequence models: recurrent layers, matrix products, the
 * functions of their gates, softmax and cross-entropy, layer normalisation, the steps of optimizers.
 * The plain loops do the rest.
 *
 * Read `recurrent-forward.ts` first, then `engine.ts` and the kernels that it calls.
 * May import: kernels, core.
 */

import type { KernelBuild } from "@unrolled/kernels";
import type { FloatArray } from "../../core/dtype.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Backend } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import { binary, FEWEST_ELEMENTS, FEWEST_PAIRS, softmax, sum, unary } from "./elementwise.ts";
import { WasmEngine } from "./engine.ts";
import { gemm, isWorthwhile } from "./gemm.ts";
import { optimizerSteps } from "./optimizer-steps.ts";
import { recurrent } from "./recurrent.ts";
import { rowOperations } from "./rows.ts";
import { wasmSupport } from "./support.ts";

export { wasmSupport, type WasmSupport } from "./support.ts";

/** The engine on one build of the kernels, which {@link wasmSupport} must have. Compiles when first used. */
export function createWasmBackend(build: KernelBuild): Backend {
  let started: WasmEngine | undefined;
  return wasmBackend(build, () => (started ??= startEngine(build)));
}

/** The same over an engine that the caller can look into. */
export function wasmBackend(build: KernelBuild, engine: () => WasmEngine): Backend {
  const loops = plainLoops("float32");
  return {
    ...loops,
    name: build === "relaxed" ? "wasm" : "wasm-simd",
    binary(name, a, aShape, b, bShape, outShape) {
      const size = sizeOf(outShape);
      const fits = ({ length }: FloatArray) => length === size || length === 1;
      return size >= FEWEST_PAIRS && fits(a) && fits(b) && (a.length > 1 || b.length > 1)
        ? binary(engine(), name, a, b)
        : loops.binary(name, a, aShape, b, bShape, outShape);
    },
    sum: (x) => (x.length >= FEWEST_PAIRS ? sum(engine(), x) : loops.sum(x)),
    unary: (name, x) =>
      (name === "exp" || name === "tanh" || name === "sigmoid") && x.length >= FEWEST_ELEMENTS
        ? unary(engine(), name, x)
        : loops.unary(name, x),
    gemm: (call) => (isWorthwhile(call) ? gemm(engine(), call) : loops.gemm(call)),
    softmax: (x, rows, cols) =>
      x.length >= FEWEST_ELEMENTS
        ? softmax(engine(), "softmax", x, rows, cols)
        : loops.softmax(x, rows, cols),
    logSoftmax: (x, rows, cols) =>
      x.length >= FEWEST_ELEMENTS
        ? softmax(engine(), "logSoftmax", x, rows, cols)
        : loops.logSoftmax(x, rows, cols),
    ...rowOperations(engine, loops),
    ...optimizerSteps(engine, loops),
    ...recurrent(engine, loops),
  };
}

export function startEngine(build: KernelBuild): WasmEngine {
  wasmSupport(); // on Node 20 this is what makes relaxed SIMD compile
  return new WasmEngine(build);
}
