/**
 * @file The cells that can be compared, in one table: what each is called, how many gates and
 * parameters it has, and how it starts.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { normal_ } from "../nn/init.ts";
import type { InitRecipe } from "../nn/init-recipe.ts";
import { initialize } from "../nn/initialize.ts";
import type { Module } from "../nn/module.ts";
import { GRU } from "../nn/recurrent/gru.ts";
import { LayerNormLSTM } from "../nn/recurrent/layer-norm-lstm.ts";
import { LSTM } from "../nn/recurrent/lstm.ts";
import { MinGRU, MinLSTM } from "../nn/recurrent/minimal.ts";
import type { Recurrent } from "../nn/recurrent/recurrent.ts";
import { RNN } from "../nn/recurrent/rnn.ts";
import { defaultGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { WindowLayer } from "./window-layer.ts";

export type CellName =
  "rnn" | "lstm" | "gru" | "mingru" | "minlstm" | "irnn" | "layernorm-lstm" | "window";

/** A layer made by {@link createCell}: batch first, one direction. */
export type CellLayer = RNN | LSTM | GRU | MinGRU | MinLSTM | LayerNormLSTM | WindowLayer;

export interface CellSettings {
  /**
   * The most steps that something must be remembered, T, if that is known. Gates then start by the
   * chrono initialisation: units forget within times of all lengths up to T (Tallec and Ollivier
   * 2018). Otherwise every gate that keeps the past starts with a bias of 1 (Jozefowicz et al. 2015).
   */
  horizon?: number;
  /** Steps that `"window"` sees. Default: 8. */
  windowSize?: number;
}

/** What is known of a cell without training it. */
export interface CellInfo {
  /** As people write it. */
  readonly title: string;
  /** How many gates: sums through a sigmoid that let something pass or not. */
  readonly gates: number;
  readonly gateNames: readonly string[];
  /** Numbers to train in one layer. */
  readonly parameters: (inputSize: number, hiddenSize: number, windowSize?: number) => number;
  /**
   * float32 numbers that a training step keeps of one step of one sequence, for each hidden feature:
   * the output, and what the fused layer of the `wasm` engine saves for its backward pass. null where
   * a layer runs through the tape and nobody counts.
   */
  readonly keptPerFeature: number | null;
  /** How it starts, in words. */
  readonly start: string;
}

const WINDOW_SIZE = 8;

/** Each gate and the candidate has weights for the input and for the state, and PyTorch's two biases. */
const gated = (blocks: number) => (inputSize: number, hiddenSize: number) =>
  blocks * hiddenSize * (inputSize + hiddenSize + 2);
const minimal = (blocks: number) => (inputSize: number, hiddenSize: number) =>
  blocks * hiddenSize * (inputSize + 1);
const CHRONO = "gates that keep the past for times of all lengths up to the task's lag (or bias 1)";

/**
 * Every cell by its name.
 *
 * @example
 * CELL_INFOS.lstm.gates; // 3
 * CELL_INFOS.gru.parameters(10, 64); // 14592
 */
export const CELL_INFOS: Readonly<Record<CellName, CellInfo>> = {
  rnn: {
    title: "RNN",
    gates: 0,
    gateNames: [],
    parameters: gated(1),
    keptPerFeature: 2,
    start: "orthogonal recurrent weights",
  },
  lstm: {
    title: "LSTM",
    gates: 3,
    gateNames: ["input", "forget", "output"],
    parameters: gated(4),
    keptPerFeature: 6,
    start: `orthogonal recurrent weights, ${CHRONO}`,
  },
  gru: {
    title: "GRU",
    gates: 2,
    gateNames: ["reset", "update"],
    parameters: gated(3),
    keptPerFeature: 6,
    start: `orthogonal recurrent weights, ${CHRONO}`,
  },
  mingru: {
    title: "minGRU",
    gates: 1,
    gateNames: ["update"],
    parameters: minimal(2),
    keptPerFeature: 4,
    start: CHRONO,
  },
  minlstm: {
    title: "minLSTM",
    gates: 2,
    gateNames: ["forget", "input"],
    parameters: minimal(3),
    keptPerFeature: 5,
    start: CHRONO,
  },
  irnn: {
    title: "IRNN",
    gates: 0,
    gateNames: [],
    parameters: gated(1),
    keptPerFeature: 2,
    start: "relu, recurrent weights the identity, input weights normal with 0.001 (Le et al. 2015)",
  },
  "layernorm-lstm": {
    title: "LayerNorm LSTM",
    gates: 3,
    gateNames: ["input", "forget", "output"],
    parameters: (I, H) => 4 * H * (I + H) + 18 * H,
    keptPerFeature: null,
    start: `orthogonal recurrent weights, ${CHRONO}`,
  },
  window: {
    title: "window",
    gates: 0,
    gateNames: [],
    parameters: (I, H, windowSize = WINDOW_SIZE) => H * (I * windowSize + 1),
    keptPerFeature: null,
    start: "PyTorch's",
  },
};

