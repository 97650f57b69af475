import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import {
  Attention,
  Seq2Seq,
  Seq2SeqDecoder,
  Seq2SeqEncoder,
  type AttentionScore,
  type Seq2SeqDecoderOptions,
} from "../../src/nn/index.ts";
import { cat, randn, RandomGenerator, tensor } from "../../src/tensor/index.ts";

const generator = new RandomGenerator(17);
const random = (...shape: number[]) => randn(shape, { generator });

describe("attention: query, keys, values and weights agree with finite differences", () => {
  test.each<[AttentionScore, number]>([
    ["dot", 3],
    ["scaledDot", 3],
    ["general", 4],
    ["additive", 4],
  ])("%s", (score, keySize) => {
    const attention = new Attention(3, keySize, { score, attentionSize: 2, generator });
    const [query, keys, values] = [random(2, 3, 3), random(2, 4, keySize), random(2, 4, 2)];
    const read = () =>
      cat(attention.forward(query, attention.prepare(keys, { values, lengths: [2, 4] })), -1);
    const inputs = [query, keys, values, ...attention.parameters()];
    expect(gradCheck(read, inputs, { tolerance: 1e-6 })).toBe(true);
  });
});

describe("seq2seq: every weight agrees with finite differences", () => {
  const source = tensor([
    [1, 2, 3],
    [4, 0, 2],
  ]);
  const inputs = tensor([
    [1, 3],
    [1, 0],
  ]);

  test.each<Seq2SeqDecoderOptions>([
    { cell: "lstm", attention: "general", inputFeeding: true },
    { cell: "gru", attention: "additive" },
    { cell: "rnn", numLayers: 2, attention: null },
  ])("%o", (options) => {
    const { cell, numLayers } = options;
    const encoder = new Seq2SeqEncoder(5, 2, 2, {
      cell,
      numLayers,
      bidirectional: true,
      generator,
    });
    const decoder = new Seq2SeqDecoder(4, 2, 3, {
      ...options,
      memorySize: encoder.outputSize,
      generator,
    });
    const model = new Seq2Seq(encoder, decoder, { generator });
    const logits = () => model.forward(source, inputs, { lengths: [3, 2] }).logits;
    expect(gradCheck(logits, model.parameters(), { tolerance: 1e-6 })).toBe(true);
  });
});
