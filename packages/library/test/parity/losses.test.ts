import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import {
  BCEWithLogitsLoss,
  crossEntropy,
  CrossEntropyLoss,
  CTCLoss,
  ctcLoss,
  GaussianNLLLoss,
  gaussianNllLoss,
  L1Loss,
  linearCrossEntropy,
  MSELoss,
  mseLoss,
  NLLLoss,
  nllLoss,
  type Reduction,
} from "../../src/losses/index.ts";
import type { SequenceLengths } from "../../src/data/index.ts";
import { ones, tensor, zeros, type Tensor } from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import { expectClose, fixtureNames, loadFixture, PARITY, type Fixture } from "./load-fixture.ts";

const defaultEngine = engineName();

type TwoArgumentLoss = { forward(input: Tensor, targets: Tensor): Tensor };

// prettier-ignore
const LOSSES: [prefix: string, make: (options: object) => TwoArgumentLoss][] = [
  ["loss-cross-entropy", (options) => new CrossEntropyLoss(options)],
  ["loss-nll",           (options) => new NLLLoss(options)],
  ["loss-mse",           (options) => new MSELoss(options)],
  ["loss-l1",            (options) => new L1Loss(options)],
  ["loss-bce",           (options) => new BCEWithLogitsLoss(options)],
];

describe.each(ENGINES)("losses give PyTorch's numbers on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  describe.each(LOSSES)("%s", (prefix, make) => {
    test.each(fixtureNames(prefix))("%s: loss and gradient", (name) => {
      const fixture = loadFixture(name);
      const options = { ...fixture.options };
      for (const key of ["weight", "posWeight"]) {
        if (fixture.has(key)) options[key] = read(fixture, key);
      }
      const input = read(fixture, "input", true);
      const output = make(options).forward(input, read(fixture, "target"));
      checkLoss(output, fixture, { input });
    });
  });

  test.each(fixtureNames("loss-linear-cross-entropy"))("%s: loss and all gradients", (name) => {
    const fixture = loadFixture(name);
    const { linearBias = null, ...leaves } = Object.fromEntries(
      ["input", "linearWeight", "linearBias"]
        .filter((key) => fixture.has(key))
        .map((key) => [key, read(fixture, key, true)]),
    );
    const weight = fixture.has("weight") ? read(fixture, "weight") : null;
    const options = { ...fixture.options, weight, linearBias };
    const { input, linearWeight } = leaves;
    const output = linearCrossEntropy(input, linearWeight, read(fixture, "target"), options);
    checkLoss(output, fixture, linearBias ? { ...leaves, linearBias } : leaves);
  });

  test.each(fixtureNames("loss-gaussian-nll"))("%s: loss and both gradients", (name) => {
    const fixture = loadFixture(name);
    const input = read(fixture, "input", true);
    const variance = read(fixture, "var", true);
    const loss = new GaussianNLLLoss(fixture.options);
    const output = loss.forward(input, read(fixture, "target"), variance);
    checkLoss(output, fixture, { input, var: variance });
  });
});

describe.each(ENGINES)("CTCLoss gives PyTorch's numbers on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(fixtureNames("loss-ctc"))("%s: loss, and the gradient of the logits", (name) => {
    const fixture = loadFixture(name);
    const logits = read(fixture, "logits", true);
    const logProbs = logits.logSoftmax(-1);
    expectClose(logProbs.data, fixture.get("logProbs").data, PARITY, `${name} logProbs`);

    const output = new CTCLoss(fixture.options).forward(
      logProbs,
      read(fixture, "targets"),
      read(fixture, "inputLengths"),
      [...fixture.get("targetLengths").data],
    );

    checkLoss(output, fixture, { logits });
  });
});

function checkLoss(output: Tensor, fixture: Fixture, leaves: Record<string, Tensor>): void {
  expect(output.shape).toEqual(fixture.get("output").shape);
  expectClose(output.data, fixture.get("output").data, PARITY, `${fixture.name} output`);
  output.backward(read(fixture, "gradOutput"));
  for (const [key, leaf] of Object.entries(leaves)) {
    const expected = fixture.get(`grad.${key}`);
    expect(leaf.grad!.shape).toEqual(expected.shape);
    expectClose(leaf.grad!.data, expected.data, PARITY, `${fixture.name} grad.${key}`);
  }
}

function read(fixture: Fixture, key: string, requiresGrad = false): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape, requiresGrad });
}

