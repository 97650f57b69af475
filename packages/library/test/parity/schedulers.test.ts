import { describe, expect, test } from "vitest";
import { Parameter } from "../../src/nn/module.ts";
import * as optim from "../../src/optim/index.ts";
import { ones } from "../../src/tensor/index.ts";
import { expectClose, fixtureNames, loadFixture, PARITY } from "./load-fixture.ts";

const { CosineAnnealingLR, LinearLR, LinearWarmup, OneCycleLR, ReduceLROnPlateau, StepLR } =
  optim.lrScheduler;
type Scheduler = optim.lrScheduler.LRScheduler;

const KINDS = { CosineAnnealingLR, LinearLR, OneCycleLR, ReduceLROnPlateau, StepLR };
type Make = new (optimizer: optim.Optimizer, options: object) => Scheduler;

const adam = (lr = 0.1) => new optim.Adam([new Parameter(ones([1]))], { lr });

describe("schedulers give PyTorch's learning rates", () => {
  test.each(fixtureNames("schedule"))("%s", (name) => {
    const fixture = loadFixture<{ scheduler: keyof typeof KINDS; lr: number }>(name);
    const { scheduler: kind, lr, ...options } = fixture.options;
    const optimizer = adam(lr);
    const scheduler = new (KINDS[kind] as Make)(optimizer, options);
    const metrics = fixture.has("metrics") ? fixture.get("metrics").data : null;

    const rates: number[] = [];
    const beta1: number[] = [];
    for (let step = 0; step < 30; step++) {
      rates.push(scheduler.lastLr[0]);
      beta1.push(optimizer.paramGroups[0].betas[0]);
      if (step < 29) scheduler.step(metrics?.[step]);
    }

    expectClose(rates, fixture.get("lr").data, PARITY, `${name} lr`);
    if (fixture.has("beta1")) expectClose(beta1, fixture.get("beta1").data, PARITY, "beta1");
  });
});

describe("schedulers resumed half-way continue as if nothing had happened", () => {
  const metrics = [1, 0.9, 0.95, 0.93, 0.91, 0.92, 0.99, 0.9, 0.8, 0.85, 0.84, 0.83];
  const kinds: [name: string, make: (optimizer: optim.Optimizer) => Scheduler][] = [
    ["StepLR", (optimizer) => new StepLR(optimizer, { stepSize: 3 })],
    ["CosineAnnealingLR", (optimizer) => new CosineAnnealingLR(optimizer, { tMax: 9 })],
    ["LinearLR", (optimizer) => new LinearLR(optimizer, { totalIters: 8 })],
    ["OneCycleLR", (optimizer) => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 12 })],
    ["ReduceLROnPlateau", (optimizer) => new ReduceLROnPlateau(optimizer, { patience: 1 })],
    [
      "LinearWarmup, then cosine",
      (optimizer) => {
        const after = new CosineAnnealingLR(optimizer, { tMax: 9 });
        return new LinearWarmup(optimizer, { warmupSteps: 3, after });
      },
    ],
    [
      "LinearWarmup, then plateau",
      (optimizer) => {
        const after = new ReduceLROnPlateau(optimizer, { patience: 1 });
        return new LinearWarmup(optimizer, { warmupSteps: 3, after });
      },
    ],
  ];

  test.each(kinds)("%s", (_, make) => {
    const run = (scheduler: Scheduler, from: number, to: number) =>
      metrics.slice(from, to).map((metric) => {
        scheduler.step(metric);
        return scheduler.lastLr;
      });
    const optimizer = adam();
    const scheduler = make(optimizer);
    run(scheduler, 0, 6);
    const saved = JSON.parse(JSON.stringify(scheduler.stateDict())) as ReturnType<
      Scheduler["stateDict"]
    >;
    const savedOptimizer = optimizer.stateDict();
    const expected = run(scheduler, 6, 12);

    const resumedOptimizer = adam();
    const resumed = make(resumedOptimizer);
    resumedOptimizer.loadStateDict(savedOptimizer);
    resumed.loadStateDict(saved);
    expect(run(resumed, 6, 12)).toEqual(expected);

    // In the other order, on an optimizer that was made with the last learning rate.
    const laterOptimizer = adam(0.003);
    laterOptimizer.loadStateDict(savedOptimizer);
    const later = make(laterOptimizer);
    later.loadStateDict(saved);
    expect(run(later, 6, 12)).toEqual(expected);
  });
});

