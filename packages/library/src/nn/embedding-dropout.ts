/**
 * @file Embedding dropout: whole words go missing from the vocabulary for one pass.
 */

import { ArgumentError, checkProbability } from "../core/errors.ts";
import { ones } from "../tensor/creation.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dropout, DROPS_IN_TRAINING, type DropoutOptions } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { Module } from "./module.ts";

/**
 * An embedding some of whose rows are zero in each pass, with probability `p`: every occurrence of
 * such a word in the batch disappears together. The other rows are divided by 1 − p. Only while
 * training.
 *
 * - ids any shape, result […ids, embeddingDim], as for {@link Embedding}
 *
 * Checkpoint keys are the embedding's behind `embedding.`.
 *
 * Source: Gal and Ghahramani 2016, "A theoretically grounded application of dropout in recurrent
 * neural networks", section 4.2; `embedded_dropout` of Merity et al. 2017 (AWD-LSTM),
 * https://arxiv.org/abs/1708.02182
 *
 * @throws ArgumentError if p is not between 0 and 1
 *
 * @example
 * const words = new nn.EmbeddingDropout(new nn.Embedding(10, 4), 0.1);
 * words.forward(tensor([[1, 2, 1]])).shape; // [1, 3, 4]
 */
export class EmbeddingDropout extends Module {
  readonly embedding: Embedding;
  readonly p: number;
  readonly #generator: RandomGenerator;

  constructor(
    embedding: Embedding,
    p: number,
    { generator = defaultGenerator }: DropoutOptions = {},
  ) {
    super();
    if (!(embedding instanceof Embedding)) {
      throw new ArgumentError(`EmbeddingDropout: expected an Embedding, got ${String(embedding)}.`);
    }
    checkProbability("EmbeddingDropout", "p", p);
    this.embedding = embedding;
    this.p = p;
    this.#generator = generator;
  }

  override whyNotCausal(): string | null {
    return this.training && this.p > 0 ? DROPS_IN_TRAINING : null;
  }

  /** ids […] → […, embeddingDim] */
  forward(ids: Tensor): Tensor {
    const vectors = this.embedding.forward(ids);
    if (!this.training || this.p === 0) return vectors;
    // One draw for every word of the vocabulary, whatever the batch holds.
    const words = dropout(ones([this.embedding.numEmbeddings]), this.p, true, this.#generator);
    return vectors.mul(words.indexSelect(0, ids.flatten()).reshape([...ids.shape, 1]));
  }
}
