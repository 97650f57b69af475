/**
 * @file embedding → recurrent layer → head: logits for the next token, at every position.
 */

import {
  ArgumentError,
  createCell,
  nn,
  runCell,
  zeros,
  type CellLayer,
  type Tensor,
  type Tokenizer,
} from "unrolled";
import type { TextConfig } from "./config.ts";

/** What is carried from one piece of text to the next: h, and for the LSTM c. */
export type TextState = Tensor[];

const LAYERS = { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM };

function createRecurrent(config: TextConfig): CellLayer {
  const { cell, embeddingDim, hiddenSize, numLayers, dropout } = config;
  if (cell !== "rnn" && cell !== "gru" && cell !== "lstm") {
    return createCell(cell, embeddingDim, hiddenSize);
  }
  const layer = new LAYERS[cell](embeddingDim, hiddenSize, {
    numLayers,
    dropout: numLayers > 1 ? dropout : 0,
    batchFirst: true,
  });
  openGates(layer, config);
  return layer;
}

/** Raises the bias of the gate that keeps the past; see `gateBias`. */
function openGates(layer: nn.Module, { cell, hiddenSize, gateBias }: TextConfig): void {
  if (cell === "rnn") return;
  // Both have it second: i f g o, and r z n.
  const raise = zeros([(cell === "lstm" ? 4 : 3) * hiddenSize]);
  raise.data.fill(gateBias, hiddenSize, 2 * hiddenSize);
  for (const [key, parameter] of layer.namedParameters()) {
    if (key.startsWith("bias_hh")) parameter.add_(raise);
  }
}

/** A language model: reads tokens, predicts the one that follows each. */
export class TextModel extends nn.Module {
  readonly config: TextConfig;
  readonly tokenizer: Tokenizer;
  readonly embedding: nn.Embedding;
  readonly recurrent: CellLayer;
  readonly dropout: nn.Dropout;
  readonly head: nn.Linear;

  constructor(config: TextConfig, tokenizer: Tokenizer) {
    super();
    const { embeddingDim, hiddenSize, dropout } = config;
    this.config = config;
    this.tokenizer = tokenizer;
    this.embedding = new nn.Embedding(tokenizer.vocabSize, embeddingDim);
    this.recurrent = createRecurrent(config);
    this.dropout = new nn.Dropout(dropout);
    this.head = new nn.Linear(hiddenSize, tokenizer.vocabSize);
  }

  /** ids [batch, seq] and the state before them give logits [batch, seq, vocab] and the state after. */
  forward(ids: Tensor, state?: TextState | null): [logits: Tensor, state: TextState] {
    const x = this.dropout.forward(this.embedding.forward(ids)); // [batch, seq, embeddingDim]
    const [output, next] = runCell(this.recurrent, x, state); //    [batch, seq, hiddenSize]
    return [this.head.forward(this.dropout.forward(output)), next];
  }

  /** The ids of `text`; an empty one gives an error, since there is nothing to continue. */
  encode(text: string): Int32Array {
    const ids = this.tokenizer.encode(text);
    if (ids.length === 0)
      throw new ArgumentError("text: expected at least one character, got none.");
    return ids;
  }
}
