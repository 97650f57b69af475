/**
 * @file Layers: a batch becomes predictions.
 *
 * In:   ids [batch, seq], or features [batch, seq, inputSize]
 * Out:  logits [batch, numClasses] or [batch, seq, numClasses]
 * May import: core, backends, tensor, autograd, data.
 */

export {
  Module,
  Parameter,
  type Layer,
  type LoadStateDictOptions,
  type LoadStateDictResult,
  type StateDict,
} from "./module.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export {
  GRUCell,
  LSTMCell,
  RNNCell,
  type CellOptions,
  type GRUCellOptions,
  type LSTMState,
  type RNNCellOptions,
} from "./recurrent/cells.ts";
export { RNN, type RNNOptions } from "./recurrent/rnn.ts";
export { LSTM, type LSTMOptions, type LSTMStates } from "./recurrent/lstm.ts";
export { GRU, type GRUOptions } from "./recurrent/gru.ts";
export type {
  RecurrentForwardOptions,
  RecurrentLayerOptions,
} from "./recurrent/recurrent-layer.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { Dropout, type DropoutOptions } from "./dropout.ts";
export { LayerNorm, type LayerNormOptions } from "./layer-norm.ts";
export { BatchNorm1d, type BatchNorm1dOptions } from "./batch-norm.ts";
export { Sequential } from "./sequential.ts";
export * as init from "./init.ts";