describe("LinearWarmup", () => {
  test("rises to the full rate and stays there", () => {
    const scheduler = new LinearWarmup(adam(1), { warmupSteps: 4, startFactor: 0.2 });
    const rates = [...scheduler.lastLr];
    for (let step = 0; step < 6; step++) {
      scheduler.step();
      rates.push(...scheduler.lastLr);
    }
    expectClose(rates, [0.2, 0.4, 0.6, 0.8, 1, 1, 1], PARITY);
  });

  test("hands over to a cosine whose steps count from there", () => {
    const optimizer = adam(1);
    const after = new CosineAnnealingLR(optimizer, { tMax: 2 });
    const scheduler = new LinearWarmup(optimizer, { warmupSteps: 2, startFactor: 0.5, after });
    const rates = [...scheduler.lastLr];
    for (let step = 0; step < 4; step++) {
      scheduler.step();
      rates.push(...scheduler.lastLr);
    }
    expectClose(rates, [0.5, 0.75, 1, 0.5, 0], PARITY);
  });
});

test("every group keeps its own base rate", () => {
  const optimizer = new optim.SGD([
    { params: [new Parameter(ones([1]))], lr: 1 },
    { params: [new Parameter(ones([1]))], lr: 0.1 },
  ]);
  const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
  scheduler.step();
  expect(scheduler.lastLr).toEqual([0.5, 0.05]);
  expect(optimizer.paramGroups.map(({ initialLr }) => initialLr)).toEqual([1, 0.1]);
});

test("OneCycleLR moves SGD's momentum, and can be called once for each of its steps", () => {
  const optimizer = new optim.SGD([new Parameter(ones([1]))], { momentum: 0.9 });
  const scheduler = new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5 });
  expect(optimizer.paramGroups[0].momentum).toBe(0.95);
  for (let step = 0; step < 5; step++) scheduler.step();
  expect(() => scheduler.step()).toThrow(/all 5 steps have been taken/);
});

test("a metric of NaN counts as no improvement", () => {
  const scheduler = new ReduceLROnPlateau(adam(1), { patience: 1, factor: 0.5 });
  for (const metric of [NaN, NaN]) scheduler.step(metric);
  expect(scheduler.lastLr).toEqual([0.5]);
});

describe("settings that cannot be", () => {
  const sgd = new optim.Adagrad([new Parameter(ones([1]))]);
  const onAdam = adam();

  test.each([
    [() => new StepLR(onAdam, { stepSize: 0 }), /StepLR: expected stepSize/],
    [
      () => new StepLR(null as unknown as optim.Optimizer, { stepSize: 1 }),
      /expected an optimizer/,
    ],
    [() => new CosineAnnealingLR(onAdam, { tMax: 0 }), /expected tMax/],
    [() => new LinearLR(onAdam, { startFactor: 0 }), /expected startFactor above 0/],
    [() => new LinearWarmup(onAdam, { warmupSteps: 0 }), /expected warmupSteps/],
    [
      () =>
        new LinearWarmup(onAdam, { warmupSteps: 1, after: new StepLR(adam(), { stepSize: 1 }) }),
      /of the same optimizer/,
    ],
    [() => new OneCycleLR(sgd, { maxLr: 1, totalSteps: 5 }), /Pass cycleMomentum: false/],
    [() => new OneCycleLR(onAdam, { maxLr: [1, 2], totalSteps: 5 }), /1 groups, got 2/],
    [() => new ReduceLROnPlateau(onAdam, { factor: 1 }), /factor between 0 and 1, got 1/],
    [() => new ReduceLROnPlateau(onAdam, { mode: "low" as "min" }), /"min" or "max", got low/],
    [() => new ReduceLROnPlateau(onAdam).step(), /expected a metric, .* got undefined/],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});