describe("crossEntropy", () => {
  test("takes one row [numClasses] with one target []", () => {
    const loss = crossEntropy(tensor([2, 0, 0]), tensor(0));
    expect(loss.item()).toBeCloseTo(0.2395447, 6);
    expect(crossEntropy(tensor([2, 0, 0]), tensor(0), { reduction: "none" }).shape).toEqual([]);
  });

  test("all targets ignored: the mean is NaN, the sum 0", () => {
    const targets = tensor([-100, -100]);
    expect(crossEntropy(zeros([2, 3]), targets).item()).toBeNaN();
    expect(crossEntropy(zeros([2, 3]), targets, { reduction: "sum" }).item()).toBe(0);
  });

  test("names a target that is no class, and its position", () => {
    expect(() => crossEntropy(zeros([3, 4]), tensor([0, 4, 1]))).toThrow(
      "crossEntropy: expected targets from 0 to 3 because there are 4 classes, or ignoreIndex -100, got 4 at position [1].",
    );
    expect(() => nllLoss(zeros([1, 2, 3]), tensor([[0, 1, -1]]))).toThrow(
      /got -1 at position \[0, 2\]/,
    );
    expect(() => crossEntropy(zeros([1, 4]), tensor([0.5]))).toThrow(/whole numbers, got 0.5/);
  });

  test("says how to flatten scores of sequences", () => {
    expect(() => crossEntropy(zeros([2, 5, 7]), zeros([2, 5]))).toThrow(
      /expected targets \[2, 7\].*logits.flatten\(0, 1\), targets.flatten\(\)/,
    );
  });

  test("refuses options that cannot be", () => {
    const run = (options: object) => () => crossEntropy(zeros([2, 3]), tensor([0, 1]), options);
    expect(run({ reduction: "men" as Reduction })).toThrow(/"mean", "sum" or "none", got men/);
    expect(run({ labelSmoothing: 2 })).toThrow(/labelSmoothing/);
    expect(run({ weight: ones([2]) })).toThrow(/expected weight \[3\], one for every class/);
    expect(() => crossEntropy(ones([2, 3]), ones([2, 3]), { ignoreIndex: 0 })).toThrow(
      /ignoreIndex 0 is for class ids/,
    );
    expect(() => crossEntropy(tensor([[1, 2]], { dtype: "int32" }), tensor([0]))).toThrow(
      /expected logits to be float32/,
    );
  });

  test("the class weights travel in the state dict, as in PyTorch", () => {
    const loss = new CrossEntropyLoss({ weight: tensor([1, 2]) });
    expect(Object.keys(loss.stateDict())).toEqual(["weight"]);
    expect(loss.parameters()).toEqual([]);
    expect(new CrossEntropyLoss().stateDict()).toEqual({});
  });

  test("adds up in float64: 100,000 equal rows give the loss of one", () => {
    const rows = tensor(new Float32Array(200_000).fill(0.1), { shape: [100_000, 2] });
    const loss = crossEntropy(rows, zeros([100_000]));
    expect(loss.item()).toBe(Math.fround(Math.LN2));
  });
});

describe("other losses", () => {
  test("shapes that would broadcast are refused", () => {
    expect(() => mseLoss(zeros([4, 1]), zeros([4]))).toThrow(
      "mseLoss: expected targets of the input's shape [4, 1], got [4]. Does one of them need squeeze(-1) or unsqueeze(-1)?",
    );
    expect(() => new BCEWithLogitsLoss().forward(zeros([2]), zeros([3]))).toThrow(/got \[3\]/);
    expect(() =>
      new BCEWithLogitsLoss({ weight: ones([3, 2]) }).forward(zeros([2]), zeros([2])),
    ).toThrow(/expected weight to broadcast/);
  });

  test("BCEWithLogitsLoss stays finite where the sigmoid is 0 or 1", () => {
    const x = tensor([1000, -1000, 0], { requiresGrad: true });
    const loss = new BCEWithLogitsLoss({ reduction: "sum" }).forward(x, tensor([1, 0, 1]));
    loss.backward();
    expect(loss.item()).toBeCloseTo(Math.LN2, 6);
    expect(x.grad!.toArray()).toEqual([0, 0, -0.5]);
  });

  test("GaussianNLLLoss takes one variance per row without the last axis", () => {
    const [input, targets] = [tensor([[1, 2, 3]]), tensor([[0, 2, 5]])];
    const perRow = gaussianNllLoss(input, targets, tensor([2])).item();
    expect(perRow).toBe(gaussianNllLoss(input, targets, tensor([[2, 2, 2]])).item());
  });

  test("GaussianNLLLoss names what is wrong with a variance", () => {
    const run = (variance: Tensor) => () => gaussianNllLoss(ones([2, 3]), ones([2, 3]), variance);
    expect(run(tensor([[-1], [1]]))).toThrow(/variances of at least 0, got -1/);
    expect(run(ones([3, 2]))).toThrow(/expected variance \[2, 3\].*\[2, 1\], got \[3, 2\]/);
    expect(() => new GaussianNLLLoss({ eps: 0 })).toThrow(/expected eps above 0, got 0/);
  });
});

