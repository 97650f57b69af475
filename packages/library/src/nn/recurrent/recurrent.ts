/**
 * @file Any cell as a layer: the cell says what one step does, and this runs it over sequences.
 */

import { ArgumentError, checkSize, formatShape, ShapeError } from "../../core/errors.ts";
import { sameShape } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { DROPS_IN_TRAINING } from "../dropout.ts";
import { checkModule, type Module } from "../module.ts";
import { isPacked, throughPacked, type PackedSequence } from "./packed-sequence.ts";
import { runSteps } from "./run-steps.ts";
import {
  StackedLayer,
  type LayerResult,
  type RecurrentForwardOptions,
  type StackedLayerOptions,
  type StatePart,
} from "./stacked-layer.ts";
import { Zoneout } from "./zoneout.ts";

/** What a cell carries from one step to the next: one tensor, or several. */
export type CellState = Tensor | readonly Tensor[];

/**
 * What {@link Recurrent} needs of a cell. The first (or only) tensor of its state is its output.
 *
 * `forward` is given x [batch, inputSize] and the state before the step, every tensor of it
 * [batch, its stateSize], and returns the state after it. Rows of a batch must not influence one
 * another, and their number may change from step to step: sequences that have ended are left out.
 */
export interface RecurrentCell<S extends CellState = CellState> extends Module {
  /** Features of the state: a number for one tensor, a list for several. */
  readonly stateSize: number | readonly number[];
  /** A property rather than a method, so that S is inferred from what `forward` returns. */
  readonly forward: (x: Tensor, state: S) => S;
}

export interface RecurrentOptions extends Omit<StackedLayerOptions, "generator"> {
  /** Features of the input: what the lowest cell is made for, where a function makes the cells. */
  inputSize?: number;
  /** Where dropout comes from. Default: the library's own generator. */
  generator?: StackedLayerOptions["generator"];
}

/**
 * A layer made of any cell: a `Module` with a `stateSize` and a `forward(x, state)` that returns the
 * next state, whose first tensor is the output. The layer adds what {@link LSTM} has: both layouts,
 * `lengths`, initial states, and from a function that makes cells also several layers, dropout
 * between them and both directions. {@link RNNCell}, {@link LSTMCell} and {@link GRUCell} in here
 * give what {@link RNN}, {@link LSTM} and {@link GRU} give.
 *
 * - `input`  [seq, batch, inputSize], or [batch, seq, inputSize] if `batchFirst`; or [seq, inputSize]
 * - `states` like the cell's: one tensor, or a list of them, each
 *   [numLayers·numDirections, batch, its stateSize]; zeros if left out
 *
 * Checkpoint keys are the cells' own behind `cell_l{k}` and `cell_l{k}_reverse`:
 * `cell_l0.weight_ih`.
 *
 * Every operation of every step is a node of the tape: {@link LSTMCell} in here takes 3.5 times as
 * long to train as the fused LSTM (16 × 64 steps, 128 hidden; `docs/cells.md` has more).
 *
 * @throws ArgumentError if one cell is to serve several layers or directions
 * @throws ShapeError in `forward`, if the cell returns a state of another shape
 *
 * @example
 * class Leaky extends nn.Module {
 *   readonly stateSize = 4;
 *   readonly mix = new nn.Linear(3, 4);
 *   forward(x: Tensor, h: Tensor): Tensor {
 *     return h.mul(0.9).add(this.mix.forward(x).tanh());
 *   }
 * }
 * const layer = new nn.Recurrent(new Leaky(), { batchFirst: true });
 * const [output, hN] = layer.forward(randn([2, 7, 3]), null, { lengths: [7, 4] });
 * output.shape; // [2, 7, 4]
 * hN.shape; // [1, 2, 4]
 *
 * @example
 * const layer = new nn.Recurrent((inputSize) => new nn.LSTMCell(inputSize, 5), {
 *   inputSize: 3,
 *   numLayers: 2,
 *   bidirectional: true,
 * });
 * const [output, [hN, cN]] = layer.forward(randn([7, 2, 3]));
 * output.shape; // [7, 2, 10]
 * cN.shape; // [4, 2, 5]
 */
export class Recurrent<S extends CellState = CellState> extends StackedLayer {
  protected readonly stateParts: readonly StatePart[];
  /** Layer by layer, and in each, forward before reverse. */
  readonly #cells: RecurrentCell<S>[][] = [];

