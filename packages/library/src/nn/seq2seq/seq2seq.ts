/**
 * @file Encoder and decoder together: sequences in, sequences of another length out.
 */

import { ArgumentError } from "../../core/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import { Module } from "../module.ts";
import type { RecurrentForwardOptions } from "../recurrent/stacked-layer.ts";
import {
  Seq2SeqDecoder,
  type Seq2SeqFeatures,
  type Seq2SeqOutput,
  type TeacherForcingOptions,
  type Seq2SeqState,
} from "./decoder.ts";
import type { SequenceEncoder } from "./encoder.ts";
import { StateBridge } from "./state-bridge.ts";

export interface Seq2SeqOptions {
  /** Where the bridge's initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * An encoder, a decoder, and where they need one a {@link StateBridge} between them.
 *
 * - source [batch, src], what the encoder takes, with `lengths` for the true length of each
 * - inputs [batch, tgt], ids: a start token, then the target without its last token
 * - logits [batch, tgt, vocabSize], to be compared with the target and its end token
 *
 * With targets [start, …, end, padding …] in one rectangle, `targets.slice(1, 0, -1)` are the inputs
 * and `targets.slice(1, 1)` what they should lead to; padding is left out of the loss by
 * `crossEntropy(logits.flatten(0, 1), expected.flatten(), { ignoreIndex: padding })`.
 *
 * The searches decode with it: `beamSearch(model, model.start(source, { lengths }), …)`. Call
 * `model.eval()` before.
 *
 * Source: Sutskever et al. 2014, https://arxiv.org/abs/1409.3215; Luong et al. 2015,
 * https://arxiv.org/abs/1508.04025
 *
 * @throws ArgumentError if encoder and decoder differ in cell or numLayers, or if the decoder's
 *   memorySize is not the encoder's outputSize
 *
 * @example
 * const encoder = new nn.Seq2SeqEncoder(12, 8, 16, { bidirectional: true });
 * const decoder = new nn.Seq2SeqDecoder(15, 8, 24, {
 *   attention: "general",
 *   memorySize: encoder.outputSize,
 *   inputFeeding: true,
 * });
 * const model = new nn.Seq2Seq(encoder, decoder);
 * const source = tensor([[3, 4, 5, 6], [7, 8, 0, 0]]);
 * const inputs = tensor([[1, 9, 10], [1, 11, 0]]);
 * const { logits } = model.forward(source, inputs, { lengths: [4, 2] });
 * logits.shape; // [2, 3, 15]
 */
export class Seq2Seq<Encoder extends SequenceEncoder = SequenceEncoder> extends Module {
  readonly encoder: Encoder;
  readonly bridge: StateBridge | null;
  readonly decoder: Seq2SeqDecoder;

  constructor(encoder: Encoder, decoder: Seq2SeqDecoder, { generator }: Seq2SeqOptions = {}) {
    super();
    const { cell, numLayers, hiddenSize, attention } = decoder;
    if (encoder.cell !== cell || encoder.numLayers !== numLayers) {
      throw new ArgumentError(
        `Seq2Seq: expected encoder and decoder with the same cell and numLayers, since one begins in the other's states, got ${encoder.cell} × ${encoder.numLayers} and ${cell} × ${numLayers}.`,
      );
    }
    if (attention && attention.keySize !== encoder.outputSize) {
      throw new ArgumentError(
        `Seq2Seq: expected the decoder's memorySize to be ${encoder.outputSize}, the encoder's outputSize, got ${attention.keySize}.`,
      );
    }
    this.encoder = encoder;
    this.bridge =
      encoder.stateSize === hiddenSize
        ? null
        : new StateBridge(encoder.stateSize, hiddenSize, { cell, numLayers, generator });
    this.decoder = decoder;
  }

  /** All steps with a known target: see {@link Seq2SeqDecoder.forward} for the options. */
  forward(
    source: Tensor,
    inputs: Tensor,
    { lengths, ...options }: RecurrentForwardOptions & TeacherForcingOptions = {},
  ): Seq2SeqOutput {
    return this.decoder.forward(inputs, this.start(source, { lengths }), options);
  }

  /** {@link forward} without the head: see {@link Seq2SeqDecoder.features}. */
  features(
    source: Tensor,
    inputs: Tensor,
    { lengths, ...options }: RecurrentForwardOptions & TeacherForcingOptions = {},
  ): Seq2SeqFeatures {
    return this.decoder.features(inputs, this.start(source, { lengths }), options);
  }

  /** Reads the source: the state before the first token. */
  start(source: Tensor, options: RecurrentForwardOptions = {}): Seq2SeqState {
    const [output, states] = this.encoder.forward(source, options);
    return this.decoder.start(this.bridge?.forward(states) ?? states, output, options);
  }

  /** One step of a search: tokens [rows] → log-probabilities [rows, vocabSize]. */
  step(
    state: Seq2SeqState,
    tokens: Tensor,
  ): { logProbs: Tensor; state: Seq2SeqState; attention: Tensor | null } {
    const { logits, weights, state: next } = this.decoder.step(tokens, state);
    return { logProbs: logits.logSoftmax(-1), state: next, attention: weights };
  }

  /** The state of some of the rows: see {@link Seq2SeqDecoder.select}. */
  select(state: Seq2SeqState, rows: Int32Array): Seq2SeqState {
    return this.decoder.select(state, rows);
  }

  override whyNotCausal(): string {
    return "it reads one sequence whole before it writes the other; greedySearch and beamSearch write step by step";
  }
}
