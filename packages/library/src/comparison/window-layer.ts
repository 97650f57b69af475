/**
 * @file The layer without memory: at each step it sees the last windowSize inputs and nothing before.
 *
 *   h_t = tanh(W·[x_{t−k+1}; …; x_t] + b)      k = windowSize; x is 0 before the beginning
 *
 * {@link WindowModel} is the language model made of it; this is the layer alone, called as a
 * recurrent one is.
 */

import { checkSize } from "../core/errors.ts";
import { Conv1d } from "../nn/conv1d.ts";
import { Module } from "../nn/module.ts";
import { cat } from "../tensor/ops/indexing.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * A feedforward layer over a window of inputs: what a recurrent one is compared with.
 *
 * - input  [batch, seq, inputSize]
 * - past   [windowSize − 1, batch, inputSize], the inputs before; zeros if left out
 *
 * Its "state" is those inputs as they are, so that text can be read piece by piece.
 *
 * @example
 * const layer = new WindowLayer(3, 5, { windowSize: 4 });
 * const [output, past] = layer.forward(randn([2, 7, 3]));
 * output.shape; // [2, 7, 5]
 * past.shape; // [3, 2, 3]
 */
export class WindowLayer extends Module {
  readonly windowSize: number;
  readonly window: Conv1d; // [hiddenSize, inputSize, windowSize]

  constructor(inputSize: number, hiddenSize: number, { windowSize }: { windowSize: number }) {
    super();
    checkSize("WindowLayer", "windowSize", windowSize, 2);
    this.windowSize = windowSize;
    this.window = new Conv1d(inputSize, hiddenSize, windowSize, { padding: "causal" });
  }

  forward(input: Tensor, past?: Tensor | null): [output: Tensor, past: Tensor] {
    const reach = this.windowSize - 1;
    const x = past ? cat([past.transpose(0, 1), input], 1) : input; // [batch, (past +) seq, inputSize]
    const sums = this.window.forward(x.transpose()); //                 [batch, hiddenSize, …]
    const h = sums.tanh().transpose(); //                               [batch, …, hiddenSize]
    const output = past ? h.slice(1, reach) : h;
    return [output, this.#lastOf(x, reach)];
  }

  /** The last steps of x, with zeros before them where there are fewer. */
  #lastOf(x: Tensor, reach: number): Tensor {
    const steps = x.transpose(0, 1); // [seq, batch, inputSize]
    const seq = steps.shape[0];
    if (seq >= reach) return steps.slice(0, seq - reach);
    const missing = steps.slice(0, 0, 1).mul(0);
    return cat([...new Array<Tensor>(reach - seq).fill(missing), steps]);
  }
}
