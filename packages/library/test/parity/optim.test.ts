import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import { Linear } from "../../src/nn/linear.ts";
import { Parameter } from "../../src/nn/module.ts";
import * as optim from "../../src/optim/index.ts";
import { ones, randn, RandomGenerator, tensor, type Tensor } from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import { expectClose, fixtureNames, loadFixture, PARITY, type Fixture } from "./load-fixture.ts";

const defaultEngine = engineName();

const KINDS = {
  SGD: optim.SGD,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  RMSprop: optim.RMSprop,
  Adagrad: optim.Adagrad,
};
type Kind = keyof typeof KINDS;
const KEYS = ["weight", "bias"] as const;

describe.each(ENGINES)("optimizers give PyTorch's numbers on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(fixtureNames("optim"))("%s: parameters after 1, 2, 5 and 20 steps", (name) => {
    const fixture = loadFixture<{ optimizer: Kind }>(name);
    const { optimizer: kind, ...options } = fixture.options;
    const parameters = KEYS.map((key) => new Parameter(read(fixture, key)));
    const grads = KEYS.map((key) => read(fixture, `grads.${key}`));
    const optimizer = new KINDS[kind](parameters, options);

    for (let step = 1; step <= 20; step++) {
      parameters.forEach((parameter, i) => (parameter.grad = grads[i].select(0, step - 1)));
      optimizer.step();
      KEYS.forEach((key, i) => {
        if (!fixture.has(`after${step}.${key}`)) return;
        const expected = fixture.get(`after${step}.${key}`);
        expectClose(parameters[i].data, expected.data, PARITY, `${name} step ${step} ${key}`);
      });
    }
  });

  test.each(fixtureNames("clip-grad-norm"))("%s: norm and gradients", (name) => {
    const fixture = loadFixture<{ maxNorm: number }>(name);
    const parameters = KEYS.map((key) => {
      const grad = read(fixture, `before.${key}`);
      const parameter = new Parameter(ones(grad.shape));
      parameter.grad = grad;
      return parameter;
    });

    const norm = optim.clipGradNorm(parameters, fixture.options.maxNorm);

    expectClose([norm], fixture.get("norm").data, PARITY, "norm");
    KEYS.forEach((key, i) => {
      const expected = fixture.get(`after.${key}`).data;
      expectClose(parameters[i].grad!.data, expected, PARITY, `${name} ${key}`);
    });
  });
});

function read(fixture: Fixture<unknown>, key: string): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape });
}

describe("every optimizer", () => {
  const kinds = Object.entries(KINDS);
  const generator = new RandomGenerator(2);
  const grads = Array.from({ length: 6 }, () => randn([3, 2], { generator }));
  const start = randn([3, 2], { generator });

  function run(optimizer: optim.Optimizer, parameter: Parameter, from: number, to: number) {
    for (const grad of grads.slice(from, to)) {
      parameter.grad = grad.clone();
      optimizer.step();
    }
  }

  test.each(kinds)("%s resumed half-way continues with the same bits", (_, Kind) => {
    const options = { lr: 0.05, weightDecay: 0.1, momentum: 0.9, amsgrad: true, centered: true };
    const whole = new Parameter(start.clone());
    const wholeOptimizer = new Kind([whole], options);
    run(wholeOptimizer, whole, 0, 3);
    const saved = wholeOptimizer.stateDict();
    const groups = JSON.parse(JSON.stringify(saved.groups)) as optim.GroupState[];
    const resumed = new Parameter(whole.detach().clone());
    run(wholeOptimizer, whole, 3, 6);

    const resumedOptimizer = new Kind([resumed], { lr: 1 });
    resumedOptimizer.loadStateDict({ state: saved.state, groups });
    run(resumedOptimizer, resumed, 3, 6);

    expect(resumed.toArray()).toEqual(whole.toArray());
    expect(resumedOptimizer.stateDict()).toEqual(wholeOptimizer.stateDict());
  });

  test.each(kinds)("%s leaves a parameter without a gradient alone", (_, Kind) => {
    const [moved, kept] = [new Parameter(ones([2])), new Parameter(ones([2]))];
    const optimizer = new Kind([moved, kept], { lr: 0.1, weightDecay: 0.1 });
    moved.grad = ones([2]);
    optimizer.step();
    expect(moved.toArray()).not.toEqual([1, 1]);
    expect(kept.toArray()).toEqual([1, 1]);
    expect(Object.keys(optimizer.stateDict().state).every((key) => key.startsWith("0."))).toBe(
      true,
    );
    optimizer.zeroGrad();
    expect(moved.grad).toBeNull();
  });

  test.each(kinds)("%s tells the engine that the parameter has changed", (_, Kind) => {
    const parameter = new Parameter(ones([2]));
    const { version } = parameter.storage;
    parameter.grad = ones([2]);
    new Kind([parameter]).step();
    expect(parameter.storage.version).toBeGreaterThan(version);
  });

  test.each(kinds)("%s says what to pass instead of nothing, a model or names", (_, Kind) => {
    const make = (params: unknown) => () => new Kind(params as Parameter[]);
    const model = new Linear(2, 2);
    expect(make([])).toThrow(/expected at least one parameter, got none. Pass model.parameters()/);
    expect(make(model)).toThrow(/list of parameters, got Linear. Pass model.parameters\(\)/);
    expect(make(model.namedParameters())).toThrow(/got Array at position 0.*without names/);
    expect(make(model.weight)).toThrow(/got tensor/);
    expect(make([{ lr: 1 }])).toThrow(/groups such as \{ params: \[weight\], lr: 0.1 \}/);
    expect(make([model.weight, model.weight])).toThrow(/position 1 was there before/);
    expect(make([model.weight.mul(2)])).toThrow(/result of an operation/);
  });

  test.each(kinds)("%s refuses settings that cannot be", (_, Kind) => {
    const make = (options: object) => () => new Kind([new Parameter(ones([1]))], options);
    expect(make({ lr: 0 })).toThrow(/expected lr above 0, got 0. To freeze parameters/);
    expect(make({ lr: -1 })).toThrow(/expected lr above 0, got -1/);
    expect(make({ lr: NaN })).toThrow(/expected lr above 0, got NaN/);
    expect(make({ weightDecay: -1 })).toThrow(/expected weightDecay to be 0 or more, got -1/);
  });

  test.each(kinds)("%s refuses a state that does not fit, and changes nothing", (_, Kind) => {
    const parameter = new Parameter(ones([2]));
    const optimizer = new Kind([parameter], { lr: 0.1 });
    parameter.grad = ones([2]);
    optimizer.step();
    const before = optimizer.stateDict();
    const other = new Kind([new Parameter(ones([3])), new Parameter(ones([2]))], { lr: 0.2 });
    for (const { params } of other.paramGroups) for (const p of params) p.grad = ones(p.shape);
    other.step();
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow(
      /group 0: expected 1 parameters, got 2; .*1.step: there are 1 parameters/,
    );
    expect(optimizer.stateDict()).toEqual(before);
  });
});

