/**
 * @file What all layers over sequences share, whatever their cell: layers stacked on one another
 * with dropout between them, both directions, states, lengths, and the checks of what comes in.
 */

import { checkProbability, checkSize, formatShape, ShapeError } from "../../core/errors.ts";
import { sameShape } from "../../core/shape.ts";
import { readLengths, type SequenceLengths } from "../../data/lengths.ts";
import { checkFloat } from "../../tensor/creation.ts";
import { cat } from "../../tensor/ops/indexing.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { carriedState } from "../carried-state.ts";
import { dropout as drop, DROPS_IN_TRAINING } from "../dropout.ts";
import { lockedDropout } from "../locked-dropout.ts";
import { Module } from "../module.ts";

export interface StackedLayerOptions {
  /** Layers stacked on one another, each reading the one below. Default: 1. */
  numLayers?: number;
  /** `true`: [batch, seq, feature]; `false`: [seq, batch, feature]. Never states. Default: `false`. */
  batchFirst?: boolean;
  /** Probability of zeroing what goes from a layer to the next, in training. Default: 0. */
  dropout?: number;
  /**
   * One draw of that dropout for all steps of a sequence, as {@link LockedDropout} has it, in place of
   * one for each step. Default: `false`.
   */
  lockedDropout?: boolean;
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

/** One tensor of a layer's state: what messages call it, what streams call it, and its features. */
export interface StatePart {
  readonly name: string;
  readonly key: string;
  readonly size: number;
}

/** What one layer gives: `output` in the input's layout, and each state [numDirections, batch, …]. */
export interface LayerResult {
  output: Tensor;
  states: Tensor[];
}

/** The base of every layer over sequences. */
export abstract class StackedLayer extends Module {
  readonly numLayers: number;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly lockedDropout: boolean;
  readonly bidirectional: boolean;
  readonly numDirections: 1 | 2;

  protected readonly generator: RandomGenerator | undefined;
  /** undefined: the cell checks the input's width itself. */
  readonly #inputSize: number | undefined;

  protected constructor(inputSize: number | undefined, options: StackedLayerOptions) {
    super();
    const {
      numLayers = 1,
      batchFirst = false,
      dropout = 0,
      lockedDropout = false,
      bidirectional = false,
      generator,
    } = options;
    const where = this.constructor.name;
    if (inputSize !== undefined) checkSize(where, "inputSize", inputSize);
    checkSize(where, "numLayers", numLayers);
    checkProbability(where, "dropout", dropout);
    this.#inputSize = inputSize;
    this.numLayers = numLayers;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.lockedDropout = lockedDropout;
    this.bidirectional = bidirectional;
    this.numDirections = bidirectional ? 2 : 1;
    this.generator = generator;
  }

  protected abstract readonly stateParts: readonly StatePart[];

  /** One layer in all its directions. A state is null where it begins with zeros. */
  protected abstract runLayer(
    layer: number,
    x: Tensor,
    states: readonly (Tensor | null)[],
    lengths: Int32Array | null,
  ): LayerResult;

  /** All layers, bottom to top; dropout between them. */
  protected run(
    input: Tensor,
    states: readonly (Tensor | null)[],
    options: RecurrentForwardOptions,
  ): LayerResult {
    const where = `${this.constructor.name}.forward`;
    checkFloat(where, "input", input);
    // A single sequence, as in PyTorch: [seq, inputSize], with states [layers, features].
    if (input.rank === 2) {
      const batchAxis = this.batchFirst ? 0 : 1;
      const batched = states.map((state) => state && state.unsqueeze(1));
      const one = this.run(input.unsqueeze(batchAxis), batched, options);
      return {
        output: one.output.squeeze(batchAxis),
        states: one.states.map((state) => state.squeeze(1)),
      };
    }
    this.#checkInput(where, input);
    const [batch, seq] = this.batchFirst ? input.shape : [input.shape[1], input.shape[0]];
    const carried = carriedState(this);
    if (carried) states = this.#listed(carried.resume(this.#named(states)));
    this.#checkStates(where, states, batch);
    const lengths = options.lengths ? readLengths(where, options.lengths, batch, seq) : null;

    const results: Tensor[][] = [];
    let x = input;
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0) x = this.#dropped(x);
      const own = states.map((state) => state && this.#partOf(state, layer));
      const { output, states: after } = this.runLayer(layer, x, own, lengths);
      x = output;
      results.push(after);
    }
    const [first, ...others] = results;
    const after = first.map((state, i) =>
      others.length === 0 ? state : cat([state, ...others.map((other) => other[i])]),
    );
    carried?.keep(this.#named(after));
    return { output: x, states: after };
  }

  /** What a layer reads of the one below. */
  #dropped(x: Tensor): Tensor {
    const { dropout, training, batchFirst, generator } = this;
    return this.lockedDropout
      ? lockedDropout(x, dropout, training, batchFirst ? 1 : 0, generator)
      : drop(x, dropout, training, generator);
  }

  override get carriesState(): boolean {
    return true;
  }

  override whyNotCausal(): string | null {
    if (this.bidirectional) return "it is bidirectional, and one direction begins at the end";
    if (this.training && this.dropout > 0 && this.numLayers > 1) return DROPS_IN_TRAINING;
    return null;
  }

  #named<T extends Tensor | null>(states: readonly T[]): Record<string, T> {
    return Object.fromEntries(this.stateParts.map(({ key }, i) => [key, states[i]]));
  }

  #listed<T>(named: Record<string, T>): T[] {
    return this.stateParts.map(({ key }) => named[key]);
  }

  /** [numDirections, batch, …]: one layer's part of a state. */
  #partOf(state: Tensor, layer: number): Tensor {
    if (this.numLayers === 1) return state;
    const from = layer * this.numDirections;
    return state.slice(0, from, from + this.numDirections);
  }

  #checkInput(where: string, input: Tensor): void {
    const layout = this.batchFirst ? "[batch, seq, " : "[seq, batch, ";
    const { shape } = input;
    const inputSize = this.#inputSize ?? "features";
    const fits = shape.length === 3 && (shape[2] === inputSize || inputSize === "features");
    if (fits && !shape.includes(0)) return;
    let hint = "";
    if (shape.length === 3 && shape[1] === inputSize) hint = " Are the last two axes swapped?";
    if (shape.length === 3 && shape.includes(0))
      hint = " An empty sequence or batch has no states.";
    const why = inputSize === "features" ? "" : ` because inputSize is ${inputSize}`;
    throw new ShapeError(
      `${where}: expected input ${layout}${inputSize}]${why}, got ${formatShape(shape)}.${hint}`,
    );
  }

  #checkStates(where: string, states: readonly (Tensor | null)[], batch: number): void {
    for (const [i, { name, size }] of this.stateParts.entries()) {
      const state = states[i];
      if (!state) continue;
      checkFloat(where, name, state);
      const expected = [this.numLayers * this.numDirections, batch, size];
      if (sameShape(state.shape, expected)) continue;
      const axes = `[numLayers${this.bidirectional ? " · 2" : ""}, batch, features]`;
      throw new ShapeError(
        `${where}: expected ${name} ${axes} = ${formatShape(expected)}, got ${formatShape(state.shape)}.` +
          (this.batchFirst ? " batchFirst never applies to states." : ""),
      );
    }
  }
}
