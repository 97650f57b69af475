/**
 * @file How much of a gradient comes back through a gated cell: all of it, and along the direct path
 * alone, where each step multiplies by the gate that keeps.
 *
 *   LSTM  ‖∂L/∂C_k‖   and   ‖∂L/∂C_T ⊙ f_T ⊙ f_{T−1} ⊙ … ⊙ f_{k+1}‖
 *   GRU   ‖∂L/∂h_k‖   and   ‖∂L/∂h_T ⊙ z_T ⊙ z_{T−1} ⊙ … ⊙ z_{k+1}‖
 *
 * Both come out of one pass in float64: single precision has no numbers below 1e-45.
 */

import { lagExperiment, recordSteps, withEngine } from "unrolled";

export const SEQ = 100;

export interface Paths {
  /** [SEQ + 1], by lag: 0 is the last state, SEQ the one before the first step. */
  whole: number[];
  direct: number[];
}

/** 32 units that read noise for 100 steps; a gradient of length 1 comes in at the last state. */
export function gradientPaths(cell: "lstm" | "gru", gateBias: number, seed: number): Paths {
  const { model, loss } = lagExperiment({ cell, gateBias, seed, seq: SEQ });
  const [part, keep] = cell === "lstm" ? [1, "f"] : [0, "z"];
  return withEngine("reference", () => {
    const { result, layers } = recordSteps(model, loss);
    result.backward();
    model.zeroGrad();
    const [{ initial, steps }] = layers;
    // Element k is the state after k steps.
    const gradients = [initial[part], ...steps.map(({ state }) => state[part])].map(
      ({ grad }) => grad!.data,
    );
    let alone = Array.from(gradients[SEQ]);
    const direct = [norm(alone)];
    for (let k = SEQ - 1; k >= 0; k--) {
      const kept = steps[k].gates[keep].value.data; // of the step from state k to state k + 1
      alone = alone.map((value, unit) => value * kept[unit]);
      direct.push(norm(alone));
    }
    return { whole: gradients.toReversed().map(norm), direct };
  });
}

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}
