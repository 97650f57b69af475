/**
 * @file The plain recurrent network: one new state from one input and the state before.
 *
 *   h′ = f(W_ih·x + b_ih + W_hh·h + b_hh)      f = tanh, or relu
 */

import { ArgumentError } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isPacked, throughPacked, type PackedSequence } from "./packed-sequence.ts";
import { RecurrentLayer, type RecurrentLayerOptions } from "./recurrent-layer.ts";
import type { RecurrentForwardOptions } from "./stacked-layer.ts";

export interface RNNOptions extends RecurrentLayerOptions {
  /** Default: `"tanh"`. */
  nonlinearity?: "tanh" | "relu";
}

/**
 * A plain (Elman) recurrent network over whole sequences: h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh).
 *
 * Parameters, for layer k: `weight_ih_l{k}` [hiddenSize, inputSize], `weight_hh_l{k}`
 * [hiddenSize, hiddenSize], `bias_ih_l{k}` and `bias_hh_l{k}` [hiddenSize]; the reverse direction's
 * end in `_reverse`. All start uniform in ±1/√hiddenSize.
 *
 * Source: Elman 1990, "Finding structure in time";
 * https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 *
 * @example
 * const rnn = new nn.RNN(3, 5, { batchFirst: true });
 * const [output, hN] = rnn.forward(randn([2, 7, 3]));
 * output.shape; // [2, 7, 5]
 * hN.shape; // [1, 2, 5]
 */
export class RNN extends RecurrentLayer {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const { nonlinearity = "tanh" } = options;
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new ArgumentError(
        `RNN: expected nonlinearity "tanh" or "relu", got ${JSON.stringify(nonlinearity)}.`,
      );
    }
    super(`rnn_${nonlinearity}`, inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }

  /**
   * - `input` [seq, batch, inputSize], or [batch, seq, inputSize] if `batchFirst`; or [seq, inputSize]
   * - `h0`    [numLayers·numDirections, batch, hiddenSize]; zeros if left out
   *
   * @returns `output` [seq, batch, numDirections·hiddenSize] (or batch first), the top layer's h at
   *   every step, and `hN`, shaped like `h0`: every layer's h after its last step
   */
  forward(
    input: Tensor,
    h0?: Tensor | null,
    options: RecurrentForwardOptions = {},
  ): [output: Tensor, hN: Tensor] {
    // As PyTorch does; for the types it is forwardPacked. With a second signature TypeScript could not
    // infer a state that a loop carries: const [output, next] = layer.forward(x, state); state = next.
    if (isPacked(input)) return this.forwardPacked(input, h0) as never;
    const { output, states } = this.run(input, [h0 ?? null], options);
    return [output, states[0]];
  }

  /** {@link forward} for a batch in PyTorch's packed form; the output is packed in the same way. */
  forwardPacked(input: PackedSequence, h0?: Tensor | null): [output: PackedSequence, hN: Tensor] {
    return throughPacked(input, this.batchFirst, (padded, lengths) =>
      this.forward(padded, h0, { lengths }),
    );
  }
}
