import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import { BatchNorm1d, type BatchNorm1dOptions } from "../../src/nn/batch-norm.ts";
import { Dropout, dropout } from "../../src/nn/dropout.ts";
import { Embedding, type EmbeddingOptions } from "../../src/nn/embedding.ts";
import { LayerNorm, type LayerNormOptions } from "../../src/nn/layer-norm.ts";
import { Linear, type LinearOptions } from "../../src/nn/linear.ts";
import { Module, type Layer } from "../../src/nn/module.ts";
import { Sequential } from "../../src/nn/sequential.ts";
import {
  ones,
  randn,
  RandomGenerator,
  tensor,
  zeros,
  type Tensor,
} from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import { checkLayer } from "./check-layer.ts";
import { expectClose, fixtureNames, loadFixture, PARITY } from "./load-fixture.ts";

const defaultEngine = engineName();

describe.each(ENGINES)("layers give PyTorch's numbers on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(fixtureNames("linear"))("%s: output and gradients", (name) => {
    const fixture = loadFixture<{ inFeatures: number; outFeatures: number } & LinearOptions>(name);
    const { inFeatures, outFeatures, ...options } = fixture.options;
    checkLayer(new Linear(inFeatures, outFeatures, options), fixture);
  });

  test.each(fixtureNames("embedding"))("%s: output and gradients", (name) => {
    const fixture = loadFixture<{ numEmbeddings: number; embeddingDim: number } & EmbeddingOptions>(
      name,
    );
    const { numEmbeddings, embeddingDim, ...options } = fixture.options;
    checkLayer(new Embedding(numEmbeddings, embeddingDim, options), fixture);
  });

  test.each(fixtureNames("layer-norm"))("%s: output and gradients", (name) => {
    const fixture = loadFixture<{ normalizedShape: number[] } & LayerNormOptions>(name);
    const { normalizedShape, ...options } = fixture.options;
    checkLayer(new LayerNorm(normalizedShape, options), fixture);
  });

  test.each(fixtureNames("batch-norm"))("%s: output, gradients and buffers", (name) => {
    const fixture = loadFixture<{ numFeatures: number; training: boolean } & BatchNorm1dOptions>(
      name,
    );
    const { numFeatures, training, ...options } = fixture.options;
    const norm = new BatchNorm1d(numFeatures, options);
    norm.train(training);
    checkLayer(norm, fixture);
    for (const key of fixture.keys("after.")) {
      const buffer = norm.stateDict()[key.slice("after.".length)];
      expectClose(buffer.data, fixture.get(key).data, PARITY, `${name} ${key}`);
    }
  });
});

describe("Linear", () => {
  test("starts uniform in ±1/√inFeatures", () => {
    const { weight, bias } = new Linear(16, 50, { generator: new RandomGenerator(3) });
    for (const array of [weight.data, bias!.data]) {
      const largest = Math.max(...Array.from(array, Math.abs));
      expect(largest).toBeLessThanOrEqual(0.25);
      expect(largest).toBeGreaterThan(0.23);
    }
  });

  test("names inFeatures when the last axis is something else", () => {
    expect(() => new Linear(6, 5).forward(zeros([4, 7]))).toThrow(
      "Linear.forward: expected the last axis to be 6 because inFeatures is 6, got [4, 7].",
    );
    expect(() => new Linear(6, 0)).toThrow(/expected outFeatures to be a whole number/);
  });

  test("a state dict goes into another layer and gives the same numbers", () => {
    const [first, second] = [new Linear(3, 2), new Linear(3, 2)];
    second.loadStateDict(first.stateDict());
    const x = randn([4, 3]);
    expect(second.forward(x).toArray()).toEqual(first.forward(x).toArray());
    expect(Object.keys(first.stateDict())).toEqual(["weight", "bias"]);
    expect(Object.keys(new Linear(3, 2, { bias: false }).stateDict())).toEqual(["weight"]);
  });
});

describe("Embedding", () => {
  test("names an id outside the vocabulary, its position and the vocabulary's size", () => {
    const embedding = new Embedding(10, 3);
    const ids = tensor([
      [1, 2, 3],
      [4, 10, 5],
    ]);
    expect(() => embedding.forward(ids)).toThrow(
      /id 10 at position \[1, 1\] is not in the vocabulary: numEmbeddings is 10/,
    );
    expect(() => embedding.forward(tensor([-1]))).toThrow(/id -1 at position \[0\]/);
    expect(() => embedding.forward(tensor([0.5]))).toThrow(/whole numbers, got 0.5 at position 0/);
  });

  test("int32 ids and float ids with whole numbers give the same rows", () => {
    const embedding = new Embedding(10, 3);
    const asFloat = embedding.forward(tensor([7, 2]));
    const asInt = embedding.forward(tensor([7, 2], { dtype: "int32" }));
    expect(asInt.toArray()).toEqual(asFloat.toArray());
  });

  test("the padding row starts at zero, and −1 is the last row", () => {
    const embedding = new Embedding(4, 2, { paddingIdx: -1 });
    expect(embedding.paddingIdx).toBe(3);
    expect(embedding.forward(tensor([3])).toArray()).toEqual([[0, 0]]);
    expect(() => new Embedding(4, 2, { paddingIdx: 4 })).toThrow(/paddingIdx between -4 and 3/);
  });

  test("no ids give no rows", () => {
    expect(new Embedding(4, 2).forward(zeros([0, 3])).shape).toEqual([0, 3, 2]);
  });

  test("starts standard normal", () => {
    const rows = new Embedding(100, 100, { generator: new RandomGenerator(1) }).weight;
    expect(rows.mean().item()).toBeCloseTo(0, 1);
    expect(rows.mul(rows).mean().item()).toBeCloseTo(1, 1);
  });
});

