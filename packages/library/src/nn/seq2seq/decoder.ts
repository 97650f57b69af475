/**
 * @file The decoder: a language model that begins in an encoder's state and, with attention, looks
 * back at every position of the source.
 *
 *   h_t = recurrent([E·y_{t−1} ; h̃_{t−1}], h_{t−1})      h̃_{t−1} only with input feeding
 *   c_t = attention(h_t, encoder's output)
 *   h̃_t = tanh(W_c·[c_t ; h_t])                          without attention, h̃_t = h_t
 *   logits_t = W_s·h̃_t + b_s
 *
 * Where every input is known beforehand (teacher forcing, no input feeding), each line is done for
 * all steps at once: the recurrent layer is one fused node, and the rest are single products.
 */

import {
  ArgumentError,
  checkProbability,
  formatShape,
  internalError,
  ShapeError,
} from "../../core/errors.ts";
import { noGrad } from "../../autograd/tape.ts";
import { toIndices, zeros } from "../../tensor/creation.ts";
import { cat } from "../../tensor/ops/indexing.ts";
import { defaultGenerator, type RandomGenerator } from "../../tensor/random.ts";
import { Tensor } from "../../tensor/tensor.ts";
import {
  Attention,
  selectMemory,
  type AttentionMemory,
  type AttentionScore,
} from "../attention.ts";
import { Dropout } from "../dropout.ts";
import { Embedding } from "../embedding.ts";
import { Linear } from "../linear.ts";
import { Module } from "../module.ts";
import type { RecurrentForwardOptions } from "../recurrent/stacked-layer.ts";
import {
  createRecurrent,
  runRecurrent,
  type RecurrentCellName,
  type RecurrentLayerOf,
  type RecurrentStates,
} from "./recurrent-states.ts";

export interface Seq2SeqDecoderOptions {
  /** Default: `"lstm"`. */
  cell?: RecurrentCellName;
  /** Recurrent layers stacked on one another. Default: 1. */
  numLayers?: number;
  /** How to look back at the source; `null` leaves only the state. Default: `null`. */
  attention?: AttentionScore | null;
  /** Features of what is attended to: the encoder's `outputSize`. Default: `hiddenSize`. */
  memorySize?: number;
  /** Give h̃ to the next step as an input, beside the token. Needs attention. Default: `false`. */
  inputFeeding?: boolean;
  /**
   * Read and predict tokens by the same vectors: `head.weight` is `embedding.weight`, h̃ has
   * embeddingDim features, and both start small, ±1/√embeddingDim. Default: `false`.
   */
  tieHead?: boolean;
  /** Probability of zeroing: after the embedding, between layers, and of h̃. Default: 0. */
  dropout?: number;
  /** The id that only fills up short targets: see {@link Embedding}. Default: none. */
  paddingIdx?: number;
  /** Where initial weights and dropout come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/** What a decoder carries from one token to the next. */
export interface Seq2SeqState {
  /** h, and c for the LSTM: each [numLayers, batch, hiddenSize]. */
  readonly hidden: RecurrentStates;
  /** h̃ of the step before [batch, 1, hiddenSize], with input feeding; else null. */
  readonly fed: Tensor | null;
  /** What is attended to; null without attention. */
  readonly memory: AttentionMemory | null;
  /** For each row, which source it decodes: what {@link Seq2SeqDecoder.select} compares. */
  readonly sources: Int32Array;
}

export interface TeacherForcingOptions {
  /**
   * Probability, token by token, that the next input is the true token; otherwise it is the one
   * that the model finds most likely. Default: 1, always the true one.
   */
  teacherForcing?: number;
  /** Decides which inputs are true. Default: the library's own generator. */
  generator?: RandomGenerator;
  /**
   * Scores for these of the batch · tgt places alone, row by row: [places, vocabSize]. Where targets
   * differ in length, this saves what the head would do past their ends. Default: all.
   */
  places?: Int32Array;
}

export interface Seq2SeqOutput extends Omit<Seq2SeqFeatures, "features"> {
  /** Scores for the token that follows each input, before the softmax: [batch, tgt, vocabSize]. */
  logits: Tensor;
}

export interface Seq2SeqFeatures {
  /** h̃, which the head turns into scores: [batch, tgt, outputSize]. */
  features: Tensor;
  /** Where each step looked: [batch, tgt, src]. null without attention. */
  weights: Tensor | null;
  /** After the last step. */
  state: Seq2SeqState;
}

/**
 * Embedding → recurrent layers → attention → head: the equations are at the top of this file.
 *
 * - inputs  [batch, tgt], ids: a start token, then the target without its last token
 * - logits  [batch, tgt, vocabSize]; those at step t are for the token after input t
 * - weights [batch, tgt, src], or null
 *
 * The order is Luong's, in which attention comes after the recurrent step, for all scores, the
 * additive one included.
 *
 * Parameters: `embedding.weight`, `recurrent.*` as in PyTorch, `attention.*`, `combine.weight`
 * [hiddenSize, memorySize + hiddenSize] (with attention; no bias, as in the paper), `head.weight`
 * [vocabSize, hiddenSize] and `head.bias`.
 *
 * Source: Luong et al. 2015, https://arxiv.org/abs/1508.04025, sections 3.1 and 3.3; scheduled
 * sampling (`teacherForcing` below 1): Bengio et al. 2015, https://arxiv.org/abs/1506.03099
 *
 * @throws ArgumentError if `inputFeeding` is asked for without attention
 *
 * @example
 * const decoder = new nn.Seq2SeqDecoder(20, 8, 16, { cell: "gru", attention: "dot" });
 * const state = decoder.start([zeros([1, 2, 16])], randn([2, 5, 16]), { lengths: [5, 3] });
 * const { logits, weights } = decoder.forward(tensor([[1, 7, 8], [1, 9, 0]]), state);
 * logits.shape; // [2, 3, 20]
 * weights!.shape; // [2, 3, 5]
 */
export class Seq2SeqDecoder extends Module {
  readonly cell: RecurrentCellName;
  readonly numLayers: number;
  readonly hiddenSize: number;
  /** Features of h̃. */
  readonly outputSize: number;
  readonly inputFeeding: boolean;
  readonly embedding: Embedding;
  readonly dropout: Dropout;
  readonly recurrent: RecurrentLayerOf;
  readonly attention: Attention | null;
  readonly combine: Linear | null;
  readonly head: Linear;

