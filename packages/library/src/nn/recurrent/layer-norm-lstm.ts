/**
 * @file An LSTM whose sums and cell are normalized at every step.
 *
 *   ifgo = LN(W_ih·x) + LN(W_hh·h)
 *   c′ = σ(f) ⊙ c + σ(i) ⊙ tanh(g)
 *   h′ = σ(o) ⊙ tanh(LN(c′))
 *
 * Each LN has a weight and a bias of its own, the first two over all 4·hiddenSize sums together;
 * their biases do what the gates' would. This is the form of the paper (its equations 20 to 22): the
 * cell that is carried on is c′ itself. The LayerNormLSTMCell of PyTorch's benchmarks, whose keys
 * are used here, carries LN(c′) instead; TensorFlow's LayerNormBasicLSTMCell normalizes each gate by
 * itself and the sum of both products at once.
 */

import type { Tensor } from "../../tensor/tensor.ts";
import { ones, zeros } from "../../tensor/creation.ts";
import { layerNorm } from "../layer-norm.ts";
import type { Parameter } from "../module.ts";
import { LSTMCell, type CellOptions, type LSTMState } from "./cells.ts";
import { observedCell } from "./observer.ts";
import { Recurrent } from "./recurrent.ts";
import type { StackedLayerOptions } from "./stacked-layer.ts";
import { fromInput, fromState, sigmoidGate, tanhGate } from "./steps.ts";

export interface LayerNormLSTMCellOptions extends Omit<CellOptions, "bias"> {
  /** Added to the variances. Default: 1e-5. */
  eps?: number;
}

/**
 * One step of an LSTM with layer normalization; the equations are at the top of this file. Keys:
 * `weight_ih`, `weight_hh`, and a `weight` and `bias` each for `layernorm_i`, `layernorm_h` (both
 * [4·hiddenSize]) and `layernorm_c` [hiddenSize]. Weights of the norms start at 1, their biases at 0.
 *
 * Source: Ba, Kiros and Hinton 2016, "Layer normalization", https://arxiv.org/abs/1607.06450
 *
 * @example
 * const cell = new nn.LayerNormLSTMCell(3, 4);
 * const [h, c] = cell.forward(randn([2, 3]));
 * h.shape; // [2, 4]
 */
export class LayerNormLSTMCell extends LSTMCell {
  readonly eps: number;
  readonly #fromInput: Norm;
  readonly #fromState: Norm;
  readonly #cell: Norm;

  constructor(
    inputSize: number,
    hiddenSize: number,
    { eps = 1e-5, generator }: LayerNormLSTMCellOptions = {},
  ) {
    super(inputSize, hiddenSize, { bias: false, generator });
    this.eps = eps;
    const createNorm = (name: string, size: number): Norm => ({
      weight: this.register(`${name}.weight`, ones([size])),
      bias: this.register(`${name}.bias`, zeros([size])),
    });
    this.#fromInput = createNorm("layernorm_i", 4 * hiddenSize);
    this.#fromState = createNorm("layernorm_h", 4 * hiddenSize);
    this.#cell = createNorm("layernorm_c", hiddenSize);
  }

  /** x [batch, inputSize] and the state before it (zeros if left out) give the state after it. */
  override forward(x: Tensor, state?: LSTMState | null): LSTMState {
    this.checkInput(x);
    const h = this.stateFor(x, state?.[0]);
    const c = this.stateFor(x, state?.[1]);

    const xSum = this.#normalized(fromInput(this, x), this.#fromInput);
    const hSum = this.#normalized(fromState(this, h), this.#fromState);
    const [iSum, fSum, gSum, oSum] = xSum.add(hSum).chunk(4, -1); // [batch, hiddenSize] each
    const i = sigmoidGate("i", iSum);
    const f = sigmoidGate("f", fSum);
    const g = tanhGate("g", gSum);
    const o = sigmoidGate("o", oSum);

    const cNext = observedCell(f.mul(c).add(i.mul(g)));
    const hNext = o.mul(this.#normalized(cNext, this.#cell).tanh());
    return [hNext, cNext];
  }

  #normalized(sums: Tensor, { weight, bias }: Norm): Tensor {
    return layerNorm(sums, weight.shape, weight, bias, this.eps);
  }
}

interface Norm {
  weight: Parameter;
  bias: Parameter;
}

export interface LayerNormLSTMOptions extends StackedLayerOptions {
  /** Added to the variances. Default: 1e-5. */
  eps?: number;
}

/**
 * {@link LayerNormLSTMCell} over whole sequences: `new nn.Recurrent(…)` of it, with the call, the
 * shapes and the states of {@link LSTM}. Runs through the tape: `docs/cells.md` says at what cost.
 *
 * @example
 * const lstm = new nn.LayerNormLSTM(3, 5, { numLayers: 2 });
 * const [output, [hN, cN]] = lstm.forward(randn([7, 2, 3]));
 * output.shape; // [7, 2, 5]
 * cN.shape; // [2, 2, 5]
 */
export class LayerNormLSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LayerNormLSTMOptions = {}) {
    super((width) => new LayerNormLSTMCell(width, hiddenSize, options), { ...options, inputSize });
  }
}
