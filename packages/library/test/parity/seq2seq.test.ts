import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import {
  Attention,
  Seq2Seq,
  Seq2SeqDecoder,
  Seq2SeqEncoder,
  type AttentionOptions,
  type Module,
  type RecurrentCellName,
  type StateDict,
} from "../../src/nn/index.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import { expectClose, fixtureNames, loadFixture, PARITY, type Fixture } from "./load-fixture.ts";

const defaultEngine = engineName();

interface Seq2SeqFixture {
  sourceVocabSize: number;
  sourceEmbeddingDim: number;
  encoderHiddenSize: number;
  targetVocabSize: number;
  targetEmbeddingDim: number;
  decoderHiddenSize: number;
  cell: RecurrentCellName;
  numLayers: number;
  bidirectional: boolean;
  attention: AttentionOptions["score"] | null;
  inputFeeding: boolean;
  teacherForcing: number;
}

describe.each(ENGINES)("attention and seq2seq give PyTorch's numbers on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(fixtureNames("attention-"))("%s: context, weights and gradients", (name) => {
    const fixture = loadFixture<{ querySize: number; keySize: number } & AttentionOptions>(name);
    const { querySize, keySize, ...options } = fixture.options;
    const attention = new Attention(querySize, keySize, options);
    loadWeights(attention, fixture);
    const [query, keys, values] = ["query", "keys", "values"].map((key) => leaf(fixture, key));
    const lengths = fixture.has("lengths") ? read(fixture, "lengths") : undefined;

    const memory = attention.prepare(keys!, { values: values ?? keys!, lengths });
    const [context, weights] = attention.forward(query!, memory);
    context
      .mul(read(fixture, "gradContext"))
      .sum()
      .add(weights.mul(read(fixture, "gradAttention")).sum())
      .backward();

    expectTensor(context, fixture, "context");
    expectTensor(weights, fixture, "attention");
    for (const [key, input] of Object.entries({ query, keys, values })) {
      if (input) expectTensor(input.grad!, fixture, `grad.${key}`);
    }
    expectGradients(attention, fixture);
  });

  test.each(fixtureNames("seq2seq-"))("%s: logits, weights and every gradient", (name) => {
    const fixture = loadFixture<Seq2SeqFixture>(name);
    const model = modelOf(fixture.options);
    loadWeights(model, fixture);

    const { logits, weights } = model.forward(read(fixture, "source"), read(fixture, "inputs"), {
      lengths: read(fixture, "lengths"),
      teacherForcing: fixture.options.teacherForcing,
    });
    const total = logits.mul(read(fixture, "gradLogits")).sum();
    (weights ? total.add(weights.mul(read(fixture, "gradAttention")).sum()) : total).backward();

    expectTensor(logits, fixture, "logits");
    expect(weights === null).toBe(fixture.options.attention === null);
    if (weights) expectTensor(weights, fixture, "attention");
    expectGradients(model, fixture);
  });
});

function modelOf(options: Seq2SeqFixture): Seq2Seq {
  const { cell, numLayers, bidirectional, attention, inputFeeding } = options;
  const encoder = new Seq2SeqEncoder(
    options.sourceVocabSize,
    options.sourceEmbeddingDim,
    options.encoderHiddenSize,
    { cell, numLayers, bidirectional },
  );
  const decoder = new Seq2SeqDecoder(
    options.targetVocabSize,
    options.targetEmbeddingDim,
    options.decoderHiddenSize,
    { cell, numLayers, attention, inputFeeding, memorySize: encoder.outputSize },
  );
  return new Seq2Seq(encoder, decoder);
}

/** Strictly: every key of PyTorch's model is one of ours, and the reverse. */
function loadWeights(model: Module, fixture: Fixture<unknown>): void {
  const dict: StateDict = {};
  for (const key of fixture.keys("weights.")) {
    dict[key.slice("weights.".length)] = read(fixture, key);
  }
  model.loadStateDict(dict);
}

function expectGradients(model: Module, fixture: Fixture<unknown>): void {
  for (const [key, parameter] of model.namedParameters()) {
    expectTensor(parameter.grad!, fixture, `grad.${key}`);
  }
}

function expectTensor(actual: Tensor, fixture: Fixture<unknown>, key: string): void {
  const { shape, data } = fixture.get(key);
  expect(actual.shape).toEqual(shape);
  expectClose(actual.data, data, PARITY, `${fixture.name} ${key}`);
}

function read(fixture: Fixture<unknown>, key: string): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape });
}

/** An input whose gradient is wanted; null where the fixture has none. */
function leaf(fixture: Fixture<unknown>, key: string): Tensor | null {
  if (!fixture.has(key)) return null;
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape, requiresGrad: true });
}
