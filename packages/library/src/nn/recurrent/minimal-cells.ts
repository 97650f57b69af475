/**
 * @file One step of minGRU and minLSTM, made of tensor operations: the formulas at the top of
 * `minimal.ts`, line by line.
 */

import { checkLastAxis, checkSize } from "../../core/errors.ts";
import { zeros } from "../../tensor/creation.ts";
import { where } from "../../tensor/ops/indexing.ts";
import { linear } from "../../tensor/ops/matmul.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFan } from "../init.ts";
import { Module, type Parameter } from "../module.ts";
import { LEAVES_STATE_TO_CALLER, type CellOptions } from "./cells.ts";
import { checkContent, type MinimalContent } from "./minimal.ts";

export interface MinimalCellOptions extends CellOptions {
  /** As for {@link MinGRU}. Default: `"linear"`. */
  content?: MinimalContent;
}

abstract class MinimalCell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly content: MinimalContent;
  /** One letter for each block of rows of the weights, in their order: see {@link initialize}. */
  readonly gates: string;
  readonly weightIh: Parameter; //      [numGates·hiddenSize, inputSize]
  readonly biasIh: Parameter | null; // [numGates·hiddenSize]

  protected constructor(
    inputSize: number,
    hiddenSize: number,
    gates: string,
    { bias = true, content = "linear", generator }: MinimalCellOptions,
  ) {
    super();
    const name = this.constructor.name;
    checkSize(name, "inputSize", inputSize);
    checkSize(name, "hiddenSize", hiddenSize);
    checkContent(name, content);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.content = content;
    this.gates = gates;
    const rows = gates.length * hiddenSize;
    const create = (key: string, shape: number[]) =>
      this.register(key, uniformByFan(shape, hiddenSize, generator));
    this.weightIh = create("weight_ih", [rows, inputSize]);
    this.biasIh = bias ? create("bias_ih", [rows]) : null;
  }

  /** Features of the state: what {@link Recurrent} makes zeros of. */
  get stateSize(): number {
    return this.hiddenSize;
  }

  override whyNotCausal(): string | null {
    return LEAVES_STATE_TO_CALLER;
  }

  /** [batch, hiddenSize] for each gate and what is written, before their functions. */
  protected sums(x: Tensor): Tensor[] {
    checkLastAxis(`${this.constructor.name}.forward`, x.shape, "inputSize", this.inputSize);
    return linear(x, this.weightIh, this.biasIh).chunk(this.gates.length, -1);
  }

  protected written(a: Tensor): Tensor {
    return this.content === "linear" ? a : where(a.ge(0), a.add(0.5), a.sigmoid());
  }

  /** The state given, or zeros. */
  protected stateFor(x: Tensor, h: Tensor | null | undefined): Tensor {
    if (!h) return zeros([...x.shape.slice(0, -1), this.hiddenSize]);
    checkLastAxis(`${this.constructor.name}.forward`, h.shape, "hiddenSize", this.hiddenSize);
    return h;
  }
}

/**
 * One step of a minimal GRU: h′ = (1 − z) ⊙ h + z ⊙ v. See {@link MinGRU}, which is this, made fast.
 *
 * @example
 * const cell = new nn.MinGRUCell(3, 4);
 * cell.forward(randn([2, 3])).shape; // [2, 4]
 */
export class MinGRUCell extends MinimalCell {
  constructor(inputSize: number, hiddenSize: number, options: MinimalCellOptions = {}) {
    super(inputSize, hiddenSize, "uv", options);
  }

  /** x [batch, inputSize] and h [batch, hiddenSize] (zeros if left out) give the next h. */
  forward(x: Tensor, state?: Tensor | null): Tensor {
    const [zSum, a] = this.sums(x);
    const h = this.stateFor(x, state);
    const z = zSum.sigmoid();
    return z
      .neg()
      .add(1)
      .mul(h)
      .add(z.mul(this.written(a)));
  }
}

/**
 * One step of a minimal LSTM: h′ = f/(f + i) ⊙ h + i/(f + i) ⊙ v. See {@link MinLSTM}, which is this,
 * made fast.
 *
 * @example
 * const cell = new nn.MinLSTMCell(3, 4);
 * cell.forward(randn([2, 3]), zeros([2, 4])).shape; // [2, 4]
 */
export class MinLSTMCell extends MinimalCell {
  constructor(inputSize: number, hiddenSize: number, options: MinimalCellOptions = {}) {
    super(inputSize, hiddenSize, "fiv", options);
  }

  /** x [batch, inputSize] and h [batch, hiddenSize] (zeros if left out) give the next h. */
  forward(x: Tensor, state?: Tensor | null): Tensor {
    const [fSum, iSum, a] = this.sums(x);
    const h = this.stateFor(x, state);
    const f = fSum.sigmoid();
    const i = iSum.sigmoid();
    const both = f.add(i);
    return f
      .div(both)
      .mul(h)
      .add(i.div(both).mul(this.written(a)));
  }
}
