/**
 * @file One step of each network: the formulas of `steps.ts`, with parameters. The layers
 * {@link RNN}, {@link LSTM} and {@link GRU} are these cells in a loop, made fast; a test holds the
 * two together.
 */

import {
  ArgumentError,
  checkLastAxis,
  checkSize,
  formatShape,
  ShapeError,
} from "../../core/errors.ts";
import { checkFloat, zeros } from "../../tensor/creation.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFan } from "../init.ts";
import { Module, type Parameter } from "../module.ts";
import { gruStep, lstmStep, rnnStep } from "./steps.ts";

export interface CellOptions {
  /** Learn an offset for every gate. Default: `true`. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/** Why {@link createStream} refuses a cell that is in no layer. */
export const LEAVES_STATE_TO_CALLER =
  "a cell leaves its state to its caller, where a stream cannot reach it; use the layer, nn.Recurrent, or carry the state by carriedState";

/** What the three cells share: their parameters. Keys are PyTorch's. */
abstract class Cell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** One letter for each block of rows, in their order. */
  readonly gates: string;
  readonly weightIh: Parameter; //        [numGates·hiddenSize, inputSize]
  readonly weightHh: Parameter; //        [numGates·hiddenSize, hiddenSize]
  readonly biasIh: Parameter | null; //   [numGates·hiddenSize]
  readonly biasHh: Parameter | null; //   [numGates·hiddenSize]

  protected constructor(
    inputSize: number,
    hiddenSize: number,
    gates: string,
    { bias = true, generator }: CellOptions,
  ) {
    super();
    checkSize(this.constructor.name, "inputSize", inputSize);
    checkSize(this.constructor.name, "hiddenSize", hiddenSize);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;

    this.gates = gates;
    const rows = gates.length * hiddenSize;
    const create = (key: string, shape: number[]) =>
      this.register(key, uniformByFan(shape, hiddenSize, generator));
    this.weightIh = create("weight_ih", [rows, inputSize]);
    this.weightHh = create("weight_hh", [rows, hiddenSize]);
    this.biasIh = bias ? create("bias_ih", [rows]) : null;
    this.biasHh = bias ? create("bias_hh", [rows]) : null;
  }

  /** Features of each tensor of the state: what {@link Recurrent} makes zeros of. */
  get stateSize(): number | readonly number[] {
    return this.hiddenSize;
  }

  override whyNotCausal(): string | null {
    return LEAVES_STATE_TO_CALLER;
  }

  protected checkInput(x: Tensor): void {
    const where = `${this.constructor.name}.forward`;
    checkFloat(where, "x", x);
    checkLastAxis(where, x.shape, "inputSize", this.inputSize);
    if (x.rank <= 2) return;
    throw new ShapeError(
      `${where}: expected one step [batch, ${this.inputSize}], got ${formatShape(x.shape)}. For whole sequences use the layer instead of the cell.`,
    );
  }

  /** The state given, or zeros. */
  protected stateFor(x: Tensor, state: Tensor | null | undefined): Tensor {
    const expected = [...x.shape.slice(0, -1), this.hiddenSize];
    if (!state) return zeros(expected);
    checkLastAxis(`${this.constructor.name}.forward`, state.shape, "hiddenSize", this.hiddenSize);
    return state;
  }
}

export interface RNNCellOptions extends CellOptions {
  /** Default: `"tanh"`. */
  nonlinearity?: "tanh" | "relu";
}

/**
 * One step of a plain recurrent network: h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh).
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 *
 * @example
 * const cell = new nn.RNNCell(3, 4);
 * const h = cell.forward(randn([2, 3]), zeros([2, 4]));
 * h.shape; // [2, 4]
 */
export class RNNCell extends Cell {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    super(inputSize, hiddenSize, "h", options);
    const { nonlinearity = "tanh" } = options;
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new ArgumentError(
        `RNNCell: expected nonlinearity "tanh" or "relu", got ${JSON.stringify(nonlinearity)}.`,
      );
    }
    this.nonlinearity = nonlinearity;
  }

  /** x [batch, inputSize] and h [batch, hiddenSize] (zeros if left out) give the next h. */
  forward(x: Tensor, h?: Tensor | null): Tensor {
    this.checkInput(x);
    return rnnStep(this, this.nonlinearity, x, this.stateFor(x, h));
  }
}

/** What an LSTM cell carries from one step to the next, each [batch, hiddenSize]. */
export type LSTMState = [h: Tensor, c: Tensor];

/**
 * One step of long short-term memory: c′ = f ⊙ c + i ⊙ g, h′ = o ⊙ tanh(c′).
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 *
 * @example
 * const cell = new nn.LSTMCell(3, 4);
 * const [h, c] = cell.forward(randn([2, 3]), [zeros([2, 4]), zeros([2, 4])]);
 * h.shape; // [2, 4]
 */
export class LSTMCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(inputSize, hiddenSize, "ifgo", options);
  }

  override get stateSize(): readonly number[] {
    return [this.hiddenSize, this.hiddenSize];
  }

  /** x [batch, inputSize] and the state before it (zeros if left out) give the state after it. */
  forward(x: Tensor, state?: LSTMState | null): LSTMState {
    this.checkInput(x);
    return lstmStep(this, x, this.stateFor(x, state?.[0]), this.stateFor(x, state?.[1]));
  }
}

export interface GRUCellOptions extends CellOptions {
  /** As for {@link GRU}. Default: `true`, PyTorch's. */
  resetAfter?: boolean;
}

/**
 * One step of a gated recurrent unit: h′ = (1 − z) ⊙ n + z ⊙ h.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 *
 * @example
 * const cell = new nn.GRUCell(3, 4);
 * cell.forward(randn([2, 3])).shape; // [2, 4]
 */
export class GRUCell extends Cell {
  readonly resetAfter: boolean;

  constructor(inputSize: number, hiddenSize: number, options: GRUCellOptions = {}) {
    super(inputSize, hiddenSize, "rzn", options);
    this.resetAfter = options.resetAfter ?? true;
  }

  /** x [batch, inputSize] and h [batch, hiddenSize] (zeros if left out) give the next h. */
  forward(x: Tensor, state?: Tensor | null): Tensor {
    this.checkInput(x);
    return gruStep(this, this.resetAfter, x, this.stateFor(x, state));
  }
}
