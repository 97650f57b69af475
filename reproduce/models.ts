/**
 * @file The two models of all tables: a recurrent layer, and a linear one that reads its last state
 * or its output at every step.
 */

import { nn, type SequenceLengths, type Tensor } from "unrolled";

/** "IRNN": a plain RNN with relu, whose recurrent weights begin as the identity. */
export type Cell = "RNN" | "LSTM" | "GRU" | "IRNN";

export interface ModelOptions {
  cell: Cell;
  inputSize: number;
  hiddenSize: number;
  outputSize: number;
  numLayers?: number;
  /** Between layers, and before the linear layer. Default: 0. */
  dropout?: number;
  /** For `nn.initialize`. Default: PyTorch's initial weights, or for an IRNN those of its paper. */
  recipe?: nn.InitRecipe;
}

/** Le, Jaitly and Hinton 2015: identity, Gaussians of 0.001 for the input, biases of zero. */
const IRNN_RECIPE: nn.InitRecipe = {
  recurrent: "identity",
  input: (block) => nn.init.normal_(block, 0, 0.001),
  bias: 0,
};

type Recurrent = nn.RNN | nn.LSTM | nn.GRU;

abstract class Model extends nn.Module {
  readonly rnn: Recurrent;
  readonly head: nn.Linear;
  readonly dropout: nn.Dropout;

  constructor({ cell, inputSize, hiddenSize, outputSize, ...options }: ModelOptions) {
    super();
    const { numLayers = 1, dropout = 0, recipe } = options;
    const layers = { numLayers, dropout: numLayers > 1 ? dropout : 0 };
    if (cell === "LSTM") this.rnn = new nn.LSTM(inputSize, hiddenSize, layers);
    else if (cell === "GRU") this.rnn = new nn.GRU(inputSize, hiddenSize, layers);
    else {
      const nonlinearity = cell === "IRNN" ? "relu" : "tanh";
      this.rnn = new nn.RNN(inputSize, hiddenSize, { ...layers, nonlinearity });
    }
    this.head = new nn.Linear(hiddenSize, outputSize);
    this.dropout = new nn.Dropout(dropout);
    const used = recipe ?? (cell === "IRNN" ? IRNN_RECIPE : undefined);
    if (used) nn.initialize(this, used);
  }
}

/** One answer for a sequence: [seq, batch, inputSize] → [batch, outputSize]. */
export class LastStateModel extends Model {
  forward(x: Tensor): Tensor {
    const [, state] = this.rnn.forward(x);
    const hN = Array.isArray(state) ? state[0] : state; //    [numLayers, batch, hiddenSize]
    return this.head.forward(this.dropout.forward(hN.select(0, -1)));
  }
}

/** An answer at every step: [seq, batch, inputSize] → [seq, batch, outputSize]. */
export class EveryStepModel extends Model {
  forward(x: Tensor, lengths?: SequenceLengths): Tensor {
    const [output] = this.rnn.forward(x, null, { lengths });
    return this.head.forward(this.dropout.forward(output));
  }
}

export function numParameters(model: nn.Module): number {
  return Array.from(model.parameters()).reduce((sum, parameter) => sum + parameter.size, 0);
}
