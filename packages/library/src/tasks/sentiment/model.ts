/**
 * @file embedding → recurrent layer → pooling → head: logits of the classes.
 */

import {
  cat,
  nn,
  tensor,
  zeros,
  type SequenceLengths,
  type Tensor,
  type Vocabulary,
} from "unrolled";
import type { BagOfNgrams } from "./bag.ts";
import type { SentimentConfig } from "./config.ts";
import { PAD, UNKNOWN } from "./data.ts";
import type { Grades } from "./grades.ts";
import { LetterNgrams, type Spelling } from "./spelling.ts";

const LAYERS = { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM };

/** Standard normal embeddings, as PyTorch begins with, saturate the gates; these learn faster. */
const EMBEDDING_STD = 0.1;
/** Of letters a dozen are averaged, which leaves a word about as much as its own vector has. */
const LETTERS_STD = 0.35;

/** No label is less likely than this, so that its logarithm stays a number. */
const LEAST = 1e-20;

/** How the network's and the bag's scores are put together: found on the validation part. */
export interface Mix {
  /** Factor on the network's logits; below 1 where it is too sure of itself. */
  network: number;
  /** Factor on the bag's logits; 0 without one. */
  bag: number;
  /**
   * What is added to each label's score: above 0 where it is more frequent among the texts that are
   * asked than among those learned from.
   */
  offsets: number[];
}

/** Which of two classes a threshold is about: the one whose name says so, or the last. */
export function positiveOf(labels: readonly string[]): number {
  const named = labels.findIndex((label) => /^(pos|positive|true|yes|1)$/i.test(label));
  return named >= 0 ? named : labels.length - 1;
}

export interface SentimentForwardOptions {
  /** How many tokens each text has [batch]. Default: all. */
  lengths?: SequenceLengths;
  /** The words behind the ids, for a network that knows letters. Default: nothing is known of them. */
  spelling?: Spelling;
}

/** A classifier of texts. */
export class SentimentModel extends nn.Module {
  readonly config: SentimentConfig;
  readonly labels: readonly string[];
  readonly vocabulary: Vocabulary;
  /** What the head scores where it is not the labels. */
  readonly grades: Grades | null;
  readonly embedding: nn.Embedding;
  /** Vectors of letter n-grams, whose mean is added to a word's own; null without. */
  readonly letters: nn.EmbeddingBag | null;
  readonly #ngrams: LetterNgrams;
  readonly embeddingDropout: nn.LockedDropout;
  readonly recurrent: nn.RNN | nn.GRU | nn.LSTM;
  readonly attention: nn.AttentionPooling | null;
  readonly dropout: nn.Dropout;
  readonly head: nn.Linear;
  /** Trained apart from the network, and after it put beside it. */
  bag: BagOfNgrams | null = null;
  mix: Mix;

  constructor(
    config: SentimentConfig,
    labels: readonly string[],
    vocabulary: Vocabulary,
    grades: Grades | null = null,
  ) {
    super();
    const { embeddingDim, hiddenSize, numLayers, bidirectional, pooling, dropout } = config;
    this.config = config;
    this.labels = labels;
    this.vocabulary = vocabulary;
    this.grades = grades;
    this.mix = { network: 1, bag: 0, offsets: labels.map(() => 0) };
    this.embedding = new nn.Embedding(vocabulary.size, embeddingDim, {
      paddingIdx: vocabulary.id(PAD),
    });
    this.embedding.weight.mul_(EMBEDDING_STD);
    const { letterNgrams } = config;
    this.letters = letterNgrams > 0 ? new nn.EmbeddingBag(letterNgrams, embeddingDim) : null;
    this.letters?.weight.mul_(LETTERS_STD);
    this.#ngrams = new LetterNgrams(letterNgrams);
    this.embeddingDropout = new nn.LockedDropout(config.embeddingDropout, { batchFirst: true });
    this.recurrent = new LAYERS[config.cell](embeddingDim, hiddenSize, {
      numLayers,
      bidirectional,
      dropout: numLayers > 1 ? dropout : 0,
      batchFirst: true,
    });
    const features = hiddenSize * (bidirectional ? 2 : 1);
    this.attention =
      pooling === "attention" ? new nn.AttentionPooling(features, { batchFirst: true }) : null;
    this.dropout = new nn.Dropout(dropout);
    const numScores = (grades?.names ?? labels).length;
    this.head = new nn.Linear(features * (pooling === "max+mean" ? 2 : 1), numScores);
  }

