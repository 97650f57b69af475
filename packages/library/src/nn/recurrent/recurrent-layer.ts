/**
 * @file What RNN, LSTM and GRU share: options, parameters and their checkpoint keys, layers stacked
 * on one another, both directions, states and lengths.
 */

import { NUM_GATES, type CellKind } from "../../backends/index.ts";
import {
  ArgumentError,
  checkProbability,
  checkSize,
  formatShape,
  ShapeError,
} from "../../core/errors.ts";
import { sameShape } from "../../core/shape.ts";
import { readLengths, type SequenceLengths } from "../../data/lengths.ts";
import { checkFloat } from "../../tensor/creation.ts";
import { cat } from "../../tensor/ops/indexing.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { carriedState } from "../carried-state.ts";
import { dropout as drop, DROPS_IN_TRAINING } from "../dropout.ts";
import { uniformByFan } from "../init.ts";
import { Module, type Parameter } from "../module.ts";
import { recurrent, type DirectionParameters } from "./recurrent-op.ts";

export interface RecurrentLayerOptions {
  /** Layers stacked on one another, each reading the one below. Default: 1. */
  numLayers?: number;
  /** Learn offsets for every gate. Default: `true`. */
  bias?: boolean;
  /** `true`: [batch, seq, feature]; `false`: [seq, batch, feature]. Never states. Default: `false`. */
  batchFirst?: boolean;
  /** Probability of zeroing what goes from a layer to the next, in training. Default: 0. */
  dropout?: number;
  /** Read the sequence both ways; `output` has the forward features first. Default: `false`. */
  bidirectional?: boolean;
  /** Where initial weights and dropout come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

export interface RecurrentForwardOptions {
  /**
   * True length of each sequence in a padded batch [batch], in any order. Outputs past the end are
   * 0, final states are those of each sequence's last step, and the reverse direction starts there:
   * what PyTorch's pack_padded_sequence → layer → pad_packed_sequence gives.
   */
  lengths?: SequenceLengths;
}

const GATES: Record<CellKind, string> = { rnn_tanh: "h", rnn_relu: "h", lstm: "ifgo", gru: "rzn" };

