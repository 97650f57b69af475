/**
 * @file The course's smallest reader: embedding → recurrent layer → head, an answer after every
 * token.
 */

import { manualSeed, nn, type Tensor } from "unrolled";

export type Cell = "rnn" | "lstm" | "gru";
export const CELLS: readonly Cell[] = ["rnn", "lstm", "gru"];
export const CELL_NAMES: Readonly<Record<Cell, string>> = { rnn: "RNN", lstm: "LSTM", gru: "GRU" };

export function recurrentLayer(
  cell: Cell,
  inputSize: number,
  hiddenSize: number,
): nn.RNN | nn.LSTM | nn.GRU {
  switch (cell) {
    case "rnn":
      return new nn.RNN(inputSize, hiddenSize, { batchFirst: true });
    case "lstm":
      return new nn.LSTM(inputSize, hiddenSize, { batchFirst: true });
    case "gru":
      return new nn.GRU(inputSize, hiddenSize, { batchFirst: true });
  }
}

/** ids [batch, seq] → logits [batch, seq, outputSize] */
export class Reader extends nn.Module {
  readonly embedding: nn.Embedding;
  readonly layer: nn.RNN | nn.LSTM | nn.GRU;
  readonly head: nn.Linear;

  constructor(cell: Cell, numTokens: number, hiddenSize: number, outputSize: number, seed: number) {
    super();
    manualSeed(seed);
    this.embedding = new nn.Embedding(numTokens, 8);
    this.layer = recurrentLayer(cell, 8, hiddenSize);
    this.head = new nn.Linear(hiddenSize, outputSize);
  }

  /** The hidden state after every token [batch, seq, hiddenSize]. */
  states(ids: Tensor): Tensor {
    return this.layer.forward(this.embedding.forward(ids))[0];
  }

  forward(ids: Tensor): Tensor {
    return this.head.forward(this.states(ids));
  }
}

/** A reader of which only the answer after the last token counts: ids → logits [batch, outputSize] */
export class LastAnswer extends nn.Module {
  readonly reader: Reader;

  constructor(reader: Reader) {
    super();
    this.reader = reader;
  }

  forward(ids: Tensor): Tensor {
    return this.reader.forward(ids).select(1, -1);
  }
}
