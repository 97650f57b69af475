/**
 * @file The encoder: a sequence of ids becomes one vector per position, and a state.
 */

import { formatShape, ShapeError } from "../../core/errors.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Dropout } from "../dropout.ts";
import { Embedding } from "../embedding.ts";
import { Module } from "../module.ts";
import type { RecurrentForwardOptions } from "../recurrent/stacked-layer.ts";
import {
  createRecurrent,
  joinDirections,
  runRecurrent,
  type RecurrentCellName,
  type RecurrentLayerOf,
  type RecurrentStates,
} from "./recurrent-states.ts";

export interface Seq2SeqEncoderOptions {
  /** Default: `"lstm"`. */
  cell?: RecurrentCellName;
  /** Recurrent layers stacked on one another. Default: 1. */
  numLayers?: number;
  /** Read the source both ways. Default: `false`. */
  bidirectional?: boolean;
  /** Probability of zeroing, after the embedding and between layers. Default: 0. */
  dropout?: number;
  /** The id that only fills up short sources: see {@link Embedding}. Default: none. */
  paddingIdx?: number;
  /** Where initial weights and dropout come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * What {@link Seq2Seq} needs of an encoder. One of your own (over frames of sound, or features of a
 * film) has these four numbers and this `forward`.
 */
export interface SequenceEncoder extends Module {
  readonly cell: RecurrentCellName;
  readonly numLayers: number;
  /** Features of `output`. */
  readonly outputSize: number;
  /** Features of the states. */
  readonly stateSize: number;
  forward(
    source: Tensor,
    options?: RecurrentForwardOptions,
  ): [output: Tensor, states: RecurrentStates];
}

/**
 * Embedding → recurrent layers: what a {@link Seq2SeqDecoder} starts from, and what it attends to.
 *
 * - source [batch, src], ids
 * - output [batch, src, outputSize], where outputSize = numDirections · hiddenSize; 0 after a
 *   sequence's length
 * - states h, and c for the LSTM, each [numLayers, batch, stateSize]: after each sequence's last
 *   step. With two directions, stateSize is 2 · hiddenSize: forward first, then reverse.
 *
 * Source: Sutskever et al. 2014, https://arxiv.org/abs/1409.3215; Cho et al. 2014,
 * https://arxiv.org/abs/1406.1078; in both directions: Bahdanau et al. 2015
 *
 * @throws ShapeError in `forward`, unless the source is [batch, src]
 *
 * @example
 * const encoder = new nn.Seq2SeqEncoder(20, 8, 16, { cell: "gru", bidirectional: true });
 * const [output, [h]] = encoder.forward(tensor([[3, 4, 5], [6, 7, 0]]), { lengths: [3, 2] });
 * output.shape; // [2, 3, 32]
 * h.shape; // [1, 2, 32]
 */
export class Seq2SeqEncoder extends Module implements SequenceEncoder {
  readonly cell: RecurrentCellName;
  readonly numLayers: number;
  readonly outputSize: number;
  readonly stateSize: number;
  readonly embedding: Embedding;
  readonly dropout: Dropout;
  readonly recurrent: RecurrentLayerOf;

  constructor(
    vocabSize: number,
    embeddingDim: number,
    hiddenSize: number,
    options: Seq2SeqEncoderOptions = {},
  ) {
    super();
    const { cell = "lstm", numLayers = 1, bidirectional = false, dropout = 0 } = options;
    const { paddingIdx, generator } = options;
    this.cell = cell;
    this.numLayers = numLayers;
    this.embedding = new Embedding(vocabSize, embeddingDim, { paddingIdx, generator });
    this.dropout = new Dropout(dropout, { generator });
    this.recurrent = createRecurrent("Seq2SeqEncoder", cell, embeddingDim, hiddenSize, {
      numLayers,
      bidirectional,
      dropout,
      batchFirst: true,
      generator,
    });
    this.outputSize = this.recurrent.numDirections * hiddenSize;
    this.stateSize = this.outputSize;
  }

  /** source [batch, src], and the true length of each, give output and states. */
  forward(
    source: Tensor,
    options: RecurrentForwardOptions = {},
  ): [output: Tensor, states: RecurrentStates] {
    if (source.rank !== 2) {
      throw new ShapeError(
        `Seq2SeqEncoder.forward: expected ids [batch, src], got ${formatShape(source.shape)}.`,
      );
    }
    const x = this.dropout.forward(this.embedding.forward(source)); // [batch, src, embeddingDim]
    const [output, states] = runRecurrent(this.recurrent, x, null, options);
    return [output, this.recurrent.bidirectional ? states.map(joinDirections) : states];
  }
}