  get unknownId(): number {
    return this.vocabulary.id(UNKNOWN);
  }

  get positive(): number {
    return positiveOf(this.labels);
  }

  /** ids [batch, seq] → logits [batch, numClasses] of the network alone */
  forward(ids: Tensor, options: SentimentForwardOptions = {}): Tensor {
    const scores = this.scores(ids, options);
    if (!this.grades) return scores;
    // A label's probability is that of all its grades.
    const members = this.labels.map((_, label) =>
      this.grades!.labels.map((own) => Number(own === label)),
    );
    return scores.softmax(-1).matmul(tensor(members).transpose(0, 1)).add(LEAST).log();
  }

  /** What is trained: of every grade if there are grades, else the logits of the classes. */
  scores(ids: Tensor, { lengths, spelling }: SentimentForwardOptions = {}): Tensor {
    const [features] = this.read(ids, lengths, spelling);
    return this.head.forward(this.dropout.forward(features));
  }

  /**
   * What a text is to the head, [batch, features], and the weights [batch, seq] with which
   * attention looked at its steps; null for other poolings.
   */
  read(
    ids: Tensor,
    lengths?: SequenceLengths,
    spelling?: Spelling,
  ): [features: Tensor, weights: Tensor | null] {
    // Without padding there is nothing to leave out, and the fastest kernels can be used.
    const isEven =
      !lengths ||
      (lengths instanceof Int32Array && lengths.every((length) => length === ids.shape[1]));
    const counting = isEven ? {} : { lengths };
    const x = this.embeddingDropout.forward(this.#vectors(ids, spelling)); // [batch, seq, embeddingDim]
    const [output, states] = this.recurrent.forward(x, undefined, counting);
    if (this.attention) return this.attention.forward(output, counting);
    return [this.#pool(output, states, counting), null];
  }

  /** A word's own vector, and what its letters say. */
  #vectors(ids: Tensor, spelling?: Spelling): Tensor {
    const own = this.embedding.forward(ids);
    if (!this.letters || !spelling) return own;
    return own.add(
      this.lettersOf(spelling.words).indexSelect(0, spelling.places.flatten()).reshape(own.shape),
    );
  }

  /** words → [words, embeddingDim]: what the letters of each say. Only where there are `letters`. */
  lettersOf(words: readonly string[]): Tensor {
    const { ids, offsets } = this.#ngrams.bagsOf(words);
    if (ids.length === 0) return zeros([words.length, this.config.embeddingDim]);
    return this.letters!.forward(tensor(ids), { offsets });
  }

  #pool(
    output: Tensor,
    states: Tensor | Tensor[],
    counting: { lengths?: SequenceLengths },
  ): Tensor {
    const { pooling, bidirectional } = this.config;
    const over = (by: "max" | "mean") =>
      nn.poolOverTime(output, by, { batchFirst: true, ...counting });
    switch (pooling) {
      case "max+mean":
        return cat([over("max"), over("mean")], -1);
      case "max":
      case "mean":
        return over(pooling);
      default: {
        // The last state of the top layer; of the reverse direction, the one at the text's start.
        const hN = Array.isArray(states) ? states[0] : states;
        const last = hN.select(0, -1);
        return bidirectional ? cat([hN.select(0, -2), last], -1) : last;
      }
    }
  }
}