  constructor(
    vocabSize: number,
    embeddingDim: number,
    hiddenSize: number,
    options: Seq2SeqDecoderOptions = {},
  ) {
    super();
    const { cell = "lstm", numLayers = 1, attention = null, memorySize = hiddenSize } = options;
    const { inputFeeding = false, tieHead = false, dropout = 0, paddingIdx, generator } = options;
    if (inputFeeding && attention === null) {
      throw new ArgumentError(
        'Seq2SeqDecoder: inputFeeding gives the next step what attention read, got attention null. Choose a score, such as "general".',
      );
    }
    this.cell = cell;
    this.numLayers = numLayers;
    this.hiddenSize = hiddenSize;
    this.inputFeeding = inputFeeding;
    this.embedding = new Embedding(vocabSize, embeddingDim, { paddingIdx, generator });
    this.dropout = new Dropout(dropout, { generator });
    this.outputSize = tieHead ? embeddingDim : hiddenSize;
    const inputSize = embeddingDim + (inputFeeding ? this.outputSize : 0);
    this.recurrent = createRecurrent("Seq2SeqDecoder", cell, inputSize, hiddenSize, {
      numLayers,
      dropout,
      batchFirst: true,
      generator,
    });
    this.attention = attention
      ? new Attention(hiddenSize, memorySize, { score: attention, generator })
      : null;
    const combined = attention ? memorySize + hiddenSize : hiddenSize;
    this.combine =
      attention || tieHead
        ? new Linear(combined, this.outputSize, { bias: false, generator })
        : null;
    // Standard normal rows, right for reading, would make the first predictions absurdly sure.
    const { weight } = this.embedding;
    if (tieHead) weight.storage.array.set(weight.mul(embeddingDim ** -0.5).storage.array);
    const shared = tieHead ? weight : undefined;
    this.head = new Linear(this.outputSize, vocabSize, { weight: shared, generator });
  }

  /**
   * The state before the first token.
   *
   * - `hidden` h, and c for the LSTM, each [numLayers, batch, hiddenSize]
   * - `memory` [batch, src, memorySize]: what is attended to; with the true `lengths` of its rows
   */
  start(
    hidden: RecurrentStates,
    memory?: Tensor | null,
    { lengths }: RecurrentForwardOptions = {},
  ): Seq2SeqState {
    if (this.attention && !memory) {
      throw new ArgumentError(
        "Seq2SeqDecoder.start: expected the encoder's output, which attention reads, got none.",
      );
    }
    const batch = hidden[0].shape[1];
    return {
      hidden,
      fed: this.inputFeeding ? zeros([batch, 1, this.outputSize]) : null,
      memory: this.attention && memory ? this.attention.prepare(memory, { lengths }) : null,
      sources: Int32Array.from({ length: batch }, (_, row) => row),
    };
  }

  /**
   * All steps: for training, where the target is known.
   *
   * @throws ArgumentError if teacherForcing is not between 0 and 1
   */
  forward(inputs: Tensor, state: Seq2SeqState, options: TeacherForcingOptions = {}): Seq2SeqOutput {
    const { features, ...rest } = this.features(inputs, state, options);
    return { logits: this.head.forward(features), ...rest };
  }