/** The base of {@link RNN}, {@link LSTM} and {@link GRU}. */
export abstract class RecurrentLayer extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly numDirections: 1 | 2;
  /** LSTM only; 0 elsewhere. */
  readonly projSize: number;
  /** One letter for each block of rows of the weights, in their order: `"ifgo"`, `"rzn"` or `"h"`. */
  readonly gates: string;

  protected readonly cell: CellKind;
  protected readonly resetAfter: boolean = true;
  /** Layer by layer, and in each, forward before reverse. */
  readonly #layers: DirectionParameters[][] = [];
  readonly #generator: RandomGenerator | undefined;

  protected constructor(
    cell: CellKind,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentLayerOptions & { projSize?: number },
  ) {
    super();
    const {
      numLayers = 1,
      bias = true,
      batchFirst = false,
      dropout = 0,
      bidirectional = false,
      projSize = 0,
      generator,
    } = options;
    const where = this.constructor.name;
    checkSize(where, "inputSize", inputSize);
    checkSize(where, "hiddenSize", hiddenSize);
    checkSize(where, "numLayers", numLayers);
    checkSize(where, "projSize", projSize, 0);
    checkProbability(where, "dropout", dropout);
    if (projSize >= hiddenSize) {
      throw new ArgumentError(
        `${where}: expected projSize to be smaller than hiddenSize, ${hiddenSize}, got ${projSize}.`,
      );
    }
    this.cell = cell;
    this.gates = GATES[cell];
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.numDirections = bidirectional ? 2 : 1;
    this.projSize = projSize;
    this.#generator = generator;

    for (let layer = 0; layer < numLayers; layer++) {
      const suffixes = bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`];
      this.#layers.push(suffixes.map((suffix) => this.#createParameters(layer, suffix)));
    }
  }

  #createParameters(layer: number, suffix: string): DirectionParameters {
    const rows = NUM_GATES[this.cell] * this.hiddenSize;
    const fromBelow = layer === 0 ? this.inputSize : this.numDirections * this.features;
    const create = (key: string, shape: number[]): Parameter =>
      this.register(key + suffix, uniformByFan(shape, this.hiddenSize, this.#generator));
    return {
      weightIh: create("weight_ih", [rows, fromBelow]),
      weightHh: create("weight_hh", [rows, this.features]),
      biasIh: this.bias ? create("bias_ih", [rows]) : null,
      biasHh: this.bias ? create("bias_hh", [rows]) : null,
      weightHr: this.projSize ? create("weight_hr", [this.projSize, this.hiddenSize]) : null,
    };
  }

  /** Features of `h`: projSize if there is a projection, otherwise hiddenSize. */
  protected get features(): number {
    return this.projSize || this.hiddenSize;
  }

  /** All layers, bottom to top; dropout between them. */
  protected run(
    input: Tensor,
    h0: Tensor | null,
    c0: Tensor | null,
    options: RecurrentForwardOptions,
  ): { output: Tensor; hN: Tensor; cN: Tensor | null } {
    const where = `${this.constructor.name}.forward`;
    checkFloat(where, "input", input);
    // A single sequence, as in PyTorch: [seq, inputSize], with states [layers, features].
    if (input.rank === 2) {
      const batchAxis = this.batchFirst ? 0 : 1;
      const one = this.run(
        input.unsqueeze(batchAxis),
        h0 && h0.unsqueeze(1),
        c0 && c0.unsqueeze(1),
        options,
      );
      return {
        output: one.output.squeeze(batchAxis),
        hN: one.hN.squeeze(1),
        cN: one.cN && one.cN.squeeze(1),
      };
    }
    this.#checkInput(where, input);
    const [batch, seq] = this.batchFirst ? input.shape : [input.shape[1], input.shape[0]];
    const carried = carriedState(this);
    if (carried) ({ h: h0, c: c0 } = carried.resume({ h: h0, c: c0 }));
    this.#checkState(where, "h0", h0, batch, this.features);
    this.#checkState(where, "c0", c0, batch, this.hiddenSize);
    const lengths = options.lengths ? readLengths(where, options.lengths, batch, seq) : null;

    const finalH: Tensor[] = [];
    const finalC: Tensor[] = [];
    let x = input;
    for (const [layer, directions] of this.#layers.entries()) {
      const { output, hN, cN } = recurrent(
        layer === 0 ? x : drop(x, this.dropout, this.training, this.#generator),
        h0 && this.#stateOf(h0, layer),
        c0 && this.#stateOf(c0, layer),
        directions,
        {
          cell: this.cell,
          resetAfter: this.resetAfter,
          batchFirst: this.batchFirst,
          hiddenSize: this.hiddenSize,
          projSize: this.projSize,
          lengths,
        },
      );
      x = output;
      finalH.push(hN);
      if (cN) finalC.push(cN);
    }
    const hN = joined(finalH);
    const cN = finalC.length > 0 ? joined(finalC) : null;
    carried?.keep(cN ? { h: hN, c: cN } : { h: hN });
    return { output: x, hN, cN };
  }

  override get carriesState(): boolean {
    return true;
  }

  override whyNotCausal(): string | null {
    if (this.bidirectional) return "it is bidirectional, and one direction begins at the end";
    if (this.training && this.dropout > 0 && this.numLayers > 1) return DROPS_IN_TRAINING;
    return null;
  }

  /** [numDirections, batch, …]: one layer's part of a state. */
  #stateOf(state: Tensor, layer: number): Tensor {
    if (this.numLayers === 1) return state;
    const from = layer * this.numDirections;
    return state.slice(0, from, from + this.numDirections);
  }

  #checkInput(where: string, input: Tensor): void {
    const layout = this.batchFirst ? "[batch, seq, " : "[seq, batch, ";
    const { shape } = input;
    if (shape.length === 3 && shape[2] === this.inputSize && !shape.includes(0)) return;
    let hint = "";
    if (shape.length === 3 && shape[1] === this.inputSize) hint = " Are the last two axes swapped?";
    if (shape.length === 3 && shape.includes(0))
      hint = " An empty sequence or batch has no states.";
    throw new ShapeError(
      `${where}: expected input ${layout}${this.inputSize}] because inputSize is ${this.inputSize}, got ${formatShape(shape)}.${hint}`,
    );
  }

  #checkState(
    where: string,
    name: string,
    state: Tensor | null,
    batch: number,
    size: number,
  ): void {
    if (!state) return;
    checkFloat(where, name, state);
    const expected = [this.numLayers * this.numDirections, batch, size];
    if (sameShape(state.shape, expected)) return;
    const axes = `[numLayers${this.bidirectional ? " · 2" : ""}, batch, features]`;
    throw new ShapeError(
      `${where}: expected ${name} ${axes} = ${formatShape(expected)}, got ${formatShape(state.shape)}.` +
        (this.batchFirst ? " batchFirst never applies to states." : ""),
    );
  }
}

function joined(states: Tensor[]): Tensor {
  return states.length === 1 ? states[0] : cat(states, 0);
}