describe("groups", () => {
  test("have settings of their own, and the defaults for the rest", () => {
    const [a, b] = [new Parameter(ones([1])), new Parameter(ones([1]))];
    const optimizer = new optim.Adam([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.1 });
    a.grad = ones([1]);
    b.grad = ones([1]);
    optimizer.step();
    expect(a.item()).toBeCloseTo(0.5, 6);
    expect(b.item()).toBeCloseTo(0.9, 6);
    optimizer.paramGroups[1].lr = 0.2;
    optimizer.step();
    expect(b.item()).toBeCloseTo(0.7, 6);
    expect(optimizer.stateDict().groups.map(({ params }) => params)).toEqual([[0], [1]]);
  });
});

describe("settings that cannot be", () => {
  const parameter = new Parameter(ones([1]));

  test.each([
    [() => new optim.SGD([parameter], { momentum: -1 }), /SGD: expected momentum to be 0 or more/],
    [() => new optim.SGD([parameter], { nesterov: true }), /nesterov needs momentum above 0 and/],
    [
      () => new optim.SGD([parameter], { momentum: 0.9, dampening: 0.1, nesterov: true }),
      /dampening 0, got momentum 0.9 and dampening 0.1/,
    ],
    [() => new optim.RMSprop([parameter], { alpha: 1 }), /RMSprop: expected alpha .* below 1/],
    [() => new optim.RMSprop([parameter], { momentum: -1 }), /expected momentum/],
    [() => new optim.Adagrad([parameter], { lrDecay: -1 }), /Adagrad: expected lrDecay/],
    [
      () => new optim.Adagrad([parameter], { initialAccumulatorValue: -1 }),
      /expected initialAccumulatorValue/,
    ],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});

test("RMSprop, centered, survives a gradient that never changes", () => {
  const parameter = new Parameter(ones([1]));
  const optimizer = new optim.RMSprop([parameter], { centered: true, alpha: 0.5 });
  for (let step = 0; step < 100; step++) {
    parameter.grad = tensor([0.1]);
    optimizer.step();
  }
  expect(Number.isFinite(parameter.item())).toBe(true);
});

test("Adam refuses betas outside [0, 1)", () => {
  const make = (betas: unknown) => () =>
    new optim.Adam([new Parameter(ones([1]))], { betas: betas as [number, number] });
  expect(make([1, 0.999])).toThrow(/betas\[0\] to be at least 0 and below 1, got 1/);
  expect(make([0.9, -0.1])).toThrow(/betas\[1\]/);
  expect(make(0.9)).toThrow(/two numbers such as \[0.9, 0.999\]/);
});

describe("clipping", () => {
  function withGrad(...grad: number[]): Parameter {
    const parameter = new Parameter(ones([grad.length]));
    parameter.grad = tensor(grad);
    return parameter;
  }

  test.each([NaN, Infinity])("a norm of %s is returned and gradients stay as they are", (bad) => {
    const params = [withGrad(3, 4), withGrad(bad)];
    expect(optim.clipGradNorm(params, 1)).toBe(bad);
    expect(params[0].grad!.toArray()).toEqual([3, 4]);
  });

  test("with maxNorm Infinity it only measures; without gradients the norm is 0", () => {
    const parameter = withGrad(3, 4);
    expect(optim.clipGradNorm([parameter], Infinity)).toBe(5);
    expect(parameter.grad!.toArray()).toEqual([3, 4]);
    expect(optim.clipGradNorm([new Parameter(ones([2]))], 1)).toBe(0);
  });

  test("squares that float32 cannot hold still have a norm", () => {
    expect(optim.clipGradNorm([withGrad(1e30, 0)], 1e31) / 1e30).toBeCloseTo(1, 6);
  });

  test("clipGradValue brings every number into the bounds", () => {
    const parameter = withGrad(-3, 0.5, 7);
    optim.clipGradValue([parameter], 1);
    expect(parameter.grad!.toArray()).toEqual([-1, 0.5, 1]);
  });

  test("negative bounds are refused", () => {
    expect(() => optim.clipGradNorm([], -1)).toThrow(/expected maxNorm to be 0 or more, got -1/);
    expect(() => optim.clipGradValue([], NaN)).toThrow(/expected maxValue to be 0 or more/);
  });
});