describe("CTCLoss", () => {
  const logProbs = (seq: number, numClasses: number) =>
    tensor(Float32Array.from({ length: seq * numClasses }, (_, i) => Math.sin(7 * i)))
      .reshape(seq, numClasses)
      .logSoftmax(-1);

  test.each([
    ["one label", 3, [1]],
    ["two labels", 4, [1, 2]],
    ["a label twice", 5, [2, 2]],
    ["nothing", 3, []],
    ["exactly as many labels as steps", 3, [1, 2, 1]],
  ])("%s: p is the sum over all paths, counted one by one", (_, seq, target) => {
    const x = logProbs(seq, 3);
    let p = 0;
    for (let path = 0; path < 3 ** seq; path++) {
      const said = Array.from({ length: seq }, (_, t) => Math.floor(path / 3 ** t) % 3);
      const spelled = said.filter((k, t) => k !== 0 && k !== said[t - 1]);
      if (spelled.join() !== target.join()) continue;
      p += Math.exp(said.reduce((sum, k, t) => sum + x.data[t * 3 + k], 0));
    }

    const loss = ctcLoss(x, tensor(target), [seq], [target.length], { reduction: "sum" });

    expect(loss.item()).toBeCloseTo(-Math.log(p), 5);
    expect(loss.shape).toEqual([]);
  });

  test("what stands after the lengths changes neither loss nor gradient", () => {
    const run = (after: number) => {
      const x = tensor([[[0.1, 0.9]], [[0.5, 0.2]], [[after, -after]]], { requiresGrad: true });
      const loss = ctcLoss(x, tensor([[1, after]]), [2], [1]);
      loss.backward();
      return [loss.item(), x.grad!.toArray()];
    };
    expect(run(5)).toEqual(run(-3));
  });

  test("a long sequence of unlikely labels neither overflows nor vanishes", () => {
    const x = tensor(new Float32Array(4000).fill(-50), { shape: [2000, 1, 2], requiresGrad: true });
    const loss = ctcLoss(x, tensor([[1]]), [2000], [1]);
    loss.backward();
    expect(loss.item() / (50 * 2000)).toBeCloseTo(1, 3);
    expect(x.grad!.sum().item()).toBeCloseTo(-2000, 2);
  });

  test("takes lengths as arrays, typed arrays and tensors alike", () => {
    const targets = tensor([
      [1, 2],
      [3, 0],
    ]);
    const loss = (make: (lengths: number[]) => SequenceLengths) =>
      ctcLoss(zeros([5, 2, 4]), targets, make([5, 4]), make([2, 1])).item();
    expect(loss((list) => Int32Array.from(list))).toBe(loss((list) => list));
    expect(loss((list) => tensor(list))).toBe(loss((list) => list));
  });

  test("NaN at a label of the target is not lost on the way", () => {
    const x = zeros([6, 3]).logSoftmax(-1);
    x.data[3 * 3 + 1] = NaN;
    expect(ctcLoss(x, tensor([2, 1, 2]), [6], [3]).item()).toBeNaN();
  });

  test("no steps spell nothing", () => {
    const options = { reduction: "none" } as const;
    const loss = ctcLoss(zeros([3, 2, 4]), tensor([[1], [1]]), [0, 0], [0, 1], options);
    expect(loss.toArray()).toEqual([0, Infinity]);
  });

  test("names the length or label that cannot be", () => {
    const x = zeros([5, 2, 4]);
    const run = (targets: Tensor, inputs: number[], lengths: number[], options = {}) => {
      return () => ctcLoss(x, targets, inputs, lengths, options);
    };
    const targets = tensor([
      [1, 2],
      [3, 0],
    ]);
    expect(run(targets, [5, 6], [2, 1])).toThrow(/inputLengths from 0 to 5, got 6 for sequence 1/);
    expect(run(targets, [5, 2.5], [2, 1])).toThrow(/from 0 to 5, got 2.5 for sequence 1/);
    expect(run(targets, [5], [2, 1])).toThrow(/inputLengths \[2\].*swapped/);
    expect(run(targets, [5, 5], [3, 1])).toThrow(/targetLengths from 0 to 2, got 3/);
    expect(run(targets, [5, 5], [2, 2])).toThrow(
      /other than blank 0, got 0 at place 1 of sequence 1/,
    );
    expect(run(tensor([1, 2, 3]), [5, 5], [2, 2])).toThrow(/\[4\], which is the sum/);
    expect(run(tensor([1, 2, 4]), [5, 5], [2, 1])).toThrow(/got 4 at place 0 of sequence 1/);
    expect(run(targets, [5, 5], [2, 1], { blank: 4 })).toThrow(/blank from 0 to 3/);
    expect(() => ctcLoss(zeros([5]), targets, [5], [2])).toThrow(/expected logProbs \[seq, batch/);
  });
});
