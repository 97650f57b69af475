import { describe, expect, test } from "vitest";
import { addingProblem } from "../data/datasets/adding-problem.ts";
import { copyMemory } from "../data/datasets/copy-memory.ts";
import { delayedRecall } from "../data/datasets/delayed-recall.ts";
import { defaultGenerator } from "../tensor/random.ts";
import { randn } from "../tensor/creation.ts";
import { measureRemedies, type RemedyRun } from "./measure-remedies.ts";
import { REMEDIES } from "./remedies.ts";

const small = {
  task: addingProblem({ length: 6 }),
  seeds: [1, 2],
  steps: 12,
  lrs: [0.001, 0.01],
  hiddenSize: 5,
  batchSize: 4,
  testSize: 30,
};

describe("REMEDIES", () => {
  test("begin with the control, and have names of their own", () => {
    expect(REMEDIES[0].name).toBe("none");
    expect(new Set(REMEDIES.map(({ name }) => name)).size).toBe(REMEDIES.length);
  });

  test.each(REMEDIES)("$name gives outputs [batch, seq, hiddenSize] and gradients", (remedy) => {
    const layer = remedy.createLayer(3, 5);
    const [output] = layer.forward(randn([2, 7, 3]));
    expect(output.shape).toEqual([2, 7, 5]);
    output.mul(output).sum().backward();
    for (const [name, parameter] of layer.namedParameters()) {
      expect(parameter.grad, name).not.toBeNull();
    }
  });

  test("a residual network adds to its state, so that without weights it stays", () => {
    const layer = REMEDIES.find(({ name }) => name === "residual")!.createLayer(2, 3);
    for (const parameter of layer.parameters()) parameter.data.fill(0);
    const bias = [...layer.namedParameters()].find(([name]) => name.endsWith("bias_ih"))![1];
    bias.data.fill(0.5);
    const [output] = layer.forward(randn([1, 4, 2]));
    for (let t = 0; t < 4; t++) {
      const steps = output.select(1, t).toArray() as number[][];
      for (const value of steps[0]) expect(value).toBeCloseTo((t + 1) * Math.tanh(0.5), 5);
    }
  });
});

describe("measureRemedies", () => {
  const remedies = REMEDIES.slice(0, 2);

  test("tunes the rate on other sequences, and then runs every seed with the best", async () => {
    const [none, clipping] = await measureRemedies({ ...small, remedies });
    expect([none.name, clipping.name]).toEqual(["none", "clipping"]);
    expect(none.tuning.map(({ lr }) => lr)).toEqual([0.001, 0.01]);
    const [first, second] = none.tuning.map(({ score }) => score!);
    expect(none.lr).toBe(second < first ? 0.01 : 0.001);
    expect(none.runs.map(({ key }) => key)).toEqual([
      `none, lr ${none.lr}, 1`,
      `none, lr ${none.lr}, 2`,
    ]);
    expect(new Set([...none.tuning, ...none.runs].map(({ score }) => score)).size).toBe(4);
    for (const { score, successRate, secondsPerStep } of none.runs) {
      expect(score).toBeGreaterThan(0);
      expect(Number.isInteger(Math.round(30 * successRate * 1e6) / 1e6)).toBe(true);
      expect(secondsPerStep).toBeGreaterThan(0);
    }
    // 2 inputs, 5 hidden, two biases, and a head of 5 and 1
    expect(none.parameters).toBe(5 * (2 + 5 + 2) + 6);
  });

  test("gives the same scores again, whatever is drawn from the library's generator, and leaves that", async () => {
    const scores = async () => {
      const [{ runs }] = await measureRemedies({ ...small, remedies: [REMEDIES[11]] });
      return runs.map(({ score }) => score);
    };
    const before = await scores();
    defaultGenerator.random();
    const state = defaultGenerator.getState();
    expect(await scores()).toEqual(before);
    expect(defaultGenerator.getState()).toEqual(state);
  });

  test("clips the gradients where the remedy says so, and only there", async () => {
    const never = { ...REMEDIES[1], clipNorm: 1e9 };
    const tight = { ...REMEDIES[1], clipNorm: 1e-9 };
    const [none, loose, clipped] = await measureRemedies({
      ...small,
      // Gradients this short are lost beside Adam's ε: nothing is learned.
      remedies: [REMEDIES[0], never, { ...tight, name: "tight" }],
      lrs: [0.01],
    });
    const scores = (result: typeof none) => result.runs.map(({ score }) => score);
    expect(scores(loose)).toEqual(scores(none));
    expect(scores(clipped)).not.toEqual(scores(none));
  });

  test("does not run again what is done, and says what it ran", async () => {
    const done = new Map<string, RemedyRun>();
    const ran: string[] = [];
    const onRun = ({ key }: RemedyRun) => ran.push(key);
    const options = { ...small, lrs: [0.01], remedies: remedies.slice(0, 1), done, onRun };
    const [first] = await measureRemedies(options);
    expect(ran).toEqual(["none, lr 0.01, tuning", "none, lr 0.01, 1", "none, lr 0.01, 2"]);
    expect([...done.keys()]).toEqual(ran);
    const [again] = await measureRemedies({ ...options, seeds: [2, 3] });
    expect(ran.slice(3)).toEqual(["none, lr 0.01, 3"]);
    expect(again.runs[0]).toBe(first.runs[1]);
  });

  test("a run that ends in infinity has no score, solves nothing, and is not chosen", async () => {
    const growing = REMEDIES.find(({ name }) => name === "ReLU, He")!;
    const [result] = await measureRemedies({
      ...small,
      remedies: [growing],
      lrs: [1e30, 0.001],
      seeds: [1],
    });
    expect(result.tuning[0]).toMatchObject({ lr: 1e30, score: null, successRate: 0 });
    expect(result.lr).toBe(0.001);
    expect(result.runs[0].score).toBeGreaterThan(0);
  });

  test.each([
    ["an answer at every step", copyMemory({ blanks: 1, copyLength: 2, symbols: 2 })],
    ["a class at the end", delayedRecall({ lag: 2, classes: 2 })],
  ])("takes tasks of ids with %s", async (_, task) => {
    const [{ runs }] = await measureRemedies({ ...small, task, remedies, lrs: [0.01] });
    for (const { score } of runs) expect(score).toBeLessThan(3 * task.baseline.score + 1);
  });

  test("stops where the signal says so, and returns what is finished", async () => {
    const abort = new AbortController();
    const results = await measureRemedies({
      ...small,
      signal: abort.signal,
      onResult: () => abort.abort(),
    });
    expect(results.map(({ name }) => name)).toEqual(["none"]);
  });

  test.each([
    [{ seeds: [] }, "measureRemedies: expected seeds, got an empty list."],
    [{ lrs: [] }, "expected lrs, got an empty list"],
    [{ remedies: [] }, "expected remedies, got an empty list"],
    [{ steps: 0 }, "expected steps to be a whole number of at least 1, got 0"],
    [{ testSize: 0.5 }, "expected testSize to be a whole number of at least 1, got 0.5"],
  ])("refuses %o", async (wrong, message) => {
    await expect(measureRemedies({ ...small, ...wrong })).rejects.toThrow(message);
  });
});
