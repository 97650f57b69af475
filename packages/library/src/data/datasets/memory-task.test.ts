import { describe, expect, test } from "vitest";
import { tensor } from "../../tensor/creation.ts";
import { RandomGenerator } from "../../tensor/random.ts";
import { copyMemory } from "./copy-memory.ts";
import { delayedRecall } from "./delayed-recall.ts";
import { dyck2 } from "./dyck2.ts";
import type { MemoryTask } from "./memory-task.ts";
import { parity } from "./parity.ts";
import { temporalOrder } from "./temporal-order.ts";
import { manyBatches, meanOf, oneHot, row } from "./testing.ts";

/** A task of ids beside a program that remembers, and what that program may forget. */
interface Case {
  title: string;
  task: MemoryTask;
  /** The right classes: one, or one for each step. */
  solve: (ids: number[]) => number[];
  /** Whether an id is only there to distract. */
  distracts: (id: number, step: number) => boolean;
  /** What a model that remembers nothing knows at a step where it answers. Default: the id there. */
  sees?: (ids: number[], step: number) => string;
}

const orderOf = (ids: number[]) => {
  const xys = ids.filter((id) => id >= 6);
  return [xys.reduce((order, id) => 2 * order + (id - 6), 0)];
};
const isOther = (id: number) => id >= 2 && id < 6;

const copy = (copyLength: number, blank: number) => (ids: number[]) => [
  ...new Array<number>(ids.length - copyLength).fill(blank),
  ...ids.slice(0, copyLength),
];

function toClose(ids: number[]): number[] {
  const stack: number[] = [];
  return ids.map((id) => {
    if (id < 2) stack.push(id + 1);
    else stack.pop();
    return stack.at(-1) ?? 0;
  });
}

const bitsSoFar = (ids: number[]) =>
  ids.map((_, t) => ids.slice(0, t + 1).filter(Boolean).length % 2);
const no = () => false;
const atStep = (ids: number[], t: number) => `${t}:${ids[t]}`;

const CASES: Case[] = [
  {
    title: "copy memory",
    task: copyMemory({ blanks: 4, symbols: 3, copyLength: 2 }),
    solve: copy(2, 3),
    distracts: no,
    sees: atStep,
  },
  {
    title: "copy memory with the fewest blanks",
    task: copyMemory({ blanks: 1, symbols: 2, copyLength: 1 }),
    solve: copy(1, 2),
    distracts: no,
    sees: atStep,
  },
  {
    title: "copy memory with noise",
    task: copyMemory({ lag: 7, symbols: 3, copyLength: 2, noise: 0.5 }),
    solve: copy(2, 3),
    distracts: (_, t) => t >= 2 && t < 6,
    sees: atStep,
  },
  {
    title: "temporal order of two",
    task: temporalOrder({ length: 20 }),
    solve: orderOf,
    distracts: isOther,
  },
  {
    title: "temporal order of two at its shortest",
    task: temporalOrder({ length: 4 }),
    solve: orderOf,
    distracts: no,
  },
  {
    title: "temporal order of three",
    task: temporalOrder({ length: 30, symbols: 3 }),
    solve: orderOf,
    distracts: isOther,
  },
  {
    title: "temporal order of three at its shortest, without noise",
    task: temporalOrder({ length: 5, symbols: 3, noise: 0 }),
    solve: orderOf,
    distracts: no,
  },
  {
    title: "delayed recall",
    task: delayedRecall({ lag: 9, classes: 5 }),
    solve: ([first]) => [first],
    distracts: (_, t) => t > 0 && t < 9,
  },
  {
    title: "delayed recall over one step",
    task: delayedRecall({ lag: 1, classes: 2 }),
    solve: ([first]) => [first],
    distracts: no,
  },
  {
    title: "delayed recall over two steps, without noise",
    task: delayedRecall({ lag: 2, classes: 3, noise: 0 }),
    solve: ([first]) => [first],
    distracts: (_, t) => t === 1,
  },
  {
    title: "parity at the end",
    task: parity({ length: 6 }),
    solve: (ids) => [bitsSoFar(ids).at(-1)!],
    distracts: no,
  },
  { title: "parity of one bit", task: parity({ lag: 0 }), solve: bitsSoFar, distracts: no },
  {
    title: "parity of two bits",
    task: parity({ lag: 1 }),
    solve: (ids) => [bitsSoFar(ids)[1]],
    distracts: no,
  },
  {
    title: "parity at every step",
    task: parity({ length: 6, answers: "every" }),
    solve: bitsSoFar,
    distracts: no,
    sees: atStep,
  },
  {
    title: "parity at the only step",
    task: parity({ length: 1, answers: "every" }),
    solve: bitsSoFar,
    distracts: no,
  },
  {
    title: "Dyck-2",
    task: dyck2({ length: 10, depth: 3 }),
    solve: toClose,
    distracts: no,
    sees: atStep,
  },
  {
    title: "Dyck-2 at its shortest",
    task: dyck2({ length: 4, depth: 2 }),
    solve: toClose,
    distracts: no,
    sees: atStep,
  },
];

