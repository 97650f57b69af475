/**
 * @file How much hidden-to-hidden weights can stretch a state: their spectral radius and norm.
 */

import type { StateDict } from "../nn/index.ts";
import { noGrad } from "../autograd/index.ts";
import { withEngine } from "../backends/index.ts";
import { spectralNorm, spectralRadius } from "./eigenvalues.ts";

/** One gate's block of a hidden-to-hidden matrix. */
export interface WeightSpectrum {
  /** The weight's checkpoint key. */
  key: string;
  /** The gate's letter, in the order of the rows: `i f g o`, `r z n`, or `h`. */
  gate: string;
  /** The largest |eigenvalue|. */
  radius: number;
  /** The largest singular value; the radius can only be smaller. */
  norm: number;
}

const GATES: Record<number, readonly string[]> = {
  1: ["h"],
  3: ["r", "z", "n"],
  4: ["i", "f", "g", "o"],
};

/**
 * Spectral radius and norm of every gate's block [hiddenSize, hiddenSize] of every hidden-to-hidden
 * weight (keys with `weight_hh`) in a state dict: of a model, or of a checkpoint whose model is not at
 * hand. With a projection (`weight_hr` beside it) of the block times the projection.
 *
 * For a plain linear network the radius ρ says that the gradient goes like ρ^lag, if the matrix is
 * normal. For a network with tanh or gates, ρ < 1/γ with γ the largest slope is enough to vanish, if
 * it is the norm that is meant; ρ > 1 is not enough to explode (Pascanu et al. 2013,
 * https://arxiv.org/abs/1211.5063). {@link gradientFlow} measures what happens on data.
 *
 * Takes about 10·hiddenSize³ operations a block: half a second at 256.
 *
 * @throws NumericError if there is a NaN or an infinity among the weights
 *
 * @example
 * const rnn = new nn.RNN(3, 4);
 * rnn.stateDict()["weight_hh_l0"].copy_(tensor([[0, 2, 0, 0], [-2, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]));
 * weightSpectra(rnn.stateDict())[0].radius; // 2
 */
export function weightSpectra(dict: StateDict): WeightSpectrum[] {
  return Object.entries(dict).flatMap(([key, weight]) => {
    if (!/(^|\.|_)weight_hh(_|$)/.test(key) || weight.shape.length !== 2) return [];
    const projection = dict[key.replace("weight_hh", "weight_hr")] as StateDict[string] | undefined;
    const square = projection
      ? withEngine("reference", () => noGrad(() => weight.matmul(projection)))
      : weight;
    const [rows, n] = square.shape;
    const gates = GATES[rows / n] ?? [];
    return gates.map((gate, block) => {
      const array = square.storage.array.subarray(block * n * n, (block + 1) * n * n);
      return { key, gate, radius: spectralRadius(array, n), norm: spectralNorm(array, n, n) };
    });
  });
}
