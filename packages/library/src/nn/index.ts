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
export { carriedState, type CarriedState, type NamedState } from "./carried-state.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export {
  EmbeddingBag,
  type EmbeddingBagForwardOptions,
  type EmbeddingBagMode,
  type EmbeddingBagOptions,
} from "./embedding-bag.ts";
export { Conv1d, type Conv1dOptions } from "./conv1d.ts";
export {
  AvgPool1d,
  MaxPool1d,
  type AvgPool1dOptions,
  type MaxPool1dOptions,
  type Pool1dOptions,
} from "./pooling.ts";
export type { WindowForwardOptions } from "./sliding-windows.ts";
export { outputLengths } from "./output-lengths.ts";
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
export { MinGRU, MinLSTM, type MinimalContent, type MinimalOptions } from "./recurrent/minimal.ts";
export { MinGRUCell, MinLSTMCell, type MinimalCellOptions } from "./recurrent/minimal-cells.ts";
export {
  Recurrent,
  type CellState,
  type RecurrentCell,
  type RecurrentOptions,
} from "./recurrent/recurrent.ts";
export {
  PeepholeLSTM,
  PeepholeLSTMCell,
  type CellLayerOptions,
} from "./recurrent/peephole-lstm.ts";
export {
  LayerNormLSTM,
  LayerNormLSTMCell,
  type LayerNormLSTMCellOptions,
  type LayerNormLSTMOptions,
} from "./recurrent/layer-norm-lstm.ts";
export { Zoneout, type ZoneoutOptions } from "./recurrent/zoneout.ts";
export type { RecurrentLayerOptions } from "./recurrent/recurrent-layer.ts";
export type { RecurrentForwardOptions, StackedLayerOptions } from "./recurrent/stacked-layer.ts";
export {
  Attention,
  type AttentionMemory,
  type AttentionOptions,
  type AttentionScore,
  type AttentionMemoryOptions,
} from "./attention.ts";
export {
  Seq2SeqEncoder,
  type Seq2SeqEncoderOptions,
  type SequenceEncoder,
} from "./seq2seq/encoder.ts";
export { StateBridge, type StateBridgeOptions } from "./seq2seq/state-bridge.ts";
export {
  Seq2SeqDecoder,
  type Seq2SeqFeatures,
  type Seq2SeqOutput,
  type TeacherForcingOptions,
  type Seq2SeqDecoderOptions,
  type Seq2SeqState,
} from "./seq2seq/decoder.ts";
export { Seq2Seq, type Seq2SeqOptions } from "./seq2seq/seq2seq.ts";
export type { RecurrentCellName, RecurrentStates } from "./seq2seq/recurrent-states.ts";
export * as teacherForcing from "./seq2seq/teacher-forcing.ts";
export {
  packPaddedSequence,
  packSequence,
  PackedSequence,
  padPackedSequence,
  unpackSequence,
  type PackOptions,
  type PackPaddedOptions,
  type PadPackedOptions,
} from "./recurrent/packed-sequence.ts";
export {
  PoolOverTime,
  poolOverTime,
  type CountingOptions,
  type Pooling,
  type PoolOverTimeOptions,
} from "./pool-over-time.ts";
export { AttentionPooling, type AttentionPoolingOptions } from "./attention-pooling.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { Dropout, type DropoutOptions } from "./dropout.ts";
export { LockedDropout, type LockedDropoutOptions } from "./locked-dropout.ts";
export { EmbeddingDropout } from "./embedding-dropout.ts";
export { LayerNorm, type LayerNormOptions } from "./layer-norm.ts";
export { BatchNorm1d, type BatchNorm1dOptions } from "./batch-norm.ts";
export { Flatten, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from "./activations.ts";
export { Sequential } from "./sequential.ts";
export {
  Highway,
  Residual,
  type HighwayOptions,
  type ResidualOptions,
  type WrappableLayer,
} from "./residual.ts";
export { WindowModel, type WindowModelOptions } from "./window-model.ts";
export * as init from "./init.ts";
export { initialize, type InitReport } from "./initialize.ts";
export type { InitRecipe, WeightInit } from "./init-recipe.ts";
