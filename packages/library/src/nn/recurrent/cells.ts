/**
 * @file One step of each network, made of tensor operations: the formula, line by line. The layers
 * {@link RNN}, {@link LSTM} and {@link GRU} are these cells in a loop, made fast; a test holds the
 * two together.
 *
 * A fused buffer is named after its layout: `ifgo` holds [i | f | g | o] along its last axis.
 */

import {
  ArgumentError,
  checkLastAxis,
  checkSize,
  formatShape,
  ShapeError,
} from "../../core/errors.ts";
import { checkFloat, zeros } from "../../tensor/creation.ts";
import { linear } from "../../tensor/ops/matmul.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFan } from "../init.ts";
import { Module, type Parameter } from "../module.ts";

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

  /** x·W_ihᵀ + b_ih: [batch, numGates·hiddenSize] */
  protected fromInput(x: Tensor): Tensor {
    return linear(x, this.weightIh, this.biasIh);
  }

  /** h·W_hhᵀ + b_hh: [batch, numGates·hiddenSize] */
  protected fromState(h: Tensor): Tensor {
    return linear(h, this.weightHh, this.biasHh);
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
    const sum = this.fromInput(x).add(this.fromState(this.stateFor(x, h)));
    return this.nonlinearity === "tanh" ? sum.tanh() : sum.relu();
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
    const h = this.stateFor(x, state?.[0]);
    const c = this.stateFor(x, state?.[1]);

    const ifgo = this.fromInput(x).add(this.fromState(h)); // [batch, 4·hiddenSize]
    const [i, f, g, o] = ifgo.chunk(4, -1); //               [batch, hiddenSize] each

    const cNext = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    const hNext = o.sigmoid().mul(cNext.tanh());
    return [hNext, cNext];
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
    const h = this.stateFor(x, state);

    const [xr, xz, xn] = this.fromInput(x).chunk(3, -1); // [batch, hiddenSize] each
    const [hr, hz, hn] = this.fromState(h).chunk(3, -1);
    const r = xr.add(hr).sigmoid();
    const z = xz.add(hz).sigmoid();
    const n = xn.add(this.resetAfter ? r.mul(hn) : this.#newFromReset(r.mul(h))).tanh();
    return z.neg().add(1).mul(n).add(z.mul(h));
  }

  /** W_hn·(r ⊙ h) + b_hn: the original order, reset before the product. */
  #newFromReset(reset: Tensor): Tensor {
    const from = 2 * this.hiddenSize;
    return linear(reset, this.weightHh.slice(0, from), this.biasHh && this.biasHh.slice(0, from));
  }
}
