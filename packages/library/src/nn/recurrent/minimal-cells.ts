/**
 * @file One step of minGRU and minLSTM: the formulas of `steps.ts`, with parameters.
 */

import { checkLastAxis, checkSize } from "../../core/errors.ts";
import { zeros } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFan } from "../init.ts";
import { Module, type Parameter } from "../module.ts";
import { LEAVES_STATE_TO_CALLER, type CellOptions } from "./cells.ts";
import { checkContent, type MinimalContent } from "./minimal.ts";
import { minGruStep, minLstmStep } from "./steps.ts";

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

  protected checkInput(x: Tensor): void {
    checkLastAxis(`${this.constructor.name}.forward`, x.shape, "inputSize", this.inputSize);
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
    this.checkInput(x);
    return minGruStep(this, this.content, x, this.stateFor(x, state));
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
    this.checkInput(x);
    return minLstmStep(this, this.content, x, this.stateFor(x, state));
  }
}
