/**
 * @file RNN, LSTM and GRU behind one face: what they carry is a list of tensors, [h] or [h, c].
 */

import { ArgumentError } from "../../core/errors.ts";
import { stack } from "../../tensor/ops/indexing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { GRU } from "../recurrent/gru.ts";
import { LSTM } from "../recurrent/lstm.ts";
import type { RecurrentLayerOptions } from "../recurrent/recurrent-layer.ts";
import { RNN } from "../recurrent/rnn.ts";
import type { RecurrentForwardOptions } from "../recurrent/stacked-layer.ts";

export type RecurrentCellName = "rnn" | "lstm" | "gru";

/** h, and for the LSTM c: each [numLayers, batch, features]. */
export type RecurrentStates = readonly Tensor[];

export type RecurrentLayerOf = RNN | LSTM | GRU;

const LAYERS = { rnn: RNN, lstm: LSTM, gru: GRU };

export function createRecurrent(
  where: string,
  cell: RecurrentCellName,
  inputSize: number,
  hiddenSize: number,
  options: RecurrentLayerOptions,
): RecurrentLayerOf {
  if (!Object.hasOwn(LAYERS, cell)) {
    throw new ArgumentError(
      `${where}: expected cell "rnn", "lstm" or "gru", got ${JSON.stringify(cell)}.`,
    );
  }
  return new LAYERS[cell](inputSize, hiddenSize, options);
}

export function runRecurrent(
  layer: RecurrentLayerOf,
  input: Tensor,
  states: RecurrentStates | null,
  options?: RecurrentForwardOptions,
): [output: Tensor, states: RecurrentStates] {
  if (layer instanceof LSTM) {
    return layer.forward(input, states && [states[0], states[1]], options);
  }
  const [output, hN] = layer.forward(input, states?.[0], options);
  return [output, [hN]];
}

/**
 * Both directions of each layer side by side: [numLayers · 2, batch, H] → [numLayers, batch, 2 · H].
 */
export function joinDirections(state: Tensor): Tensor {
  const [rows, batch, features] = state.shape;
  return state
    .reshape(rows / 2, 2, batch, features)
    .permute(0, 2, 1, 3)
    .reshape(rows / 2, batch, 2 * features);
}

/** Applies `f` to every layer's part of a state: [numLayers, batch, …] → the same of f's width. */
export function mapLayers(state: Tensor, f: (layer: Tensor, index: number) => Tensor): Tensor {
  return stack(Array.from({ length: state.shape[0] }, (_, i) => f(state.select(0, i), i)));
}
