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

/** Merity et al. 2017 begin their tied vectors uniform in ±0.1. */
const TIED_BOUND = 0.1;

const LAYERS = { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM };

function createRecurrent(config: TextConfig): CellLayer {
  const { cell, embeddingDim, hiddenSize, numLayers, dropout, weightDropout } = config;
  if (cell !== "rnn" && cell !== "gru" && cell !== "lstm") {
    return createCell(cell, embeddingDim, hiddenSize);
  }
  const layer = new LAYERS[cell](embeddingDim, hiddenSize, {
    numLayers,
    dropout: numLayers > 1 ? dropout : 0,
    lockedDropout: true,
    weightDropout,
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

/**
 * A language model: reads tokens, predicts the one that follows each.
 *
 * With `tieWeights` the head's weight is the embedding's (Press and Wolf 2017); where `hiddenSize` is
 * not `embeddingDim`, `projection` leads from the one to the other. Dropouts are those of AWD-LSTM
 * (Merity et al. 2017), and the identity in evaluation mode.
 */
export class TextModel extends nn.Module {
  readonly config: TextConfig;
  readonly tokenizer: Tokenizer;
  readonly embedding: nn.Embedding | nn.EmbeddingDropout;
  readonly inputDropout: nn.LockedDropout;
  readonly recurrent: CellLayer;
  readonly dropout: nn.LockedDropout;
  readonly projection: nn.Linear | null = null;
  readonly head: nn.Linear;

  constructor(config: TextConfig, tokenizer: Tokenizer) {
    super();
    const { embeddingDim, hiddenSize, tieWeights, embeddingDropout } = config;
    const { vocabSize } = tokenizer;
    this.config = config;
    this.tokenizer = tokenizer;
    const embedding = new nn.Embedding(vocabSize, embeddingDim);
    this.embedding =
      embeddingDropout > 0 ? new nn.EmbeddingDropout(embedding, embeddingDropout) : embedding;
    this.inputDropout = new nn.LockedDropout(config.inputDropout, { batchFirst: true });
    this.recurrent = createRecurrent(config);
    this.dropout = new nn.LockedDropout(config.dropout, { batchFirst: true });
    if (!tieWeights) {
      this.head = new nn.Linear(hiddenSize, vocabSize);
      return;
    }
    // As a head, vectors of standard normal numbers would begin with logits far too large.
    nn.init.uniform_(embedding.weight, -TIED_BOUND, TIED_BOUND);
    if (hiddenSize !== embeddingDim) this.projection = new nn.Linear(hiddenSize, embeddingDim);
    this.head = new nn.Linear(embeddingDim, vocabSize, { weight: embedding.weight });
  }

  /** ids [batch, seq] and the state before them give logits [batch, seq, vocab] and the state after. */
  forward(ids: Tensor, state?: TextState | null): [logits: Tensor, state: TextState] {
    const x = this.inputDropout.forward(this.embedding.forward(ids)); // [batch, seq, embeddingDim]
    const [output, next] = runCell(this.recurrent, x, state); //         [batch, seq, hiddenSize]
    const dropped = this.dropout.forward(output);
    return [this.head.forward(this.projection?.forward(dropped) ?? dropped), next];
  }

  /** The ids of `text`; an empty one gives an error, since there is nothing to continue. */
  encode(text: string): Int32Array {
    const ids = this.tokenizer.encode(text);
    if (ids.length === 0)
      throw new ArgumentError("text: expected at least one character, got none.");
    return ids;
  }
}
