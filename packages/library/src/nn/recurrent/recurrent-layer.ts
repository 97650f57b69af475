/**
 * @file What RNN, LSTM, GRU and their minimal forms share: parameters and their checkpoint keys,
 * and one fused node for each layer.
 */

import { isMinimal, NUM_GATES, type CellKind } from "../../backends/index.ts";
import { ArgumentError, checkSize } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFan } from "../init.ts";
import type { Parameter } from "../module.ts";
import { recurrent, type DirectionParameters } from "./recurrent-op.ts";
import {
  StackedLayer,
  type LayerResult,
  type StackedLayerOptions,
  type StatePart,
} from "./stacked-layer.ts";

export interface RecurrentLayerOptions extends StackedLayerOptions {
  /** Learn offsets for every gate. Default: `true`. */
  bias?: boolean;
}

/** The blocks of rows in a cell's weights. */
const GATES: Record<CellKind, string> = {
  rnn_tanh: "h",
  rnn_relu: "h",
  lstm: "ifgo",
  gru: "rzn",
  mingru: "zv",
  mingru_positive: "zv",
  minlstm: "fiv",
  minlstm_positive: "fiv",
};

/** The base of {@link RNN}, {@link LSTM}, {@link GRU}, {@link MinGRU} and {@link MinLSTM}. */
export abstract class RecurrentLayer extends StackedLayer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  /** LSTM only; 0 elsewhere. */
  readonly projSize: number;
  /** One letter for each block of rows of the weights, in their order: `"ifgo"`, `"rzn"` or `"h"`. */
  readonly gates: string;

  protected readonly cell: CellKind;
  protected readonly resetAfter: boolean = true;
  protected readonly stateParts: readonly StatePart[];
  /** Layer by layer, and in each, forward before reverse. */
  readonly #layers: DirectionParameters[][] = [];

  protected constructor(
    cell: CellKind,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentLayerOptions & { projSize?: number },
  ) {
    super(inputSize, options);
    const { bias = true, projSize = 0 } = options;
    const where = this.constructor.name;
    checkSize(where, "hiddenSize", hiddenSize);
    checkSize(where, "projSize", projSize, 0);
    if (projSize >= hiddenSize) {
      throw new ArgumentError(
        `${where}: expected projSize to be smaller than hiddenSize, ${hiddenSize}, got ${projSize}.`,
      );
    }
    this.cell = cell;
    this.gates = GATES[cell];
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.bias = bias;
    this.projSize = projSize;
    this.stateParts = [
      { name: "h0", key: "h", size: this.features },
      ...(cell === "lstm" ? [{ name: "c0", key: "c", size: hiddenSize }] : []),
    ];

    for (let layer = 0; layer < this.numLayers; layer++) {
      const suffixes = this.bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`];
      this.#layers.push(suffixes.map((suffix) => this.#createParameters(layer, suffix)));
    }
  }

  #createParameters(layer: number, suffix: string): DirectionParameters {
    const rows = NUM_GATES[this.cell] * this.hiddenSize;
    const fromBelow = layer === 0 ? this.inputSize : this.numDirections * this.features;
    const seesState = !isMinimal(this.cell);
    const create = (key: string, shape: number[]): Parameter =>
      this.register(key + suffix, uniformByFan(shape, this.hiddenSize, this.generator));
    return {
      weightIh: create("weight_ih", [rows, fromBelow]),
      weightHh: seesState ? create("weight_hh", [rows, this.features]) : null,
      biasIh: this.bias ? create("bias_ih", [rows]) : null,
      biasHh: this.bias && seesState ? create("bias_hh", [rows]) : null,
      weightHr: this.projSize ? create("weight_hr", [this.projSize, this.hiddenSize]) : null,
    };
  }

  /** Features of `h`: projSize if there is a projection, otherwise hiddenSize. */
  protected get features(): number {
    return this.projSize || this.hiddenSize;
  }

  protected override runLayer(
    layer: number,
    x: Tensor,
    [h0, c0 = null]: readonly (Tensor | null)[],
    lengths: Int32Array | null,
  ): LayerResult {
    const { output, hN, cN } = recurrent(x, h0, c0, this.#layers[layer], {
      cell: this.cell,
      resetAfter: this.resetAfter,
      batchFirst: this.batchFirst,
      hiddenSize: this.hiddenSize,
      projSize: this.projSize,
      lengths,
    });
    return { output, states: cN ? [hN, cN] : [hN] };
  }
}