describe.each(CASES)("$title", ({ task, solve, distracts, sees = (ids, t) => `${ids[t]}` }) => {
  const answers = task.form === "labelling" ? task.length : 1;

  test("gives ids and classes of the stated shapes and ranges", () => {
    for (const { input, targets } of manyBatches(task, 2000, { batchSize: 40 })) {
      expect([input.dtype, targets.dtype]).toEqual(["int32", "int32"]);
      expect(input.shape[0]).toBe(40);
      expect(input.shape[1]).toBeLessThanOrEqual(task.length);
      expect(targets.shape).toEqual(task.form === "labelling" ? input.shape : [40]);
      expect(input.data.every((id) => id >= 0 && id < task.inputSize)).toBe(true);
      expect(targets.data.every((id) => id >= 0 && id < task.outputSize)).toBe(true);
    }
  });

  test("is solved by a program that remembers, and not by one that errs once", () => {
    const { input, targets } = task.batch(200, new RandomGenerator(4));
    const solutions = Array.from({ length: 200 }, (_, b) => solve(row(input, b)));
    solutions.forEach((own, b) => expect(own).toEqual(row(targets, b)));
    expect(task.successRate(oneHot(solutions, task), targets)).toBe(1);

    solutions[7][answers - 1] = (solutions[7][answers - 1] + 1) % task.outputSize;
    expect(task.successRate(oneHot(solutions, task), targets)).toBe(199 / 200);
  });

  test("has the stated baseline: the entropy of the answers, given what a step shows", () => {
    // −log of how often each answer came where the same was seen: the best that can be done without
    // memory, on 50,000 sequences, of which each gives one mean over its steps.
    const counts = new Map<string, Map<number, number>>();
    const sequences: { seen: string; answer: number }[][] = [];
    for (const { input, targets } of manyBatches(task, 50_000)) {
      const seq = input.shape[1];
      for (let b = 0; b < input.shape[0]; b++) {
        const ids = row(input, b);
        const own = row(targets, b).map((answer, i, { length }) => ({
          seen: sees(ids, seq - length + i),
          answer,
        }));
        for (const { seen, answer } of own) {
          const here = counts.get(seen) ?? new Map<number, number>();
          counts.set(seen, here.set(answer, (here.get(answer) ?? 0) + 1));
        }
        sequences.push(own);
      }
    }
    const surprise = new Map<string, number>();
    for (const [seen, here] of counts) {
      const total = [...here.values()].reduce((sum, n) => sum + n, 0);
      for (const [answer, n] of here) surprise.set(`${seen}→${answer}`, -Math.log(n / total));
    }
    const losses = sequences.map(
      (own) =>
        own.reduce((sum, { seen, answer }) => sum + surprise.get(`${seen}→${answer}`)!, 0) /
        own.length,
    );
    const { mean, standardError } = meanOf(losses);
    // Counted on the same n answers, an entropy of k outcomes comes out smaller by (k − 1)/2n.
    const optimism = (counts.size * (task.outputSize - 1)) / (2 * 50_000 * answers);
    expect(Math.abs(mean - task.baseline.score)).toBeLessThan(3 * standardError + optimism);
  });

  test("has exactly the lag it states, and distractors change nothing", () => {
    let longest = 0;
    for (const { input } of manyBatches(task, 3000, { batchSize: 20 })) {
      for (let b = 0; b < input.shape[0]; b++) {
        const ids = row(input, b);
        const before = solve(ids);
        for (let t = 0; t < ids.length; t++) {
          const changed = ids.map((id, i) => (i === t ? otherOf(id, task) : id));
          const differs = solve(changed).findLastIndex((answer, i) => answer !== before[i]);
          if (distracts(ids[t], t)) expect(differs).toBe(-1);
          else if (differs >= 0) {
            longest = Math.max(longest, ids.length - before.length + differs - t);
          }
        }
      }
    }
    expect(longest).toBe(task.lag);
  });

  test("repeats from the same seed, and only from it", () => {
    const ids = (seed: number) => [...task.batch(50, new RandomGenerator(seed)).input.data];
    expect(ids(1)).toEqual(ids(1));
    expect(ids(2)).not.toEqual(ids(1));
  });

  test("refuses a batch of nothing", () => {
    expect(() => task.batch(0, new RandomGenerator(1))).toThrow(
      "batchSize to be a whole number of at least 1, got 0",
    );
  });
});

/** Another id of the same kind, so that the sequence stays one of the task's. */
function otherOf(id: number, task: MemoryTask): number {
  switch (task.name) {
    case "temporal-order":
      return id >= 6 ? 13 - id : isOther(id) ? 7 - id : id;
    case "delayed-recall": {
      const { outputSize: classes, inputSize } = task;
      if (id === inputSize - 1) return id;
      return id < classes ? (id + 1) % classes : classes + ((id - classes + 1) % 4);
    }
    case "copy-memory":
      return (id + 1) % (task.inputSize - 2);
    default:
      return id ^ 1; // the other bit; the other kind of bracket
  }
}

