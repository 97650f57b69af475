/**
 * @file What is said to help against vanishing and exploding gradients, one thing at a time: each
 * remedy is the plain tanh RNN with PyTorch's initial weights, but for what it names.
 */

import { LayerNorm } from "../nn/layer-norm.ts";
import { normal_ } from "../nn/init.ts";
import type { InitRecipe } from "../nn/init-recipe.ts";
import { initialize } from "../nn/initialize.ts";
import { RNNCell } from "../nn/recurrent/cells.ts";
import { GRU } from "../nn/recurrent/gru.ts";
import { LSTM } from "../nn/recurrent/lstm.ts";
import { Recurrent } from "../nn/recurrent/recurrent.ts";
import { RNN } from "../nn/recurrent/rnn.ts";
import { fromInput, fromState } from "../nn/recurrent/steps.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A layer, batch first, whose output's features are `hiddenSize`. */
export type RemedyLayer = RNN | GRU | LSTM | Recurrent<Tensor>;

/** One change to the control. */
export interface Remedy {
  readonly name: string;
  /** What changes, and where it comes from. */
  readonly what: string;
  /** Weights come from the library's own generator. */
  readonly createLayer: (inputSize: number, hiddenSize: number) => RemedyLayer;
  /** Longest gradient; longer ones are scaled down to it. Default: no limit. */
  readonly clipNorm?: number;
}

const rnn =
  (nonlinearity: "tanh" | "relu" = "tanh", recipe?: InitRecipe) =>
  (inputSize: number, hiddenSize: number): RNN => {
    const layer = new RNN(inputSize, hiddenSize, { nonlinearity, batchFirst: true });
    if (recipe) initialize(layer, recipe);
    return layer;
  };

const lstm =
  (recipe?: InitRecipe) =>
  (inputSize: number, hiddenSize: number): LSTM => {
    const layer = new LSTM(inputSize, hiddenSize, { batchFirst: true });
    if (recipe) initialize(layer, recipe);
    return layer;
  };

/** h′ = tanh(LN(W_ih·x + W_hh·h)); the norm's bias does what the cell's would. */
class LayerNormRNNCell extends RNNCell {
  readonly norm: LayerNorm;

  constructor(inputSize: number, hiddenSize: number) {
    super(inputSize, hiddenSize, { bias: false });
    this.norm = new LayerNorm(hiddenSize);
  }

  override forward(x: Tensor, h: Tensor): Tensor {
    return this.norm.forward(fromInput(this, x).add(fromState(this, h))).tanh();
  }
}

/** h′ = h + tanh(W_ih·x + b_ih + W_hh·h + b_hh) */
class ResidualRNNCell extends RNNCell {
  override forward(x: Tensor, h: Tensor): Tensor {
    return h.add(super.forward(x, h));
  }
}

/** The control first, then everything that the course's third chapter names. */
export const REMEDIES: readonly Remedy[] = [
  { name: "none", what: "the control: tanh RNN, PyTorch's initial weights", createLayer: rnn() },
  {
    name: "clipping",
    what: "gradients scaled down to a norm of 1 (Pascanu et al. 2013)",
    createLayer: rnn(),
    clipNorm: 1,
  },
  {
    name: "Xavier",
    what: "uniform, by the widths on both sides; biases 0 (Glorot & Bengio 2010)",
    createLayer: rnn("tanh", { input: "xavierUniform", recurrent: "xavierUniform", bias: 0 }),
  },
  {
    name: "orthogonal",
    what: "recurrent weights a random rotation (Saxe et al. 2014)",
    createLayer: rnn("tanh", { recurrent: "orthogonal" }),
  },
  {
    name: "orthogonal, clipping",
    what: "both",
    createLayer: rnn("tanh", { recurrent: "orthogonal" }),
    clipNorm: 1,
  },
  {
    name: "identity",
    what: "recurrent weights the identity",
    createLayer: rnn("tanh", { recurrent: "identity" }),
  },
  { name: "ReLU", what: "relu instead of tanh", createLayer: rnn("relu") },
  {
    name: "ReLU, He",
    what: "relu, normal by the width before it; biases 0 (He et al. 2015)",
    createLayer: rnn("relu", { input: "kaimingNormal", recurrent: "kaimingNormal", bias: 0 }),
  },
  {
    name: "ReLU, identity",
    what: "IRNN: identity, input weights normal with 0.001, biases 0 (Le et al. 2015)",
    createLayer: rnn("relu", {
      input: (block) => normal_(block, 0, 0.001),
      recurrent: "identity",
      bias: 0,
    }),
  },
  {
    name: "layer norm",
    what: "sums normalized at every step (Ba et al. 2016)",
    createLayer: (inputSize, hiddenSize) =>
      new Recurrent<Tensor>(new LayerNormRNNCell(inputSize, hiddenSize), { batchFirst: true }),
  },
  {
    name: "residual",
    what: "h′ = h + tanh(…): a path for the gradient around every step",
    createLayer: (inputSize, hiddenSize) =>
      new Recurrent<Tensor>(new ResidualRNNCell(inputSize, hiddenSize), { batchFirst: true }),
  },
  {
    name: "GRU",
    what: "two gates (Cho et al. 2014)",
    createLayer: (inputSize, hiddenSize) => new GRU(inputSize, hiddenSize, { batchFirst: true }),
  },
  { name: "LSTM", what: "three gates and a cell (Gers et al. 2000)", createLayer: lstm() },
  {
    name: "LSTM, forget bias 1",
    what: "the forget gate starts open (Jozefowicz et al. 2015)",
    createLayer: lstm({ forgetBias: 1 }),
  },
  {
    name: "LSTM, forget bias 1, clipping",
    what: "all three",
    createLayer: lstm({ forgetBias: 1 }),
    clipNorm: 1,
  },
];