  constructor(
    cell: RecurrentCell<S> | ((inputSize: number) => RecurrentCell<S>),
    options: RecurrentOptions = {},
  ) {
    super(options.inputSize, options);
    const { numLayers, numDirections } = this;
    const { inputSize } = options;
    const create = typeof cell === "function" ? cell : () => cell;
    if (create === cell && inputSize === undefined) {
      throw new ArgumentError(
        "Recurrent: expected inputSize among the options, because a function makes the cells: new nn.Recurrent((inputSize) => …, { inputSize: 3 }).",
      );
    }
    if (create !== cell && numLayers * numDirections > 1) {
      const { name } = cell.constructor;
      throw new ArgumentError(
        `Recurrent: expected a function that makes cells, because ${numLayers * numDirections} of them are needed, got one ${name}. ` +
          `Try (inputSize) => new ${name}(inputSize, …), and inputSize among the options.`,
      );
    }
    const first = create(inputSize!);
    const sizes = sizesOf(first);
    this.stateParts = sizes.map((size, i) => ({
      name: sizes.length === 1 ? "the state" : `state ${i}`,
      key: `state${i}`,
      size,
    }));
    for (let layer = 0; layer < numLayers; layer++) {
      const width = layer === 0 ? inputSize! : numDirections * sizes[0];
      const cells = [layer === 0 ? first : create(width)];
      if (numDirections === 2) cells.push(create(width));
      this.#cells.push(cells);
    }
  }

  override *namedChildren(): IterableIterator<[name: string, child: Module]> {
    for (const [layer, [forward, reverse]] of this.#cells.entries()) {
      yield [`cell_l${layer}`, forward];
      if (reverse) yield [`cell_l${layer}_reverse`, reverse];
    }
  }

  /**
   * @returns `output` [seq, batch, numDirections·stateSize] (or batch first), the top layer's first
   *   state tensor at every step, and the states after each layer's last step
   */
  forward(
    input: Tensor,
    states?: S | null,
    options: RecurrentForwardOptions = {},
  ): [output: Tensor, states: S] {
    if (isPacked(input)) return this.forwardPacked(input, states) as never; // as RNN, LSTM and GRU
    const given = states ? ([states].flat() as Tensor[]) : this.stateParts.map(() => null);
    if (given.length !== this.stateParts.length) {
      throw new ArgumentError(
        `Recurrent.forward: expected ${this.stateParts.length} state tensors, as the cell's stateSize says, got ${given.length}.`,
      );
    }
    const { output, states: after } = this.run(input, given, options);
    return [output, this.#asState(after)];
  }

  /** {@link forward} for a batch in PyTorch's packed form; the output is packed in the same way. */
  forwardPacked(input: PackedSequence, states?: S | null): [output: PackedSequence, states: S] {
    return throughPacked(input, this.batchFirst, (padded, lengths) =>
      this.forward(padded, states, { lengths }),
    );
  }

  /** Carries its cells' state for them: what they are made of must be causal, and draw nothing. */
  override whyNotCausal(): string | null {
    for (const [, module] of this.namedModules()) {
      if (module instanceof Zoneout && module.training) return DROPS_IN_TRAINING;
      if (module === this || "stateSize" in module) continue;
      const why = module.whyNotCausal();
      if (why !== null) return `in its cell there is a ${module.constructor.name}, and ${why}`;
    }
    return super.whyNotCausal();
  }

  protected override runLayer(
    layer: number,
    x: Tensor,
    states: readonly (Tensor | null)[],
    lengths: Int32Array | null,
  ): LayerResult {
    return runSteps({
      module: this,
      layer,
      directions: this.#cells[layer].map((cell) => (step, state) => this.#step(cell, step, state)),
      x,
      states,
      sizes: this.stateParts.map(({ size }) => size),
      batchFirst: this.batchFirst,
      lengths,
    });
  }

  /** Tensors as the cell takes and gives them: one alone, or a list. */
  #asState(tensors: readonly Tensor[]): S {
    return (Array.isArray(this.#cells[0][0].stateSize) ? tensors : tensors[0]) as S;
  }

  #step(cell: RecurrentCell<S>, x: Tensor, state: Tensor[]): Tensor[] {
    const next = cell.forward(x, this.#asState(state));
    const tensors = (Array.isArray(next) ? next : [next]) as Tensor[];
    const expected = state.map(({ shape }) => shape);
    const fits =
      tensors.length === expected.length &&
      tensors.every((part, i) => part instanceof Tensor && sameShape(part.shape, expected[i]));
    if (fits) return tensors;
    const got = tensors.map((part) => (part instanceof Tensor ? formatShape(part.shape) : part));
    throw new ShapeError(
      `Recurrent.forward: expected ${cell.constructor.name}.forward to return the next state, ${expected.map(formatShape).join(" and ")}, as its stateSize says, got ${got.join(" and ")}.`,
    );
  }
}

function sizesOf(cell: Module & Pick<RecurrentCell, "stateSize">): readonly number[] {
  checkModule("Recurrent", cell);
  const sizes = [cell.stateSize].flat();
  const where = `Recurrent, ${cell.constructor.name}`;
  if (sizes.length === 0) throw new ArgumentError(`${where}: expected stateSize to name a size.`);
  for (const size of sizes) checkSize(where, "stateSize", size);
  return sizes;
}
