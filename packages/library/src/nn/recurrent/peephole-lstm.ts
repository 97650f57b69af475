/**
 * @file An LSTM whose gates also see the cell, each feature its own: peephole connections.
 *
 *   i = σ(W_ii·x + b_ii + W_hi·h + b_hi + w_ci ⊙ c)
 *   f = σ(W_if·x + b_if + W_hf·h + b_hf + w_cf ⊙ c)
 *   g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)
 *   c′ = f ⊙ c + i ⊙ g
 *   o = σ(W_io·x + b_io + W_ho·h + b_ho + w_co ⊙ c′)      the cell after the step
 *   h′ = o ⊙ tanh(c′)
 */

import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFan } from "../init.ts";
import type { Parameter } from "../module.ts";
import { LSTMCell, type CellOptions, type LSTMState } from "./cells.ts";
import { observedCell } from "./observer.ts";
import { Recurrent } from "./recurrent.ts";
import type { StackedLayerOptions } from "./stacked-layer.ts";
import { fromInput, fromState, sigmoidGate, tanhGate } from "./steps.ts";

/**
 * One step of an LSTM with peepholes; the equations are at the top of this file. Keys are
 * {@link LSTMCell}'s, and `weight_ci`, `weight_cf`, `weight_co` [hiddenSize] for the peepholes. With
 * those at zero it is an {@link LSTMCell}.
 *
 * Source: Gers and Schmidhuber 2000, "Recurrent nets that time and count"; Gers, Schraudolph and
 * Schmidhuber 2002, "Learning precise timing with LSTM recurrent networks"
 *
 * @example
 * const cell = new nn.PeepholeLSTMCell(3, 4);
 * const [h, c] = cell.forward(randn([2, 3]));
 * h.shape; // [2, 4]
 */
export class PeepholeLSTMCell extends LSTMCell {
  readonly weightCi: Parameter; // [hiddenSize]
  readonly weightCf: Parameter; // [hiddenSize]
  readonly weightCo: Parameter; // [hiddenSize]

  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(inputSize, hiddenSize, options);
    const create = (key: string) =>
      this.register(key, uniformByFan([hiddenSize], hiddenSize, options.generator));
    this.weightCi = create("weight_ci");
    this.weightCf = create("weight_cf");
    this.weightCo = create("weight_co");
  }

  /** x [batch, inputSize] and the state before it (zeros if left out) give the state after it. */
  override forward(x: Tensor, state?: LSTMState | null): LSTMState {
    this.checkInput(x);
    const h = this.stateFor(x, state?.[0]);
    const c = this.stateFor(x, state?.[1]);

    const ifgo = fromInput(this, x).add(fromState(this, h)); // [batch, 4·hiddenSize]
    const [iSum, fSum, gSum, oSum] = ifgo.chunk(4, -1); //    [batch, hiddenSize] each

    const i = sigmoidGate("i", iSum.add(this.weightCi.mul(c)));
    const f = sigmoidGate("f", fSum.add(this.weightCf.mul(c)));
    const g = tanhGate("g", gSum);
    const cNext = observedCell(f.mul(c).add(i.mul(g)));
    const o = sigmoidGate("o", oSum.add(this.weightCo.mul(cNext)));
    return [o.mul(cNext.tanh()), cNext];
  }
}

export interface CellLayerOptions extends StackedLayerOptions {
  /** Learn offsets for every gate. Default: `true`. */
  bias?: boolean;
}

/**
 * {@link PeepholeLSTMCell} over whole sequences: `new nn.Recurrent(…)` of it, with the call, the
 * shapes and the states of {@link LSTM}. Runs through the tape: `docs/cells.md` says at what cost.
 *
 * @example
 * const lstm = new nn.PeepholeLSTM(3, 5, { batchFirst: true });
 * const [output, [hN, cN]] = lstm.forward(randn([2, 7, 3]), null, { lengths: [7, 4] });
 * output.shape; // [2, 7, 5]
 */
export class PeepholeLSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: CellLayerOptions = {}) {
    super((width) => new PeepholeLSTMCell(width, hiddenSize, options), { ...options, inputSize });
  }
}
