/**
 * @file The gated recurrent unit: two gates decide what to read of the past and what to keep of it.
 *
 *   r = σ(W_ir·x + b_ir + W_hr·h + b_hr)           how much of the past the new content sees
 *   z = σ(W_iz·x + b_iz + W_hz·h + b_hz)           how much of the past stays
 *   n = tanh(W_in·x + b_in + r ⊙ (W_hn·h + b_hn))  the new content
 *   h′ = (1 − z) ⊙ n + z ⊙ h
 */

import type { Tensor } from "../../tensor/tensor.ts";
import { isPacked, throughPacked, type PackedSequence } from "./packed-sequence.ts";
import { RecurrentLayer, type RecurrentLayerOptions } from "./recurrent-layer.ts";
import type { RecurrentForwardOptions } from "./stacked-layer.ts";

export interface GRUOptions extends RecurrentLayerOptions {
  /**
   * Where the reset gate stands. `true`: after the product, r ⊙ (W_hn·h + b_hn), as in PyTorch and
   * cuDNN. `false`: before it, W_hn·(r ⊙ h) + b_hn, as in Cho et al. 2014. Default: `true`.
   */
  resetAfter?: boolean;
}

/**
 * Gated recurrent units over whole sequences; the equations are at the top of this file.
 *
 * Parameters, for layer k: `weight_ih_l{k}` [3·hiddenSize, inputSize], `weight_hh_l{k}`
 * [3·hiddenSize, hiddenSize], `bias_ih_l{k}` and `bias_hh_l{k}` [3·hiddenSize], rows in the order
 * r, z, n; the reverse direction's end in `_reverse`. All start uniform in ±1/√hiddenSize.
 *
 * Papers differ in z: here, as in PyTorch, z = 1 keeps the old state.
 *
 * Source: Cho et al. 2014, https://arxiv.org/abs/1406.1078;
 * https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 *
 * @example
 * const gru = new nn.GRU(3, 5, { numLayers: 2, bidirectional: true });
 * const [output, hN] = gru.forward(randn([7, 2, 3]));
 * output.shape; // [7, 2, 10]
 * hN.shape; // [4, 2, 5]
 */
export class GRU extends RecurrentLayer {
  protected override readonly resetAfter: boolean;

  constructor(inputSize: number, hiddenSize: number, options: GRUOptions = {}) {
    super("gru", inputSize, hiddenSize, options);
    this.resetAfter = options.resetAfter ?? true;
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
