/**
 * @file The native engine: the machine's own libraries, called from JavaScript; Node only.
 *
 * oneDNN computes whole recurrent layers and products, or a BLAS the products alone. What they do
 * not have, what they are slower at and what they cannot be trusted with is left to another
 * engine. Which it is follows from a call's shape alone, so the same program gives the same bits.
 *
 * Read `recurrent.ts` first, then `plan.ts` and `onednn.ts`.
 * May import: platform, core.
 */

import { NUM_GATES, type Backend, type GemmCall, type RecurrentCall } from "../backend.ts";
import { LibraryError } from "./foreign.ts";
import { isNativeCell } from "./onednn.ts";
import type { NativeSaved } from "./recurrent.ts";
import { nativeSupport, type NativeEngine } from "./support.ts";

export { nativeSupport } from "./support.ts";

export interface NativeOptions {
  /** Default: what the machine has. */
  engine?: () => NativeEngine | null;
  /** Take every call that the libraries can do, also where they are slower. Default: `false`. */
  everySize?: boolean;
}

/**
 * `fallback` with the machine's libraries in front of it. Looks for them at the first call that is
 * large enough; where there are none, `fallback` does everything.
 */
export function createNativeBackend(
  fallback: Backend,
  { engine = () => nativeSupport().engine, everySize = false }: NativeOptions = {},
): Backend {
  return {
    ...fallback,
    name: "native",
    gemm(call) {
      const found = (everySize ? productsOf(call) > 0 : paysAsProduct(call)) ? engine() : null;
      return found ? found.products.gemm(call) : fallback.gemm(call);
    },
    recurrent(call) {
      const { cell } = call;
      if (!isNativeCell(cell) || !isSupported(call)) return fallback.recurrent(call);
      const found = everySize || paysAsLayer(call) ? engine() : null;
      const layers = found?.layersFor(cell);
      if (!found || !layers) return fallback.recurrent(call);
      try {
        return layers.forward(call);
      } catch (error) {
        if (!(error instanceof LibraryError)) throw error;
        found.distrust(cell, error);
        return fallback.recurrent(call);
      }
    },
    recurrentBackward: (call, saved, grads) =>
      saved.engine === "native"
        ? (saved as NativeSaved).layers.backward(call, saved as NativeSaved, grads)
        : fallback.recurrentBackward(call, saved, grads),
  };
}

/**
 * Where the libraries begin to be faster than the Wasm engine, from
 * `docs/decisions/0005-the-native-engine.md`; one processor, so a rough guide for others.
 */
const FEWEST_PRODUCTS = 64 * 1024;
const FEWEST_INFERENCE_PRODUCTS = 128 * 1024;
const FEWEST_TRAINING_PRODUCTS = 256 * 1024;

/** One sequence alone gains a third at most: that should not cost a short program the loading. */
const FEWEST_PRODUCTS_OF_ONE_SEQUENCE = 4 * 1024 * 1024;

/** One vector of 512 bits; two for backward. */
const LEAST_HIDDEN = { inference: 16, training: 32 };

/** Backward needs so many sequences: fewer where one alone fills more vectors. */
const leastBatchInTraining = (H: number) => (H >= 64 ? 4 : 16);

export function paysAsProduct(call: GemmCall): boolean {
  return productsOf(call) >= FEWEST_PRODUCTS;
}

/** Multiplications of one product, many rows with one matrix being one. */
function productsOf({ batch, m, n, k, bShared, transA, aShared }: GemmCall): number {
  const rows = bShared && !transA && !aShared ? batch * m : m;
  return batch > 0 ? rows * n * k : 0;
}

/** For calls that the libraries can do. */
export function paysAsLayer(call: RecurrentCall): boolean {
  const { cell, batch, seq, inputSize, hiddenSize: H, training } = call;
  const gates = NUM_GATES[cell] * H;
  const products = batch * seq * gates * (inputSize + H);
  if (!training) {
    const fewest = batch === 1 ? FEWEST_PRODUCTS_OF_ONE_SEQUENCE : FEWEST_INFERENCE_PRODUCTS;
    return products >= fewest && H >= LEAST_HIDDEN.inference;
  }
  return (
    products >= FEWEST_TRAINING_PRODUCTS &&
    H >= LEAST_HIDDEN.training &&
    batch >= leastBatchInTraining(H)
  );
}

/** No projection, no lengths, and for the GRU PyTorch's reset. */
function isSupported(call: RecurrentCall): boolean {
  const { cell, resetAfter, projSize, lengths, seq, batch } = call;
  const allAlike = lengths === null || lengths.every((length) => length === seq);
  return projSize === 0 && allAlike && (cell !== "gru" || resetAfter) && batch > 0 && seq > 0;
}
