/**
 * @file Minimal recurrence: a GRU and an LSTM whose gates see the input alone.
 *
 *   minGRU    z = σ(W_z·x + b_z)                   how much is written
 *             v = W_v·x + b_v                      what is written
 *             h′ = (1 − z) ⊙ h + z ⊙ v
 *
 *   minLSTM   f = σ(W_f·x + b_f), i = σ(W_i·x + b_i)
 *             v = W_v·x + b_v
 *             h′ = f/(f + i) ⊙ h + i/(f + i) ⊙ v
 *
 * All gates of all steps are then one matrix product, and only h′ = a ⊙ h + b is left to do in time.
 * The paper does that with a parallel scan in log space, which a graphics processor with thousands
 * of idle lanes needs. Here a fused kernel goes through the steps in order: a scan would do at least
 * twice the work, and a processor's lanes are filled by batch and features already. So the
 * logarithms, and the need for a positive v, fall away.
 */

import { ArgumentError } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isPacked, throughPacked, type PackedSequence } from "./packed-sequence.ts";
import { RecurrentLayer, type RecurrentLayerOptions } from "./recurrent-layer.ts";
import type { RecurrentForwardOptions } from "./stacked-layer.ts";

/** What a minimal cell writes: see {@link MinimalOptions.content}. */
export type MinimalContent = "linear" | "positive";

export interface MinimalOptions extends Omit<RecurrentLayerOptions, "weightDropout"> {
  /**
   * What is written. `"linear"`: v = a, where a = W_v·x + b_v. `"positive"`: v = a + ½ where a ≥ 0,
   * and σ(a) elsewhere, which the paper's log-space form (its appendix B) needs, and weights trained
   * with that form expect. Default: `"linear"`.
   */
  content?: MinimalContent;
}

abstract class MinimalLayer extends RecurrentLayer {
  readonly content: MinimalContent;

  protected constructor(
    cell: "mingru" | "minlstm",
    inputSize: number,
    hiddenSize: number,
    options: MinimalOptions,
  ) {
    const name = cell === "mingru" ? "MinGRU" : "MinLSTM";
    const { content = "linear" } = options;
    checkContent(name, content);
    super(content === "positive" ? `${cell}_positive` : cell, inputSize, hiddenSize, options);
    this.content = content;
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
    if (isPacked(input)) return this.forwardPacked(input, h0) as never; // as RNN, LSTM and GRU
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

/**
 * The minimal GRU over whole sequences; the equations are at the top of this file.
 *
 * Parameters, for layer k: `weight_ih_l{k}` [2·hiddenSize, inputSize] and `bias_ih_l{k}`
 * [2·hiddenSize], rows in the order z, v; the reverse direction's end in `_reverse`. All start
 * uniform in ±1/√hiddenSize. There is no `weight_hh`: the gates do not see h, so what one layer
 * remembers of the past is a weighted mean of its inputs. Stack several.
 *
 * Step by step, give it one step and the state: the same numbers as all at once. {@link MinGRUCell}
 * is the formula line by line.
 *
 * Source: Feng et al. 2024, "Were RNNs all we needed?", https://arxiv.org/abs/2410.01201, section 3.1
 *
 * @throws ArgumentError if `content` is neither `"linear"` nor `"positive"`
 *
 * @example
 * const layer = new nn.MinGRU(3, 5, { numLayers: 2, batchFirst: true });
 * const [output, hN] = layer.forward(randn([2, 7, 3]), null, { lengths: [7, 4] });
 * output.shape; // [2, 7, 5]
 * hN.shape; // [2, 2, 5]
 */
export class MinGRU extends MinimalLayer {
  constructor(inputSize: number, hiddenSize: number, options: MinimalOptions = {}) {
    super("mingru", inputSize, hiddenSize, options);
  }
}

/**
 * The minimal LSTM over whole sequences; the equations are at the top of this file.
 *
 * Parameters, for layer k: `weight_ih_l{k}` [3·hiddenSize, inputSize] and `bias_ih_l{k}`
 * [3·hiddenSize], rows in the order f, i, v; the rest as for {@link MinGRU}. This is the paper's
 * length-independent form, in which the two shares add up to one. Its state is h alone.
 *
 * Source: Feng et al. 2024, "Were RNNs all we needed?", https://arxiv.org/abs/2410.01201, section 3.2
 *
 * @throws ArgumentError if `content` is neither `"linear"` nor `"positive"`
 *
 * @example
 * const layer = new nn.MinLSTM(3, 5);
 * const x = randn([7, 2, 3]);
 * const [whole] = layer.forward(x);
 * const [first, h] = layer.forward(x.slice(0, 0, 4));
 * const [rest] = layer.forward(x.slice(0, 4), h);
 * cat([first, rest]).sub(whole).abs().max().item() < 1e-6; // true
 */
export class MinLSTM extends MinimalLayer {
  constructor(inputSize: number, hiddenSize: number, options: MinimalOptions = {}) {
    super("minlstm", inputSize, hiddenSize, options);
  }
}

export function checkContent(where: string, content: MinimalContent): void {
  if (content === "linear" || content === "positive") return;
  throw new ArgumentError(
    `${where}: expected content "linear" or "positive", got ${JSON.stringify(content)}.`,
  );
}
