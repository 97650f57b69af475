import { expect, test } from "vitest";
import { decodeStateDict, encodeStateDict } from "../../src/io/index.ts";
import { Embedding, Linear, LSTM, Module, type StateDict } from "../../src/nn/index.ts";
import { Adam } from "../../src/optim/index.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { expectClose, loadFixture, PARITY } from "../parity/load-fixture.ts";

class Tied extends Module {
  readonly encoder: Embedding;
  readonly lstm: LSTM;
  readonly decoder: Linear;

  constructor(vocabulary: number, width: number, hidden: number) {
    super();
    this.encoder = new Embedding(vocabulary, width);
    this.lstm = new LSTM(width, hidden, { projSize: width });
    this.decoder = new Linear(width, vocabulary, { weight: this.encoder.weight });
  }

  forward(ids: Tensor): Tensor {
    const [output] = this.lstm.forward(this.encoder.forward(ids));
    return this.decoder.forward(output);
  }
}

const fixture = loadFixture("tied-weights");
const { vocabulary, width, hidden } = fixture.options as Record<string, number>;
const read = (key: string) => {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape });
};
/** What PyTorch's `named_parameters` gives: the shared one once. */
const onceEach = Object.fromEntries(
  fixture.keys("weights.").map((key) => [key.slice("weights.".length), read(key)]),
);
const checkpoint: StateDict = { ...onceEach, "decoder.weight": onceEach["encoder.weight"] };

const without = (...keys: string[]) =>
  Object.fromEntries(Object.entries(checkpoint).filter(([key]) => !keys.includes(key)));

test("a tied head has PyTorch's output and keys, and one gradient, the sum from both ends", () => {
  const model = new Tied(vocabulary, width, hidden);
  model.loadStateDict(checkpoint);
  expect(Array.from(model.namedParameters(), ([key]) => key)).toEqual(
    fixture.options.namedParameters,
  );
  expect(Object.keys(model.stateDict())).toEqual(fixture.options.stateDict);

  const output = model.forward(read("ids"));
  expectClose(output.data, fixture.get("output").data, PARITY);
  output.backward(read("gradOutput"));
  for (const [key, { grad }] of model.namedParameters()) {
    expectClose(grad!.data, fixture.get(`grad.${key}`).data, PARITY, key);
  }
});

test("the two stay one parameter through loading, training and safetensors", () => {
  const model = new Tied(vocabulary, width, hidden);
  model.loadStateDict(decodeStateDict(encodeStateDict(checkpoint), "the test").tensors);
  const optimizer = new Adam(model.parameters(), { lr: 0.1 });
  model.forward(read("ids")).sum().backward();
  optimizer.step();
  expect(model.decoder.weight).toBe(model.encoder.weight);

  const other = new Tied(vocabulary, width, hidden);
  const result = other.loadStateDict(
    decodeStateDict(encodeStateDict(model.stateDict()), "the test").tensors,
  );
  expect(result).toEqual({ missingKeys: [], unexpectedKeys: [] });
  const ids = read("ids");
  expect(other.forward(ids).toArray()).toEqual(model.forward(ids).toArray());
  expect(other.numParameters()).toBe(model.numParameters());
});

test("one of its keys is enough, as in files that keep a shared tensor once", () => {
  for (const dropped of ["encoder.weight", "decoder.weight"]) {
    const model = new Tied(vocabulary, width, hidden);
    model.loadStateDict(without(dropped));
    expect(model.encoder.weight.toArray()).toEqual(checkpoint["encoder.weight"].toArray());
  }
  const neither = without("encoder.weight", "decoder.weight");
  expect(() => new Tied(vocabulary, width, hidden).loadStateDict(neither)).toThrow(
    "missing: encoder.weight, decoder.weight",
  );
});

test("a checkpoint with two different weights for it is refused, and changes nothing", () => {
  const model = new Tied(vocabulary, width, hidden);
  const before = model.encoder.weight.toArray();
  const untied = { ...checkpoint, "decoder.weight": checkpoint["encoder.weight"].mul(2) };
  expect(() => model.loadStateDict(untied)).toThrow(
    "encoder.weight and decoder.weight: one parameter here, but two different ones in the checkpoint",
  );
  expect(model.encoder.weight.toArray()).toEqual(before);
});

test("a shared weight of another shape is refused", () => {
  const embedding = new Embedding(vocabulary, width);
  expect(() => new Linear(width + 1, vocabulary, { weight: embedding.weight })).toThrow(
    "expected the shared weight to be [outFeatures, inFeatures] = [11, 5], got [11, 4]",
  );
});
