import { describe, expect, test, vi } from "vitest";
import { addingProblem } from "../data/datasets/adding-problem.ts";
import type { MemoryBatch, MemoryTask } from "../data/datasets/memory-task.ts";
import { manualSeed, rand, tensor, type RandomGenerator } from "../tensor/index.ts";
import type { CellName } from "./cells.ts";
import { compare, type CompareOptions, type ComparisonEvent } from "./compare.ts";
import { memoryComparison } from "./memory-comparison.ts";
import type { MemoryModel } from "./memory-model.ts";
import type { ComparisonResult } from "./result.ts";
import { sizeFor } from "./sizes.ts";
import type { ComparableTask } from "./task.ts";
import { runTrial, type TrialSpec } from "./trial.ts";

const adding = (lag: number) =>
  memoryComparison((n) => addingProblem({ lag: n }), lag, { testSize: 100 });

/** Is the first bit 1? Learned in a few steps by whatever remembers. */
function firstBit(lag: number): MemoryTask {
  const length = lag + 1;
  return {
    name: "first bit",
    inputSize: 2,
    inputKind: "ids",
    outputSize: 2,
    form: "classification",
    lag,
    length,
    baseline: { score: Math.LN2, what: "guessing" },
    loss: "cross-entropy",
    batch(batchSize: number, generator: RandomGenerator): MemoryBatch {
      const bits = Int32Array.from({ length: batchSize * length }, () => generator.integer(2));
      const first = Int32Array.from({ length: batchSize }, (_, b) => bits[b * length]);
      return { input: tensor(bits, { shape: [batchSize, length] }), targets: tensor(first) };
    },
    successRate(predictions, targets) {
      const right = Array.from(targets.data).filter(
        (bit, b) => predictions.data[2 * b + bit] > predictions.data[2 * b + 1 - bit],
      );
      return right.length / targets.size;
    },
  };
}

/** Everything but what the clock says. */
function withoutTimes(result: ComparisonResult): unknown {
  return JSON.parse(
    JSON.stringify(result, (key, value: unknown) =>
      key === "seconds" || key === "speed" ? undefined : value,
    ),
  );
}

const small: CompareOptions = {
  cells: ["rnn", "lstm", "gru"],
  seeds: 3,
  steps: 12,
  hiddenSize: 6,
  lrs: [0.003, 0.03],
  lags: [],
  measureSeconds: 0.01,
};

