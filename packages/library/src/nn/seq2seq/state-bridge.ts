/**
 * @file From the states in which an encoder ends to those in which a decoder begins.
 *
 *   h_decoder = tanh(W_h·h_encoder + b_h)      layer by layer
 *   c_decoder = W_c·c_encoder + b_c            for the LSTM, whose c has no bounds
 */

import { ShapeError, formatShape } from "../../core/errors.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import { Linear } from "../linear.ts";
import { Module } from "../module.ts";
import { mapLayers, type RecurrentCellName, type RecurrentStates } from "./recurrent-states.ts";

export interface StateBridgeOptions {
  /** Whose states they are. Default: `"lstm"`. */
  cell?: RecurrentCellName;
  /** Default: 1. */
  numLayers?: number;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * An encoder's last states, of both directions side by side, become a decoder's first: the equations
 * are at the top of this file. {@link Seq2Seq} puts one between the two where their states differ in
 * width; elsewhere the states are handed over as they are.
 *
 * - states in  [numLayers, batch, inFeatures] each: h, and c for the LSTM
 * - states out [numLayers, batch, outFeatures]
 *
 * Parameters, for layer k: `h.{k}.weight` [outFeatures, inFeatures], `h.{k}.bias`, and the same under
 * `c` for the LSTM.
 *
 * Source: Bahdanau et al. 2015, https://arxiv.org/abs/1409.0473, appendix A.2.2: s₀ = tanh(W_s·h₁),
 * there from the reverse direction alone
 *
 * @throws ShapeError in `forward`, if the states are not [numLayers, batch, inFeatures]
 *
 * @example
 * const bridge = new nn.StateBridge(32, 24, { cell: "gru" });
 * bridge.forward([randn([1, 2, 32])])[0].shape; // [1, 2, 24]
 */
export class StateBridge extends Module {
  readonly numLayers: number;
  readonly inFeatures: number;
  readonly h: readonly Linear[];
  readonly c: readonly Linear[];

  constructor(
    inFeatures: number,
    outFeatures: number,
    { cell = "lstm", numLayers = 1, generator }: StateBridgeOptions = {},
  ) {
    super();
    this.inFeatures = inFeatures;
    this.numLayers = numLayers;
    const perLayer = () =>
      Array.from({ length: numLayers }, () => new Linear(inFeatures, outFeatures, { generator }));
    this.h = perLayer();
    this.c = cell === "lstm" ? perLayer() : [];
  }

  /** h, and c for the LSTM: [numLayers, batch, inFeatures] → [numLayers, batch, outFeatures] */
  forward(states: RecurrentStates): RecurrentStates {
    for (const { shape } of states) {
      if (shape.length === 3 && shape[0] === this.numLayers && shape[2] === this.inFeatures)
        continue;
      throw new ShapeError(
        `StateBridge.forward: expected states [${this.numLayers}, batch, ${this.inFeatures}], got ${formatShape(shape)}.`,
      );
    }
    const [h, c] = states;
    const first = mapLayers(h, (layer, k) => this.h[k].forward(layer).tanh());
    return this.c.length > 0
      ? [first, mapLayers(c, (layer, k) => this.c[k].forward(layer))]
      : [first];
  }
}
