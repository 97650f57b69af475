import { describe, expect, test } from "vitest";
import { RandomGenerator, zeros, type Tensor } from "../tensor/index.ts";
import * as init from "./init.ts";

const generator = new RandomGenerator(4);
const SHAPE = [200, 300]; // fanIn 300, fanOut 200

function largest(t: Tensor): number {
  return t.abs().max().item();
}

function std(t: Tensor): number {
  return Math.sqrt(t.mul(t).mean().item() - t.mean().item() ** 2);
}

describe("the spread is the formula's", () => {
  test("uniform_ and normal_", () => {
    expect(largest(init.uniform_(zeros(SHAPE), -2, 2, generator))).toBeCloseTo(2, 2);
    const normal = init.normal_(zeros(SHAPE), 3, 0.5, generator);
    expect(normal.mean().item()).toBeCloseTo(3, 2);
    expect(std(normal)).toBeCloseTo(0.5, 2);
  });

  test("xavierUniform_: ±gain · √(6 / (fanIn + fanOut))", () => {
    const bound = 2 * Math.sqrt(6 / 500);
    expect(largest(init.xavierUniform_(zeros(SHAPE), 2, generator))).toBeCloseTo(bound, 3);
  });

  test("xavierNormal_: gain · √(2 / (fanIn + fanOut))", () => {
    expect(std(init.xavierNormal_(zeros(SHAPE), 1, generator))).toBeCloseTo(Math.sqrt(2 / 500), 3);
  });

  test.each([
    ["fanIn", 300],
    ["fanOut", 200],
  ] as const)("kaimingUniform_ and kaimingNormal_ by %s", (mode, fan) => {
    const options = { mode, nonlinearity: "relu", generator } as const;
    const uniform = init.kaimingUniform_(zeros(SHAPE), options);
    expect(largest(uniform)).toBeCloseTo(Math.sqrt(6 / fan), 3);
    expect(std(init.kaimingNormal_(zeros(SHAPE), options))).toBeCloseTo(Math.sqrt(2 / fan), 3);
  });

  test("kaimingUniform_ with a = √5 is PyTorch's default for a linear layer: ±1/√fanIn", () => {
    const weight = init.kaimingUniform_(zeros(SHAPE), { a: Math.sqrt(5), generator });
    expect(largest(weight)).toBeCloseTo(1 / Math.sqrt(300), 4);
  });

  test("axes after the second multiply both fans", () => {
    const weight = init.xavierUniform_(zeros([20, 30, 10]), 1, generator);
    expect(largest(weight)).toBeCloseTo(Math.sqrt(6 / 500), 3);
  });
});

test("calculateGain gives PyTorch's gains", () => {
  expect(init.calculateGain("linear")).toBe(1);
  expect(init.calculateGain("sigmoid")).toBe(1);
  expect(init.calculateGain("tanh")).toBe(5 / 3);
  expect(init.calculateGain("relu")).toBe(Math.SQRT2);
  expect(init.calculateGain("leakyRelu", 0.2)).toBe(Math.sqrt(2 / 1.04));
});

describe("truncNormal_", () => {
  /** Of N(mean, std²) on [low, high], by summing the density over a fine grid. */
  function momentsOf(mean: number, sd: number, low: number, high: number) {
    const xs = Array.from({ length: 20_001 }, (_, i) => low + ((high - low) * i) / 20_000);
    const weights = xs.map((x) => Math.exp(-0.5 * ((x - mean) / sd) ** 2));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const expectation = (f: (x: number) => number) =>
      xs.reduce((sum, x, i) => sum + weights[i] * f(x), 0) / total;
    const m = expectation((x) => x);
    return { mean: m, std: Math.sqrt(expectation((x) => (x - m) ** 2)) };
  }

  test.each([
    ["the default", 0, 1, -2, 2],
    ["a wide interval", 1, 0.5, -3, 9],
    ["one-sided", 0, 1, 0, 30],
    ["a narrow interval off the centre", 0, 1, 0.5, 1],
    ["a far tail", 0, 1, 4, 50],
    ["a tail below", 3, 0.5, -8, 1],
  ])("%s: within the bounds, with the distribution's mean and spread", (_, mean, sd, low, high) => {
    const w = init.truncNormal_(zeros(SHAPE), { mean, std: sd, low, high, generator });
    const expected = momentsOf(mean, sd, low, Math.min(high, low + 20));
    expect(w.min().item()).toBeGreaterThanOrEqual(Math.fround(low));
    expect(w.max().item()).toBeLessThanOrEqual(Math.fround(high));
    // 60,000 draws: five standard errors
    expect(Math.abs(w.mean().item() - expected.mean)).toBeLessThan(0.02 * expected.std);
    expect(Math.abs(std(w) / expected.std - 1)).toBeLessThan(0.03);
  });
});