describe("compare", () => {
  test("gives the same scores again, whatever was drawn in between, and JSON keeps all of it", async () => {
    manualSeed(1);
    const first = await compare(adding(6), small);
    rand([5]);
    const second = await compare(adding(6), small);
    expect(withoutTimes(second)).toEqual(withoutTimes(first));
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    const scores = first.entries.flatMap(({ runs }) => runs.map(({ score }) => score));
    expect(new Set(scores).size).toBe(scores.length); // each run is one of its own
  });

  test("tells what it does: measures, plans, and how far it is", async () => {
    const events: ComparisonEvent[] = [];
    await compare(adding(6), {
      ...small,
      seeds: 2,
      lags: [3],
      onEvent: (event) => events.push(event),
    });
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(["measuring", "plan", "progress", "trial"]),
    );
    const plan = events.find((event) => event.type === "plan")!;
    expect(plan).toMatchObject({ steps: 12, trials: 5 * (2 + 2) });
    expect(plan.models).toHaveLength(5);
    const trials = events.filter((event) => event.type === "trial");
    expect(
      trials.filter(({ result }) => result.purpose !== "span" && result.lag === null),
    ).toHaveLength(20);
    const shares = events.flatMap((event) => (event.type === "progress" ? [event.done] : []));
    expect(shares.at(-1)).toBeCloseTo(1, 1);
    const steps = events.flatMap((event) =>
      event.type === "progress" && event.spec === trialsFirst(events) ? [event.step] : [],
    );
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test("leaves the library's own generator as it found it", async () => {
    manualSeed(5);
    const expected = rand([3]).toArray();
    manualSeed(5);
    await compare(adding(4), { ...small, cells: ["gru"], seeds: 1, steps: 2 });
    expect(rand([3]).toArray()).toEqual(expected);
  });

  test("shows every cell the same batches in the same order, and other data to choose rates with", async () => {
    const seen = new Map<string, string[]>();
    const evaluated = new Map<string, Set<string>>();
    await compare(watched(adding(6), seen, evaluated), small);
    for (const seed of [0, 1, 2, 3]) {
      const orders = [...seen]
        .filter(([key]) => key.startsWith(`seed ${seed} `))
        .map(([, it]) => it);
      expect(orders.length).toBe(5 * (seed === 0 ? 2 : 1));
      for (const order of orders) expect(order.slice(0, 12)).toEqual(orders[0].slice(0, 12));
      expect(new Set(orders[0]).size).toBeGreaterThan(10); // and no batch twice
    }
    const [score, tuning] = [evaluated.get("score")!, evaluated.get("tuning")!];
    expect([score.size, tuning.size]).toEqual([1, 1]);
    expect([...score]).not.toEqual([...tuning]);
  });

  test("trains at equal hidden size, and at equal parameters within 2 %, each model once", async () => {
    const { entries } = await compare(adding(5), { ...small, seeds: 1, steps: 1, hiddenSize: 40 });
    const models = entries.map(({ cell, budgets }) => [cell, budgets.length]);
    expect(models).toEqual([["rnn", 1], ["lstm", 2], ["gru", 1], ["rnn", 1], ["gru", 1]]); // prettier-ignore
    const largest = entries[1].parameters;
    for (const { budgets, hiddenSize, parameters } of entries) {
      if (budgets.includes("equal-hidden")) expect(hiddenSize).toBe(40);
      else expect(Math.abs(parameters / largest - 1)).toBeLessThan(0.02);
    }
  });

  test("chooses the rate with the best score on the tuning data, and keeps its seed out of the rest", async () => {
    const result = await compare(adding(5), { ...small, seeds: [0, 1, 4] });
    expect(result.settings.tuningSeed).toBe(2);
    for (const { tuning, lr, runs } of result.entries) {
      expect(tuning.map((run) => [run.seed, run.lr])).toEqual([[2, 0.003], [2, 0.03]]); // prettier-ignore
      const [low, high] = tuning.map(({ score }) => score!);
      expect(lr).toBe(low < high ? 0.003 : 0.03);
      expect(runs.map((run) => [run.seed, run.lr])).toEqual([0, 1, 4].map((seed) => [seed, lr]));
    }
  });

  test("says of two cells that are the same that they differ within noise, and of a memory that it helps", async () => {
    const twins = {
      ...adding(6),
      createModel: (_: CellName, size: number) => adding(6).createModel("gru", size),
    };
    const same = await compare(twins, { ...small, budgets: ["equal-hidden"] });
    for (const { mean, pValue, better } of same.differences) {
      expect([mean, pValue, better]).toEqual([0, 1, null]);
    }
    expect(same.differences).toHaveLength(3);

    const task = memoryComparison(firstBit, 12, { testSize: 100 });
    const { differences } = await compare(task, {
      cells: ["window", "gru"],
      steps: 120,
      seeds: 4,
      hiddenSize: 8,
      lrs: [0.03],
      lags: [],
      budgets: ["equal-hidden"],
      measureSeconds: 0.01,
    });
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ a: "window", b: "gru", better: "gru" });
    expect(differences[0].pValue).toBeLessThan(0.01);
    expect(differences[0].low).toBeGreaterThan(0);
  });

  test("finds how far a window of 8 steps remembers: not 8 steps back, but 7", async () => {
    const task = memoryComparison(firstBit, 8, { testSize: 100 });
    const options = {
      steps: 150,
      hiddenSize: 8,
      lrs: [0.03],
      seeds: 2,
      budgets: ["equal-hidden"],
    } as const;
    const { entries } = await compare(task, {
      ...options,
      cells: ["window", "gru"],
      lags: [5, 6, 7, 9],
    });
    const [window, gru] = entries.map(({ memorySpan }) => memorySpan!);
    expect(window).toMatchObject({ longest: 7, isBounded: true, isComplete: true });
    expect(window.tried.map(({ lag }) => lag)).toEqual([8, 7]);
    expect(gru).toMatchObject({ longest: 9, isBounded: false });
    expect(gru.tried.map(({ lag }) => lag)).toEqual([9, 8]);
  });

  test("an abort ends it soon, with what is finished; the page or program had its turn meanwhile", async () => {
    const controller = new AbortController();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const events: ComparisonEvent[] = [];
    const result = await compare(adding(30), {
      ...small,
      steps: 400,
      signal: controller.signal,
      onEvent(event) {
        events.push(event);
        if (events.filter(({ type }) => type === "trial").length === 3) controller.abort();
      },
    });
    clearInterval(timer);
    expect(result.stoppedBy).toBe("signal");
    const finished = result.entries.flatMap(({ tuning, runs }) => [...tuning, ...runs]);
    expect(finished).toHaveLength(3);
    expect(result.entries.some(({ lr, score }) => lr === null && score === null)).toBe(true);
    expect(turns).toBeGreaterThan(3);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test("workers change no number, and several run at a time", async () => {
    const task = adding(6);
    let running = 0;
    let most = 0;
    // Each in turn, as workers that share this program's generator must; the queue still sees three.
    let last: Promise<unknown> = Promise.resolve();
    const workers = {
      count: 3,
      async run(spec: TrialSpec) {
        most = Math.max(most, ++running);
        const mine = last.then(() => runTrial(task, spec));
        last = mine;
        const result = await mine;
        running--;
        return result;
      },
    };
    const alone = await compare(task, { ...small, lags: [3] });
    const together = await compare(task, { ...small, lags: [3], workers });
    expect(withoutTimes(together)).toEqual(withoutTimes(alone));
    expect(most).toBe(3);
  });

  test("minutes only ever take steps away, by a plan, and the steps repeat it", async () => {
    const plenty = await compare(adding(6), { ...small, steps: 5, minutes: 5 });
    expect(plenty.settings.steps).toBe(5);
    let planned = 0;
    const short = await compare(adding(6), {
      ...small,
      steps: 1e6,
      minutes: 0.04,
      onEvent: (event) => {
        if (event.type === "plan") planned = event.seconds!;
      },
    });
    expect(planned).toBeGreaterThan(0);
    expect(planned).toBeLessThan(0.04 * 60);
    const { steps } = short.settings;
    expect(steps).toBeLessThan(1e6);
    const again = await compare(adding(6), { ...small, steps });
    expect(withoutTimes(again)).toEqual(withoutTimes(short));
  });

  test("a training that runs into numbers that are none is reported, and the others go on", async () => {
    const base = adding(4);
    const task: typeof base = {
      ...base,
      createModel(cell, hiddenSize) {
        const model = base.createModel(cell, hiddenSize);
        if (cell === "rnn") model.head.weight.fill_(NaN);
        return model;
      },
    };
    const { entries } = await compare(task, {
      ...small,
      cells: ["rnn", "gru"],
      budgets: ["equal-hidden"],
      lrs: [0.01],
    });
    expect(entries[0].runs.map(({ score }) => score)).toEqual([null, null, null]);
    expect(entries[0].runs[0].failure).toMatch(/the loss became NaN at step 1/);
    expect(entries[0].score).toBeNull();
    expect(entries[1].score!.estimate).toBeGreaterThan(0);
  });

  test.each([
    [{ cells: ["lstn" as CellName] }, /expected one of the cells rnn, .*, got "lstn"/],
    [{ cells: [] }, /at least one of cells, got none/],
    [{ cells: ["rnn", "rnn"] as CellName[] }, /cells that all differ, got "rnn" twice/],
    [{ seeds: 0 }, /seeds to be a whole number of at least 1, got 0/],
    [{ seeds: [1, 1] }, /seeds that all differ, got 1 twice/],
    [{ steps: 0 }, /steps to be a whole number of at least 1/],
    [{ hiddenSize: 2.5 }, /hiddenSize to be a whole number/],
    [{ lrs: [0.1, -1] }, /lr to be above 0, got -1/],
    [{ minutes: 0 }, /minutes to be above 0, got 0/],
    [{ lags: [0] }, /lags to be a whole number of at least 1, got 0/],
    [
      { budgets: ["equal"] as never[] },
      /budgets of "equal-hidden" and "equal-parameters", got "equal"/,
    ],
  ])("refuses %o", async (options, message) => {
    await expect(compare(adding(4), options)).rejects.toThrow(message);
  });
});

test("sizeFor finds the hidden size nearest to a number of parameters", () => {
  const task = adding(4);
  for (const wanted of [1, 30, 100, 467, 10_000]) {
    const distance = (size: number) =>
      Math.abs(task.createModel("gru", size).numParameters() - wanted);
    const size = sizeFor(task, "gru", wanted);
    expect(distance(size)).toBeLessThanOrEqual(distance(size + 1));
    if (size > 1) expect(distance(size)).toBeLessThanOrEqual(distance(size - 1));
  }
});

function trialsFirst(events: readonly ComparisonEvent[]): TrialSpec | undefined {
  return events.find((event) => event.type === "progress")?.spec;
}

let numSources = 0;

/** Notes which batches each training got, and what each purpose was scored on. */
function watched(
  task: ComparableTask<MemoryBatch, MemoryModel>,
  seen: Map<string, string[]>,
  evaluated: Map<string, Set<string>>,
  purpose = "score",
): ComparableTask<MemoryBatch, MemoryModel> {
  return {
    ...task,
    batches(seed) {
      const source = task.batches(seed);
      const order: string[] = [];
      // compare also looks at a batch or two of seed 0 to measure: those are no trainings.
      const key = `seed ${seed} ${purpose} ${numSources++}`;
      return {
        ...source,
        next() {
          const next = source.next();
          order.push(String(next.batch.input.data));
          if (order.length === 12) seen.set(key, order);
          return next;
        },
      };
    },
    evaluate(model) {
      const inputs = evaluated.get(purpose) ?? new Set();
      evaluated.set(purpose, inputs);
      const forward = vi.spyOn(model, "forward");
      const score = task.evaluate(model);
      for (const [input] of forward.mock.calls) inputs.add(String(input.data));
      forward.mockRestore();
      return score;
    },
    forTuning: () => watched(task.forTuning(), seen, evaluated, "tuning"),
  };
}