export const CELL_NAMES = Object.keys(CELL_INFOS) as readonly CellName[];

/**
 * A layer of the named cell, initialised as {@link CELL_INFOS} says, from the library's own generator.
 *
 * @throws ArgumentError if there is no such cell
 *
 * @example
 * const layer = createCell("gru", 3, 5, { horizon: 100 });
 * const [output, states] = runCell(layer, randn([2, 7, 3]));
 * output.shape; // [2, 7, 5]
 * states.length; // 1
 */
export function createCell(
  cell: CellName,
  inputSize: number,
  hiddenSize: number,
  { horizon, windowSize = WINDOW_SIZE }: CellSettings = {},
): CellLayer {
  checkCell("createCell", cell);
  if (horizon !== undefined) checkSize("createCell", "horizon", horizon);
  const options = { batchFirst: true };
  switch (cell) {
    case "rnn":
      return started(new RNN(inputSize, hiddenSize, options), { recurrent: "orthogonal" });
    case "irnn":
      return started(new RNN(inputSize, hiddenSize, { ...options, nonlinearity: "relu" }), {
        recurrent: "identity",
        input: (weight) => normal_(weight, 0, 0.001),
        bias: 0,
      });
    case "lstm":
      return started(new LSTM(inputSize, hiddenSize, options), {
        recurrent: "orthogonal",
        ...(horizon === undefined ? { forgetBias: 1 } : chrono(horizon)),
      });
    case "gru":
      return started(new GRU(inputSize, hiddenSize, options), {
        recurrent: "orthogonal",
        ...(horizon === undefined ? { updateBias: 1 } : chrono(horizon)),
      });
    case "minlstm":
      return started(new MinLSTM(inputSize, hiddenSize, options), {
        ...(horizon === undefined ? { forgetBias: 1 } : chrono(horizon)),
      });
    case "mingru": {
      const layer = new MinGRU(inputSize, hiddenSize, options);
      // Its gate u takes what is new, so it is the other way round; `initialize` leaves it alone.
      fillBlock(layer, "bias_ih_l0", 0, 2, () => -keepingBias(horizon));
      return layer;
    }
    case "layernorm-lstm": {
      const layer = new LayerNormLSTM(inputSize, hiddenSize, options);
      initialize(layer, { recurrent: "orthogonal" });
      // The biases of its norms do what the gates' would.
      fillBlock(layer, "layernorm_i.bias", 1, 4, () => keepingBias(horizon));
      return layer;
    }
    case "window":
      return new WindowLayer(inputSize, hiddenSize, { windowSize });
  }
}

/**
 * Runs a cell's layer over x [batch, seq, inputSize], from the states that the call before gave.
 *
 * @returns its output [batch, seq, hiddenSize], and its states after the last step
 */
export function runCell(
  layer: CellLayer | Recurrent<Tensor>,
  x: Tensor,
  states: readonly Tensor[] | null = null,
): [output: Tensor, states: Tensor[]] {
  if (layer instanceof LSTM || layer instanceof LayerNormLSTM) {
    return layer.forward(x, states && [states[0], states[1]]);
  }
  const [output, state] = layer.forward(x, states?.[0]);
  return [output, [state]];
}

export function checkCell(where: string, cell: CellName): void {
  if (Object.hasOwn(CELL_INFOS, cell)) return;
  throw new ArgumentError(
    `${where}: expected one of the cells ${CELL_NAMES.join(", ")}, got ${JSON.stringify(cell)}.`,
  );
}

function started<Layer extends Module>(layer: Layer, recipe: InitRecipe): Layer {
  initialize(layer, recipe);
  return layer;
}

/** With a horizon of 1 there is nothing to keep, and 2 is the least that the recipe takes. */
function chrono(horizon: number): InitRecipe {
  return { chrono: Math.max(2, horizon) };
}

/** One draw of the bias of a gate that keeps the past. */
function keepingBias(horizon: number | undefined): number {
  if (horizon === undefined) return 1;
  return Math.log(1 + (Math.max(2, horizon) - 2) * defaultGenerator.random());
}

function fillBlock(
  layer: Module,
  ending: string,
  block: number,
  numBlocks: number,
  value: () => number,
): void {
  for (const [key, parameter] of layer.namedParameters()) {
    if (!key.endsWith(ending)) continue;
    const size = parameter.size / numBlocks;
    for (let i = 0; i < size; i++) parameter.storage.array[block * size + i] = value();
    parameter.storage.changed();
  }
}