  /** {@link forward} without the head, for `linearCrossEntropy`, which does its work as well. */
  features(
    inputs: Tensor,
    state: Seq2SeqState,
    options: TeacherForcingOptions = {},
  ): Seq2SeqFeatures {
    const { teacherForcing = 1, generator = defaultGenerator, places } = options;
    checkProbability("Seq2SeqDecoder.forward", "teacherForcing", teacherForcing);
    if (inputs.rank !== 2 || inputs.shape[1] === 0) {
      throw new ShapeError(
        `Seq2SeqDecoder.forward: expected ids [batch, tgt] of at least one step, got ${formatShape(inputs.shape)}.`,
      );
    }
    if (teacherForcing < 1) {
      return this.#decoded(this.#freely(inputs, state, teacherForcing, generator), places);
    }

    const x = this.#embed(inputs); // [batch, tgt, embeddingDim]
    const steps: Advanced[] = [];
    for (const part of this.inputFeeding ? x.chunk(x.shape[1], 1) : [x]) {
      steps.push(this.#advance(part, steps.at(-1)?.state ?? state));
    }
    return this.#decoded(steps, places);
  }

  /** One step, for decoding: tokens [batch] → logits [batch, vocabSize], weights [batch, src]. */
  step(tokens: Tensor, state: Seq2SeqState): Seq2SeqOutput {
    if (tokens.rank !== 1) {
      throw new ShapeError(
        `Seq2SeqDecoder.step: expected one id for each sequence, [batch], got ${formatShape(tokens.shape)}.`,
      );
    }
    const { h, weights, state: next } = this.#advance(this.#embed(tokens.unsqueeze(1)), state);
    return {
      logits: this.head.forward(h).squeeze(1),
      weights: weights && weights.squeeze(1),
      state: next,
    };
  }

  /** The state of some of the rows, in the order of `rows`; a row may be taken more than once. */
  select(state: Seq2SeqState, rows: Int32Array): Seq2SeqState {
    const index = new Tensor(rows, [rows.length]);
    const sources = rows.map((row) => state.sources[row]);
    // A beam search reorders the hypotheses of a source at every step, but seldom the sources.
    const isSame =
      sources.length === state.sources.length && sources.every((id, i) => id === state.sources[i]);
    return {
      hidden: state.hidden.map((h) => h.indexSelect(1, index)),
      fed: state.fed && state.fed.indexSelect(0, index),
      memory: state.memory && (isSame ? state.memory : selectMemory(state.memory, index)),
      sources,
    };
  }

  #embed(tokens: Tensor): Tensor {
    return this.dropout.forward(this.embedding.forward(tokens));
  }

  /** x [batch, steps, embeddingDim]; with input feeding, one step. */
  #advance(x: Tensor, { hidden, fed, memory, sources }: Seq2SeqState): Advanced {
    const [output, next] = runRecurrent(this.recurrent, fed ? cat([x, fed], -1) : x, hidden);
    const [h, weights] = this.#attend(output, memory); // [batch, steps, hiddenSize]
    return { h, weights, state: { hidden: next, fed: fed && h, memory, sources } };
  }

  #attend(output: Tensor, memory: AttentionMemory | null): [h: Tensor, weights: Tensor | null] {
    if (!this.attention) {
      const h = this.combine ? this.combine.forward(output).tanh() : output;
      return [this.dropout.forward(h), null];
    }
    if (!memory || !this.combine) throw internalError("a decoder with attention has no memory");
    const [context, weights] = this.attention.forward(output, memory);
    const h = this.combine.forward(cat([context, output], -1)).tanh();
    return [this.dropout.forward(h), weights];
  }

  /** Step by step, each next input by chance the true one or the model's own. */
  #freely(
    inputs: Tensor,
    start: Seq2SeqState,
    teacherForcing: number,
    generator: RandomGenerator,
  ): Advanced[] {
    const [batch, tgt] = inputs.shape;
    const ids = toIndices("Seq2SeqDecoder.forward", inputs);
    const steps: Advanced[] = [];
    let tokens = Int32Array.from({ length: batch }, (_, row) => ids[row * tgt]);
    let state = start;
    for (let t = 0; t < tgt; t++) {
      const done = this.#advance(this.#embed(new Tensor(tokens, [batch, 1])), state);
      steps.push(done);
      state = done.state;
      if (t + 1 === tgt) break;
      const guesses = noGrad(() => this.head.forward(done.h).argmax(-1).storage.array);
      tokens = Int32Array.from({ length: batch }, (_, row) =>
        generator.random() < teacherForcing ? ids[row * tgt + t + 1] : guesses[row],
      );
    }
    return steps;
  }

  #decoded(steps: readonly Advanced[], places?: Int32Array): Seq2SeqFeatures {
    const along = (parts: readonly Tensor[]) => (parts.length === 1 ? parts[0] : cat(parts, 1));
    const h = along(steps.map((step) => step.h)); // [batch, tgt, outputSize]
    const rows = places && new Tensor(places, [places.length]);
    return {
      features: rows ? h.flatten(0, 1).indexSelect(0, rows) : h,
      weights: this.attention && along(steps.map(({ weights }) => weights!)),
      state: steps[steps.length - 1].state,
    };
  }
}

/** One or more steps, before the head. */
interface Advanced {
  h: Tensor;
  weights: Tensor | null;
  state: Seq2SeqState;
}
