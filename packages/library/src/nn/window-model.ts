/**
 * @file A network without memory: it sees the last windowSize tokens and nothing before them.
 *
 *   e_t = embedding[id_t]
 *   h_t = tanh(W₁·[e_{t−k+1}; …; e_t] + b₁)      k = windowSize; e is 0 before the beginning
 *   logits_t = W₂·h_t + b₂
 *
 * The same linear map over every window of k steps is a causal convolution, and so it is computed.
 */

import { checkSize, formatShape, ShapeError } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Conv1d } from "./conv1d.ts";
import { Embedding } from "./embedding.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";

export interface WindowModelOptions {
  /** Tokens that it sees: the current one and windowSize − 1 before it. */
  windowSize: number;
  /** The id that only fills up short sequences: its vector stays zero. Default: none. */
  paddingIdx?: number;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * The feedforward language model: what a recurrent network has to beat. An n-gram model with
 * n = windowSize + 1, but one whose words are vectors.
 *
 * - ids [batch, seq]
 * - logits [batch, seq, outputSize], at every step from the last windowSize tokens alone
 *
 * Padding behind a sequence's end never matters: no window looks ahead.
 *
 * Source: Bengio et al. 2003, "A neural probabilistic language model" (without the direct
 * connections)
 *
 * @example
 * const model = new nn.WindowModel(1000, 16, 32, 1000, { windowSize: 4 });
 * model.forward(tensor([[5, 6, 7, 8, 9]])).shape; // [1, 5, 1000]
 * model.hidden.weight.shape; // [32, 16, 4]
 */
export class WindowModel extends Module {
  readonly windowSize: number;
  readonly embedding: Embedding; // [numEmbeddings, embeddingDim]
  readonly hidden: Conv1d; //       [hiddenSize, embeddingDim, windowSize]
  readonly head: Linear; //         [outputSize, hiddenSize]

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    hiddenSize: number,
    outputSize: number,
    { windowSize, paddingIdx, generator }: WindowModelOptions,
  ) {
    super();
    checkSize("WindowModel", "windowSize", windowSize);
    this.windowSize = windowSize;
    this.embedding = new Embedding(numEmbeddings, embeddingDim, { paddingIdx, generator });
    this.hidden = new Conv1d(embeddingDim, hiddenSize, windowSize, {
      padding: "causal",
      generator,
    });
    this.head = new Linear(hiddenSize, outputSize, { generator });
  }

  /** ids [batch, seq] → logits [batch, seq, outputSize] */
  forward(ids: Tensor): Tensor {
    if (ids.rank !== 2) {
      throw new ShapeError(
        `WindowModel.forward: expected ids [batch, seq], got ${formatShape(ids.shape)}. Is it one sequence? Then ids.unsqueeze(0).`,
      );
    }
    const x = this.embedding.forward(ids); //            [batch, seq, embeddingDim]
    const h = this.hidden.forward(x.transpose()); //     [batch, hiddenSize, seq]
    return this.head.forward(h.tanh().transpose()); //   [batch, seq, outputSize]
  }
}