describe("tasks whose length is found from their lag", () => {
  const makers: [string, number, (lag: number) => MemoryTask, (length: number) => MemoryTask][] = [
    ["temporal order", 4, (lag) => temporalOrder({ lag }), (length) => temporalOrder({ length })],
    [
      "temporal order of three",
      5,
      (lag) => temporalOrder({ lag, symbols: 3 }),
      (length) => temporalOrder({ length, symbols: 3 }),
    ],
    ["Dyck-2", 4, (lag) => dyck2({ lag }), (length) => dyck2({ length: length + (length % 2) })],
    ["parity", 1, (lag) => parity({ lag }), (length) => parity({ length })],
  ];

  test.each(makers)("%s: the shortest that reaches it", (_, shortest, ofLag, ofLength) => {
    for (const lag of [1, 2, 3, 8, 19, 100, 101]) {
      let length = shortest;
      while (ofLength(length).lag < lag) length++;
      expect([ofLag(lag).length, ofLag(lag).lag]).toEqual([
        ofLength(length).length,
        ofLength(length).lag,
      ]);
    }
  });

  test("copy memory: as many blanks as are missing", () => {
    expect(copyMemory({ lag: 1010 }).length).toBe(copyMemory({ blanks: 1000 }).length);
  });
});

describe("successRate", () => {
  const task = delayedRecall({ lag: 3, classes: 3 });

  test("counts neither ties nor NaN as right", () => {
    const scores = tensor([
      [1, 1, 0],
      [0, NaN, 0],
      [NaN, 2, 1],
      [0, 2, 1],
    ]);
    expect(task.successRate(scores, tensor(new Int32Array([1, 1, 1, 1])))).toBe(1 / 4);
  });

  test("leaves out steps at which nothing is asked", () => {
    const labels = parity({ length: 2, answers: "every" });
    const scores = oneHot([[0, 1]], labels);
    const rate = (targets: number[]) =>
      labels.successRate(scores, tensor(new Int32Array(targets), { shape: [1, 2] }));
    expect([rate([0, 1]), rate([1, 1]), rate([-100, 1])]).toEqual([1, 0, 1]);
  });

  test("refuses scores of another shape, and no sequence at all", () => {
    const { targets } = task.batch(2, new RandomGenerator(1));
    expect(() => task.successRate(tensor([[1, 2, 3]]), targets)).toThrow(
      "delayedRecall, successRate: expected predictions [2, numClasses] for targets [2], and at least one sequence, got [1, 3]",
    );
    const none = tensor(new Float32Array(0), { shape: [0, 3] });
    expect(() => task.successRate(none, tensor(new Int32Array(0)))).toThrow("at least one");
  });
});

test.each([
  [() => copyMemory({}), "copyMemory: expected either blanks or lag, got neither."],
  [() => copyMemory({ blanks: 1, lag: 20 }), "expected either blanks or lag, got both."],
  [() => copyMemory({ blanks: 0 }), "expected blanks to be a whole number of at least 1, got 0"],
  [() => copyMemory({ lag: 10 }), "expected lag to be a whole number of at least 11, got 10"],
  [() => copyMemory({ blanks: 1, symbols: 1 }), "expected symbols"],
  [() => copyMemory({ blanks: 1, copyLength: 0 }), "expected copyLength"],
  [() => copyMemory({ blanks: 1, noise: 2 }), "expected noise to be a probability"],
  [() => temporalOrder({}), "temporalOrder: expected either length or lag, got neither."],
  [() => temporalOrder({ length: 3 }), "expected length to be a whole number of at least 4, got 3"],
  [() => temporalOrder({ length: 4, symbols: 3 }), "of at least 5, got 4"],
  [() => temporalOrder({ length: 9, symbols: 4 as 3 }), "expected symbols 2 or 3, got 4"],
  [() => temporalOrder({ length: 9, noise: NaN }), "expected noise to be a probability"],
  [() => temporalOrder({ lag: 0.5 }), "expected lag to be a whole number of at least 1, got 0.5"],
  [
    () => delayedRecall({ lag: 0 }),
    "delayedRecall: expected lag to be a whole number of at least 1",
  ],
  [() => delayedRecall({ lag: 3, classes: 1 }), "expected classes"],
  [() => delayedRecall({ lag: 3, distractors: 0 }), "expected distractors"],
  [() => delayedRecall({ lag: 3, noise: -1 }), "expected noise to be a probability"],
  [
    () => parity({ length: 0 }),
    "parity: expected length to be a whole number of at least 1, got 0",
  ],
  [() => parity({ lag: -1 }), "expected lag to be a whole number of at least 0, got -1"],
  [() => parity({ length: 3, answers: "all" as "last" }), 'expected answers "last" or "every"'],
  [
    () => dyck2({ length: 5 }),
    "dyck2: expected an even length, since every bracket is closed, got 5.",
  ],
  [() => dyck2({ length: 2 }), "expected length to be a whole number of at least 4, got 2"],
  [
    () => dyck2({ length: 6, depth: 1 }),
    "expected depth to be a whole number of at least 2, got 1",
  ],
  [() => dyck2({ lag: 0 }), "expected lag to be a whole number of at least 1, got 0"],
])("%o is refused with a reason", (make, message) => {
  expect(make).toThrow(message);
});
