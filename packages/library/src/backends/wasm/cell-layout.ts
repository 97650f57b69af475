/**
 * @file How each kind of cell lays out its gates and its packed weights.
 *
 *   LSTM   [i | f | g | o]      the sums over the input and those over h meet in all four
 *   GRU    [n | r | z | u]      u is the hidden part of n; the input reaches n r z, h reaches r z u
 *   RNN    [h]
 *   minGRU [z | v], minLSTM [f | i | v]      the input reaches all, h none
 */

import {
  type CellKind,
  isMinimal,
  type MinimalCellKind,
  NUM_GATES,
  type RecurrentWeights,
} from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";
import { packedBytes, paddedColumns } from "./packed-weights.ts";

export interface CellLayout {
  readonly kind: CellKind;
  readonly I: number;
  readonly H: number;
  /** Rows of either weight matrix: gates × H. */
  readonly G: number;
  /** Floats of one row of gates. The input reaches the first G of them. */
  readonly width: number;
  /** h reaches G of them too, from here on. */
  readonly hiddenFrom: number;
  /** Features of h that the gates read: H, or 0. */
  readonly read: number;
  /** Floats of one row kept for backward beside the gates: c or h before the step. */
  readonly keptWidth: number;
}

export function cellLayout(kind: CellKind, I: number, H: number): CellLayout {
  const G = NUM_GATES[kind] * H;
  const simple = { kind, I, H, G, width: G, hiddenFrom: 0, read: H, keptWidth: H };
  if (kind === "lstm") return simple;
  if (kind === "gru") return { ...simple, width: 4 * H, hiddenFrom: H };
  if (isMinimal(kind)) return { ...simple, read: 0 };
  return { ...simple, keptWidth: 0 };
}

/** What the kernels of minimal cells are told about which of them it is. */
export function minimalFlags(kind: MinimalCellKind): { lstm: number; positive: number } {
  return { lstm: kind.startsWith("minlstm") ? 1 : 0, positive: kind.endsWith("positive") ? 1 : 0 };
}

/** Addresses of what the forward loop reads. */
export interface ForwardWeights {
  ih: Ptr; //         packed [I, G]
  hh: Ptr; //         packed [H, G]
  bias: Ptr; //       [G], both biases where they simply add up
  hiddenBias: Ptr; // [H], GRU: the bias of u
}

/** Addresses of what the backward loop reads. */
export interface BackwardWeights {
  ih: Ptr; // packed [G, I]
  hh: Ptr; // packed [G, H]
}

export function forwardWeights(
  engine: WasmEngine,
  cell: CellLayout,
  weights: RecurrentWeights,
): ForwardWeights {
  const { I, H, G, read } = cell;
  const hhAt = packedBytes(I, G);
  const biasAt = hhAt + packedBytes(read, G);
  const hiddenBiasAt = biasAt + packedBytes(1, G);
  const bytes = hiddenBiasAt + packedBytes(1, H);
  const pack = (ptr: Ptr) => {
    const raw = engine.scratch.floats(G * Math.max(I, read));
    const { packB } = engine.kernels;
    const panels = paddedColumns(G) / 8;
    writeInputRows(engine, cell, raw, weights.weightIh.array, I);
    packB(0, panels, I, G, raw, I * 4, 1, ptr);
    engine.write(raw, weights.weightHh.array);
    packB(0, panels, read, G, raw, read * 4, 1, ptr + hhAt);
    writeBiases(engine, cell, weights, ptr + biasAt, ptr + hiddenBiasAt);
  };
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const ptr = packedOrScratch(engine, "forward", [weightIh, weightHh, biasIh, biasHh], bytes, pack);
  return { ih: ptr, hh: ptr + hhAt, bias: ptr + biasAt, hiddenBias: ptr + hiddenBiasAt };
}

export function backwardWeights(
  engine: WasmEngine,
  cell: CellLayout,
  weights: RecurrentWeights,
): BackwardWeights {
  const { I, G, read } = cell;
  const hhAt = packedBytes(G, I);
  const pack = (ptr: Ptr) => {
    const raw = engine.scratch.floats(G * Math.max(I, read));
    const { packB } = engine.kernels;
    writeInputRows(engine, cell, raw, weights.weightIh.array, I);
    packB(0, paddedColumns(I) / 8, G, I, raw, I * 4, 0, ptr);
    engine.write(raw, weights.weightHh.array);
    packB(0, paddedColumns(read) / 8, G, read, raw, read * 4, 0, ptr + hhAt);
  };
  const bytes = hhAt + packedBytes(G, read);
  const { weightIh, weightHh } = weights;
  const ptr = packedOrScratch(engine, "backward", [weightIh, weightHh], bytes, pack);
  return { ih: ptr, hh: ptr + hhAt };
}

function packedOrScratch(
  engine: WasmEngine,
  use: "forward" | "backward",
  sources: Parameters<WasmEngine["packed"]["get"]>[1],
  bytes: number,
  pack: (ptr: Ptr) => void,
): Ptr {
  const remembered = engine.packed.get(use, sources, bytes, pack);
  if (remembered !== 0) return remembered;
  const ptr = engine.scratch.take(bytes);
  pack(ptr);
  return ptr;
}

/** The rows of weight_ih in the order of the gates: for the GRU n r z instead of r z n. */
function writeInputRows(
  engine: WasmEngine,
  { kind, H }: CellLayout,
  to: Ptr,
  rows: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> },
  columns: number,
): void {
  if (kind !== "gru") {
    engine.write(to, rows);
    return;
  }
  const size = H * columns;
  engine.write(to, rows.subarray(2 * size, 3 * size));
  engine.write(to + size * 4, rows.subarray(0, 2 * size));
}

function writeBiases(
  engine: WasmEngine,
  { kind, H, G }: CellLayout,
  { biasIh, biasHh }: RecurrentWeights,
  biasPtr: Ptr,
  hiddenBiasPtr: Ptr,
): void {
  const bias = new Float32Array(paddedColumns(G));
  const hidden = new Float32Array(paddedColumns(H));
  for (let i = 0; i < G; i++) {
    const fromInput = biasIh?.array[i] ?? 0;
    const fromHidden = biasHh?.array[i] ?? 0;
    if (kind !== "gru") {
      bias[i] = fromInput + fromHidden;
    } else if (i < 2 * H) {
      bias[H + i] = fromInput + fromHidden;
    } else {
      bias[i - 2 * H] = fromInput;
      hidden[i - 2 * H] = fromHidden;
    }
  }
  engine.write(biasPtr, bias);
  engine.write(hiddenBiasPtr, hidden);
}