describe("Dropout", () => {
  test("zeroes a share of p and divides the rest by 1 − p, and the gradient alike", () => {
    const x = ones([10_000], { requiresGrad: true });
    const y = new Dropout(0.2, { generator: new RandomGenerator(5) }).forward(x);
    y.sum().backward();
    const numZero = y.data.filter((value) => value === 0).length;
    expect(numZero / 10_000).toBeCloseTo(0.2, 1);
    expect(new Set(y.data)).toEqual(new Set([0, Math.fround(1.25)]));
    expect(x.grad!.toArray()).toEqual(y.toArray());
  });

  test("gives its input back after eval(), and with p = 0", () => {
    const x = randn([3]);
    expect(new Dropout(0.9).eval().forward(x)).toBe(x);
    expect(new Dropout(0).forward(x)).toBe(x);
  });

  test("with p = 1 all is zero, infinities too", () => {
    expect(dropout(tensor([1, Infinity]), 1, true).toArray()).toEqual([0, 0]);
  });

  test("the same generator state gives the same mask", () => {
    const x = ones([50]);
    const run = () => dropout(x, 0.5, true, new RandomGenerator(9)).toArray();
    expect(run()).toEqual(run());
  });

  test("refuses a p that is no probability, and int32", () => {
    expect(() => new Dropout(1.5)).toThrow(/expected p to be a probability between 0 and 1/);
    expect(() => dropout(tensor([1], { dtype: "int32" }), 0.5, true)).toThrow(/got int32/);
  });
});

describe("Sequential", () => {
  test("runs its layers in order under PyTorch's keys", () => {
    const [first, second] = [new Linear(3, 4), new Linear(4, 2)];
    const model = new Sequential(first, second);
    const x = randn([5, 3]);
    expect(model.forward(x).toArray()).toEqual(second.forward(first.forward(x)).toArray());
    expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  });

  test("train and eval reach the layers inside", () => {
    const inner = new Dropout(0.5);
    new Sequential(new Sequential(inner)).eval();
    expect(inner.training).toBe(false);
  });

  test("says what to do about a layer that gives a tuple", () => {
    class GRU extends Module {
      forward(x: Tensor) {
        return [x, x];
      }
    }
    const model = new Sequential(new Linear(2, 2), new GRU() as unknown as Layer);
    expect(() => model.forward(zeros([1, 2]))).toThrow(
      /layer 1, GRU, to give one tensor, got a tuple.*const \[output\] = /,
    );
    expect(() => new Sequential(3 as unknown as Layer)).toThrow(/expected a Module, got 3/);
  });
});

describe("LayerNorm and BatchNorm1d", () => {
  test("name what they expected of a wrong shape", () => {
    expect(() => new LayerNorm([4, 6]).forward(zeros([2, 6, 4]))).toThrow(
      "LayerNorm.forward: expected the last axes to be [4, 6], which is normalizedShape, got [2, 6, 4].",
    );
    expect(() => new LayerNorm(3).forward(zeros([]))).toThrow(/got \[\]/);
    expect(() => new LayerNorm([])).toThrow(/at least one axis/);
    expect(() => new BatchNorm1d(4).forward(zeros([2, 5, 4]))).toThrow(
      /numFeatures is 4, got \[2, 5, 4\]. Are features and steps swapped/,
    );
  });

  test("BatchNorm1d refuses to train on one value per feature, but evaluates it", () => {
    const norm = new BatchNorm1d(4);
    expect(() => norm.forward(zeros([1, 4]))).toThrow(/more than one value per feature/);
    expect(norm.eval().forward(zeros([1, 4])).shape).toEqual([1, 4]);
  });

  test("BatchNorm1d with momentum null keeps the plain average over batches", () => {
    const norm = new BatchNorm1d(1, { momentum: null });
    norm.forward(tensor([[0], [2]]));
    norm.forward(tensor([[4], [6]]));
    expect(norm.runningMean!.toArray()).toEqual([3]);
    expect(norm.runningVar!.toArray()).toEqual([2]);
    expect(norm.numBatchesTracked!.item()).toBe(2);
  });

  test("BatchNorm1d without running statistics uses the batch's in evaluation too", () => {
    const norm = new BatchNorm1d(1, { trackRunningStats: false, eps: 0 }).eval();
    expect(norm.forward(tensor([[1], [3]])).toArray()).toEqual([[-1], [1]]);
    expect(Object.keys(norm.stateDict())).toEqual(["weight", "bias"]);
  });

  test("BatchNorm1d's buffers travel in the state dict", () => {
    const [first, second] = [new BatchNorm1d(3), new BatchNorm1d(3)];
    first.forward(randn([8, 3]));
    second.loadStateDict(first.stateDict());
    const x = randn([2, 3]);
    expect(second.eval().forward(x).toArray()).toEqual(first.eval().forward(x).toArray());
    expect(Object.keys(first.stateDict())).toEqual([
      "weight",
      "bias",
      "running_mean",
      "running_var",
      "num_batches_tracked",
    ]);
  });
});