test("sparse_ leaves the same number of rows in every column, elsewhere", () => {
  const w = init.sparse_(zeros([10, 40]), 0.65, 2, generator); // ⌈6.5⌉ = 7 zeros
  const isSet = w.ne(0);
  expect(isSet.sum(0).toArray()).toEqual(new Array(40).fill(3));
  expect(isSet.sum(1).gt(0).sum().item()).toBe(10); // no row is always zero
  expect(Math.sqrt(w.mul(w).sum().item() / 120)).toBeCloseTo(2, 0);
});

test("constant_, zeros_, ones_ and eye_", () => {
  expect(init.constant_(zeros([2]), 3).toArray()).toEqual([3, 3]);
  expect(init.ones_(zeros([2])).toArray()).toEqual([1, 1]);
  expect(init.zeros_(init.ones_(zeros([2]))).toArray()).toEqual([0, 0]);
  expect(init.eye_(init.ones_(zeros([3, 2]))).toArray()).toEqual([
    [1, 0],
    [0, 1],
    [0, 0],
  ]);
});

describe("orthogonal_", () => {
  test.each([
    ["wide", 4, 7],
    ["tall", 7, 4],
    ["square", 5, 5],
  ])("a %s matrix times its transpose is gain² · identity", (_, rows, columns) => {
    const w = init.orthogonal_(zeros([rows, columns]), 2, generator);
    const product = rows <= columns ? w.matmul(w.transpose()) : w.transpose().matmul(w);
    const identity = init.eye_(zeros([...product.shape])).mul(4);
    expect(largest(product.sub(identity))).toBeLessThan(1e-5);
  });

  test("further axes count as one", () => {
    expect(init.orthogonal_(zeros([3, 2, 2])).shape).toEqual([3, 2, 2]);
  });
});

test("the same seed gives the same weights, and the engine hears of the change", () => {
  const run = () => init.orthogonal_(zeros([3, 3]), 1, new RandomGenerator(1)).toArray();
  expect(run()).toEqual(run());
  const target = zeros([2, 2]);
  init.normal_(target);
  expect(target.storage.version).toBe(1);
});

test.each([
  [() => init.xavierUniform_(zeros([3])), /xavierUniform_: expected at least two axes.*a bias/],
  [() => init.kaimingNormal_(zeros([])), /kaimingNormal_: expected at least two axes/],
  [() => init.orthogonal_(zeros([3])), /orthogonal_: expected at least two axes, got \[3\]/],
  [() => init.eye_(zeros([3])), /eye_: expected a matrix, got \[3\]/],
  [() => init.sparse_(zeros([3]), 0.1), /sparse_: expected a matrix, got \[3\]/],
  [() => init.sparse_(zeros([3, 3]), 2), /sparsity to be a probability/],
  [() => init.truncNormal_(zeros([3]), { low: 1, high: 1 }), /low below high, got std 1, low 1/],
  [() => init.truncNormal_(zeros([3]), { std: 0 }), /std above 0/],
  [() => init.normal_(zeros([3], { dtype: "int32" })), /float32, got int32/],
  [() => init.calculateGain("elu" as "relu"), /got elu/],
  [() => init.kaimingUniform_(zeros([2, 2]), { mode: "both" as "fanIn" }), /"fanOut", got both/],
])("%s", (run, message) => {
  expect(run).toThrow(message);
});
