/**
 * @file Weights, biases and their gradients between PyTorch's order of gates and oneDNN's.
 *
 *   LSTM   i f g o   i f g o    the same
 *   GRU    r z n     z r n      and a fourth bias: the one of n that stands under the reset
 *   RNN    h         h
 *
 * PyTorch has two biases, which add up in all gates but the GRU's n; oneDNN has their sum.
 */

import { type CellKind, NUM_GATES, type RecurrentWeights } from "../backend.ts";

/** Rows of bias per direction: gates × H, and one more for the GRU. */
export function biasRows(cell: CellKind): number {
  return cell === "gru" ? 4 : NUM_GATES[cell];
}

/** [G, columns] of one direction, as oneDNN has the gates. */
export function writeWeights(
  cell: CellKind,
  H: number,
  columns: number,
  from: Float32Array,
  to: Float32Array,
): void {
  to.set(from);
  if (cell === "gru") swapFirstGates(from, to, H * columns);
}

/** And back. The order is its own inverse. */
export const readWeights = writeWeights;

export function writeBias(
  cell: CellKind,
  H: number,
  { biasIh, biasHh }: RecurrentWeights,
  to: Float32Array,
): void {
  const G = NUM_GATES[cell] * H;
  const [input, hidden] = [biasIh?.array, biasHh?.array];
  for (let j = 0; j < G; j++) {
    const row = cell !== "gru" || j >= 2 * H ? j : j < H ? j + H : j - H;
    const fromInput = input ? input[j] : 0;
    const fromHidden = hidden ? hidden[j] : 0;
    if (cell === "gru" && j >= 2 * H) {
      to[row] = fromInput;
      to[row + H] = fromHidden;
    } else {
      to[row] = fromInput + fromHidden;
    }
  }
}

/** The gradients of both biases from that of oneDNN's. */
export function readBiasGradients(
  cell: CellKind,
  H: number,
  from: Float32Array,
): { biasIh: Float32Array; biasHh: Float32Array } {
  const G = NUM_GATES[cell] * H;
  const biasIh = from.slice(0, G);
  if (cell === "gru") swapFirstGates(from, biasIh, H);
  const biasHh = biasIh.slice();
  if (cell === "gru") biasHh.set(from.subarray(3 * H, 4 * H), 2 * H);
  return { biasIh, biasHh };
}

function swapFirstGates(from: Float32Array, to: Float32Array, size: number): void {
  to.set(from.subarray(0, size), size);
  to.set(from.subarray(size, 2 * size), 0);
}
