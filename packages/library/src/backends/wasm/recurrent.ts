/**
 * @file Recurrent layers: the fused kernels where there are some, the plain loops otherwise.
 */

import type { Backend, RecurrentCall } from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import { recurrentBackward } from "./recurrent-backward.ts";
import { recurrentForward, type WasmSaved } from "./recurrent-forward.ts";

/** LSTM without projection, GRU with PyTorch's reset, plain RNN; and something to compute. */
function hasKernels({ cell, resetAfter, projSize, batch, seq }: RecurrentCall): boolean {
  return projSize === 0 && (cell !== "gru" || resetAfter) && batch > 0 && seq > 0;
}

export function recurrent(
  engine: () => WasmEngine,
  loops: Backend,
): Pick<Backend, "recurrent" | "recurrentBackward"> {
  return {
    recurrent: (call) =>
      hasKernels(call) ? recurrentForward(engine(), call) : loops.recurrent(call),
    recurrentBackward: (call, saved, grads) =>
      saved.engine === "wasm"
        ? recurrentBackward(engine(), call, saved as WasmSaved, grads)
        : loops.recurrentBackward(call, saved, grads),
  };
}
