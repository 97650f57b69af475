/**
 * @file encoder → attention → decoder: scores for the next word of a translation.
 */

import { nn, type Tensor } from "unrolled";
import type { TranslationConfig } from "./config.ts";
import type { TranslationBatch } from "./data.ts";
import { PAD, type TranslationTokenizers } from "./tokens.ts";

/** A bidirectional encoder, a decoder that looks back at it, and the vocabularies of both. */
export class TranslationModel extends nn.Module {
  readonly config: TranslationConfig;
  readonly tokenizers: TranslationTokenizers;
  readonly seq2seq: nn.Seq2Seq<nn.Seq2SeqEncoder>;
  /**
   * Tokens that 99 of 100 sources of its training have at most; more are several sentences, if they
   * can be.
   */
  usualLongest: number;

  constructor(config: TranslationConfig, tokenizers: TranslationTokenizers) {
    super();
    this.config = config;
    this.tokenizers = tokenizers;
    this.usualLongest = config.maxLength;
    const { cell, numLayers, embeddingDim, hiddenSize, dropout, attention } = config;
    const common = { cell, numLayers, dropout, paddingIdx: PAD };
    const { source, target } = tokenizers;
    const encoder = new nn.Seq2SeqEncoder(
      source.vocabSize,
      embeddingDim,
      // "dot" compares the decoder's state with the encoder's output as they are.
      attention === "dot" ? Math.ceil(hiddenSize / 2) : hiddenSize,
      { ...common, bidirectional: true },
    );
    const decoder = new nn.Seq2SeqDecoder(
      target.vocabSize,
      embeddingDim,
      attention === "dot" ? encoder.outputSize : hiddenSize,
      {
        ...common,
        attention: attention === "none" ? null : attention,
        memorySize: encoder.outputSize,
        inputFeeding: config.inputFeeding,
        tieHead: config.tied,
      },
    );
    this.seq2seq = new nn.Seq2Seq(encoder, decoder);
  }

  /**
   * The mean cross-entropy of a batch's target tokens.
   *
   * @param teacherForcing how often the decoder reads the true token. Default: always
   * @param labelSmoothing default: none
   */
  loss(batch: TranslationBatch, teacherForcing = 1, labelSmoothing = 0): Tensor {
    const { source, lengths, inputs, places, expected } = batch;
    const { features } = this.seq2seq.features(source, inputs, { lengths, places, teacherForcing });
    const { weight, bias } = this.seq2seq.decoder.head;
    return nn.linearCrossEntropy(features, weight, expected, { linearBias: bias, labelSmoothing });
  }
}
