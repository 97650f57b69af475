/**
 * @file Long short-term memory: a cell that keeps, and three gates that decide what.
 *
 *   i = σ(W_ii·x + b_ii + W_hi·h + b_hi)      how much to write
 *   f = σ(W_if·x + b_if + W_hf·h + b_hf)      how much to keep
 *   g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)   what to write
 *   o = σ(W_io·x + b_io + W_ho·h + b_ho)      how much to show
 *
 *   c′ = f ⊙ c + i ⊙ g
 *   h′ = o ⊙ tanh(c′)                         or W_hr·(o ⊙ tanh(c′)) with a projection
 */

import type { Tensor } from "../../tensor/tensor.ts";
import { isPacked, throughPacked, type PackedSequence } from "./packed-sequence.ts";
import { RecurrentLayer, type RecurrentLayerOptions } from "./recurrent-layer.ts";
import type { RecurrentForwardOptions } from "./stacked-layer.ts";

export interface LSTMOptions extends RecurrentLayerOptions {
  /** Features that h is projected to (LSTMP); 0 means no projection. Default: 0. */
  projSize?: number;
}

/** What an LSTM carries: both [numLayers·numDirections, batch, …]. */
export type LSTMStates = [h: Tensor, c: Tensor];

/**
 * Long short-term memory over whole sequences; the equations are at the top of this file.
 *
 * Parameters, for layer k: `weight_ih_l{k}` [4·hiddenSize, inputSize], `weight_hh_l{k}`
 * [4·hiddenSize, hiddenSize or projSize], `bias_ih_l{k}` and `bias_hh_l{k}` [4·hiddenSize], rows in
 * the order i, f, g, o, and with a projection `weight_hr_l{k}` [projSize, hiddenSize]; the reverse
 * direction's end in `_reverse`. All start uniform in ±1/√hiddenSize.
 *
 * Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000 (forget gate); Sak et al. 2014,
 * https://arxiv.org/abs/1402.1128 (projection);
 * https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 *
 * @example
 * const lstm = new nn.LSTM(3, 5, { numLayers: 2, batchFirst: true });
 * const [output, [hN, cN]] = lstm.forward(randn([2, 7, 3]));
 * output.shape; // [2, 7, 5]
 * cN.shape; // [2, 2, 5]
 */
export class LSTM extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super("lstm", inputSize, hiddenSize, options);
  }

  /**
   * - `input`  [seq, batch, inputSize], or [batch, seq, inputSize] if `batchFirst`; or [seq, inputSize]
   * - `h0`     [numLayers·numDirections, batch, projSize || hiddenSize]; zeros if left out
   * - `c0`     [numLayers·numDirections, batch, hiddenSize]; zeros if left out
   *
   * @returns `output` [seq, batch, numDirections·(projSize || hiddenSize)] (or batch first), the top
   *   layer's h at every step, and `hN`, `cN`, shaped like `h0`, `c0`: after each layer's last step
   */
  forward(
    input: Tensor,
    states?: LSTMStates | null,
    options: RecurrentForwardOptions = {},
  ): [output: Tensor, states: LSTMStates] {
    // As PyTorch does; for the types it is forwardPacked. With a second signature TypeScript could not
    // infer a state that a loop carries: const [output, next] = layer.forward(x, state); state = next.
    if (isPacked(input)) return this.forwardPacked(input, states) as never;
    const { output, states: after } = this.run(input, states ?? [null, null], options);
    return [output, after as LSTMStates];
  }

  /** {@link forward} for a batch in PyTorch's packed form; the output is packed in the same way. */
  forwardPacked(
    input: PackedSequence,
    states?: LSTMStates | null,
  ): [output: PackedSequence, states: LSTMStates] {
    return throughPacked(input, this.batchFirst, (padded, lengths) =>
      this.forward(padded, states, { lengths }),
    );
  }
}
