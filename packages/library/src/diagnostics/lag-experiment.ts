/**
 * @file A small recurrent network driven by noise, and a loss on its last state: how much of the
 * gradient comes back to the first one?
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { GRU, init, initialize, LSTM, Recurrent, RNN, RNNCell, type Module } from "../nn/index.ts";
import { fromInput, fromState } from "../nn/recurrent/steps.ts";
import { randn, RandomGenerator, Tensor } from "../tensor/index.ts";
import { normalize, spectralRadius } from "./eigenvalues.ts";

export interface LagExperimentOptions {
  /** `"linear"` is `"tanh"` without tanh. Default: `"tanh"`. */
  cell?: "tanh" | "relu" | "linear" | "lstm" | "gru";
  /**
   * The hidden-to-hidden weights: every gate's block orthogonal, or independent normal numbers (a
   * matrix that is not normal), or as PyTorch begins, uniform in ±1/√hiddenSize. Default:
   * `"orthogonal"`, with gates `"default"`.
   */
  weights?: "orthogonal" | "gaussian" | "default";
  /** Scale `weights` to this spectral radius; for cells without gates. Default: as they come. */
  radius?: number;
  /** The LSTM's forget-gate bias, the GRU's update-gate bias (z = 1 keeps); all others are 0. Default: 0. */
  gateBias?: number;
  /**
   * Standard deviation of what drives the network: without gates it is added to the sums of every
   * unit, with gates it is the input, as many features as units. Default: 0.5; with gates 0.8.
   */
  noise?: number;
  /** Default: 32. */
  hiddenSize?: number;
  /** Steps. Default: 100. */
  seq?: number;
  /** Default: 1. */
  batch?: number;
  /** Default: 0. */
  seed?: number;
}

/** What {@link gradientFlow} takes. */
export interface LagExperiment {
  model: Module;
  /** u·h_T, with a random unit vector u for each sequence, added up: ‖∂L/∂h_T‖ = 1 for each. */
  loss: () => Tensor;
}

/**
 * A network for {@link gradientFlow} to measure: `seq` steps of noise, and a gradient of length 1
 * that comes in at the last state. Then `h.byLag[seq]` of the one layer is what reaches the state
 * before the first step.
 *
 * @example
 * const { model, loss } = lagExperiment({ cell: "linear", radius: 0.9, seq: 50 });
 * const [{ h }] = gradientFlow(model, loss, { precision: "float64" }).layers;
 * h.byLag[50] / 0.9 ** 50; // 1.0000
 */
export function lagExperiment(options: LagExperimentOptions = {}): LagExperiment {
  const { cell = "tanh", hiddenSize = 32, seq = 100, batch = 1, seed = 0, gateBias = 0 } = options;
  const isGated = cell === "lstm" || cell === "gru";
  const { weights = isGated ? "default" : "orthogonal", noise = isGated ? 0.8 : 0.5 } = options;
  for (const [name, value] of Object.entries({ hiddenSize, seq, batch })) {
    checkSize("lagExperiment", name, value);
  }
  if (isGated ? options.radius !== undefined : options.gateBias !== undefined) {
    throw new ArgumentError(
      `lagExperiment: radius is for cells without gates and gateBias for "lstm" and "gru", got cell ${JSON.stringify(cell)}.`,
    );
  }
  const generator = new RandomGenerator(seed);
  const layer = layerOf(cell, hiddenSize, generator);
  const scaled = (block: Tensor) => recurrentWeights(block, weights, options.radius, generator);
  initialize(
    layer,
    isGated ? { recurrent: scaled, bias: 0 } : { recurrent: scaled, input: "identity" },
  );
  if (cell === "lstm") initialize(layer, { forgetBias: gateBias });
  if (cell === "gru") initialize(layer, { updateBias: gateBias });

  const input = randn([seq, batch, hiddenSize], { generator }).mul(noise);
  const u = randn([1, batch, hiddenSize], { generator });
  for (let b = 0; b < batch; b++) {
    const one = Float64Array.from(u.storage.array.subarray(b * hiddenSize, (b + 1) * hiddenSize));
    normalize(one);
    u.storage.array.set(one, b * hiddenSize);
  }
  const loss = () => {
    const [, states] = layer.forward(input);
    const hN = states instanceof Tensor ? states : states[0];
    return hN.mul(u).sum();
  };
  return { model: layer, loss };
}

function layerOf(
  cell: NonNullable<LagExperimentOptions["cell"]>,
  size: number,
  generator: RandomGenerator,
): RNN | LSTM | GRU | Recurrent<Tensor> {
  switch (cell) {
    case "lstm":
      return new LSTM(size, size, { generator });
    case "gru":
      return new GRU(size, size, { generator });
    case "linear":
      return new Recurrent(new LinearCell(size, size, { bias: false, generator }));
    case "tanh":
    case "relu":
      return new RNN(size, size, { nonlinearity: cell, bias: false, generator });
    default:
      throw new ArgumentError(
        `lagExperiment: expected cell "tanh", "relu", "linear", "lstm" or "gru", got ${JSON.stringify(cell)}.`,
      );
  }
}

/** h′ = W_ih·x + W_hh·h */
class LinearCell extends RNNCell {
  override forward(x: Tensor, h?: Tensor | null): Tensor {
    return fromInput(this, x).add(fromState(this, this.stateFor(x, h)));
  }
}

function recurrentWeights(
  block: Tensor,
  weights: NonNullable<LagExperimentOptions["weights"]>,
  radius: number | undefined,
  generator: RandomGenerator,
): void {
  const n = block.shape[0];
  const bound = 1 / Math.sqrt(n);
  if (weights === "orthogonal") init.orthogonal_(block, 1, generator);
  else if (weights === "gaussian") init.normal_(block, 0, bound, generator);
  else init.uniform_(block, -bound, bound, generator);
  if (radius !== undefined) block.mul_(radius / spectralRadius(block.storage.array, n));
}
