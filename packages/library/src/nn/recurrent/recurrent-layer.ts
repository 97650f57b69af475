/**
 * @file What RNN, LSTM, GRU and their minimal forms share: parameters and their checkpoint keys,
 * and one fused node for each layer.
 */

import { isMinimal, NUM_GATES, type CellKind } from "../../backends/index.ts";
import { ArgumentError, checkProbability, checkSize } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dropout, DROPS_IN_TRAINING } from "../dropout.ts";
import { uniformByFan } from "../init.ts";
import type { Parameter } from "../module.ts";
import type { DirectionWeights } from "./fused-call.ts";
import { observer } from "./observer.ts";
import { recurrent } from "./recurrent-op.ts";
import {
  StackedLayer,
  type LayerResult,
  type StackedLayerOptions,
  type StatePart,
} from "./stacked-layer.ts";

export interface RecurrentLayerOptions extends StackedLayerOptions {
  /** Learn offsets for every gate. Default: `true`. */
  bias?: boolean;
  /**
   * Probability of zeroing each number of every `weight_hh`, in training: one draw for all sequences
   * and steps of a pass, so that a layer stays one fused node. Default: 0. (DropConnect, as in the
   * weight-dropped LSTM of Merity et al. 2017, https://arxiv.org/abs/1708.02182, whose checkpoints
   * call these weights `weight_hh_l0_raw`.)
   */
  weightDropout?: number;
}

/**
 * The blocks of rows in a cell's weights. A minimal GRU's gate is u, not z: at 1 it takes what is
 * new, where a GRU's z keeps what was, so that `initialize` must not take it for one.
 */
const GATES: Record<CellKind, string> = {
  rnn_tanh: "h",
  rnn_relu: "h",
  lstm: "ifgo",
  gru: "rzn",
  mingru: "uv",
  mingru_positive: "uv",
  minlstm: "fiv",
  minlstm_positive: "fiv",
};

/** The base of {@link RNN}, {@link LSTM}, {@link GRU}, {@link MinGRU} and {@link MinLSTM}. */
export abstract class RecurrentLayer extends StackedLayer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  readonly weightDropout: number;
  /** LSTM only; 0 elsewhere. */
  readonly projSize: number;
  /** One letter for each block of rows of the weights, in their order: `"ifgo"`, `"rzn"`, `"h"`, … */
  readonly gates: string;

  protected readonly cell: CellKind;
  protected readonly resetAfter: boolean = true;
  protected readonly stateParts: readonly StatePart[];
  /** Layer by layer, and in each, forward before reverse. */
  readonly #layers: DirectionWeights[][] = [];

  protected constructor(
    cell: CellKind,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentLayerOptions & { projSize?: number },
  ) {
    super(inputSize, options);
    const { bias = true, weightDropout = 0, projSize = 0 } = options;
    const where = this.constructor.name;
    checkSize(where, "hiddenSize", hiddenSize);
    checkSize(where, "projSize", projSize, 0);
    checkProbability(where, "weightDropout", weightDropout);
    if (weightDropout > 0 && isMinimal(cell)) {
      throw new ArgumentError(
        `${where}: expected no weightDropout: there is no weight_hh to drop.`,
      );
    }
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
    this.weightDropout = weightDropout;
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

  #createParameters(layer: number, suffix: string): DirectionWeights {
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

  override whyNotCausal(): string | null {
    if (this.training && this.weightDropout > 0) return DROPS_IN_TRAINING;
    return super.whyNotCausal();
  }

  /** A layer's parameters; in training, `weight_hh` with some of its numbers at zero. */
  #weightsOf(layer: number): DirectionWeights[] {
    const directions = this.#layers[layer];
    if (!this.training || this.weightDropout === 0) return directions;
    return directions.map((direction) => {
      if (direction.weightHh === null) return direction;
      const weightHh = dropout(direction.weightHh, this.weightDropout, true, this.generator);
      weightHh.storage.exposed = true; // Used once: no engine need remember how it packed it.
      return { ...direction, weightHh };
    });
  }

  /** Features of `h`: projSize if there is a projection, otherwise hiddenSize. */
  protected get features(): number {
    return this.projSize || this.hiddenSize;
  }

  protected override runLayer(
    layer: number,
    x: Tensor,
    states: readonly (Tensor | null)[],
    lengths: Int32Array | null,
  ): LayerResult {
    const directions = this.#weightsOf(layer);
    const options = {
      cell: this.cell,
      resetAfter: this.resetAfter,
      batchFirst: this.batchFirst,
      hiddenSize: this.hiddenSize,
      projSize: this.projSize,
      lengths,
    };
    const watching = observer();
    if (watching) return watching.unroll({ module: this, layer, x, states, directions, options });
    const [h0, c0 = null] = states;
    const { output, hN, cN } = recurrent(x, h0, c0, directions, options);
    return { output, states: cN ? [hN, cN] : [hN] };
  }
}
