import { describe, expect, test } from "vitest";
import { full, tensor } from "../../tensor/creation.ts";
import { RandomGenerator } from "../../tensor/random.ts";
import { addingProblem, type AddingDefinition } from "./adding-problem.ts";
import { manyBatches, meanOf, row } from "./testing.ts";

const DEFINITIONS: AddingDefinition[] = ["arjovsky", "hochreiter"];

/** A program that remembers: adds up what is marked. */
function solve(sequence: number[], definition: AddingDefinition): number {
  let sum = 0;
  for (let i = 0; i < sequence.length; i += 2) if (sequence[i + 1] === 1) sum += sequence[i];
  return definition === "arjovsky" ? sum : 0.5 + sum / 4;
}

const marksOf = (sequence: number[]) => sequence.filter((_, i) => i % 2 === 1);
const stepsOf = (marks: number[], mark: number) =>
  marks.flatMap((value, t) => (value === mark ? [t] : []));

describe.each(DEFINITIONS)("the adding problem as %s defines it", (definition) => {
  const constant = definition === "arjovsky" ? 1 : 0.5;

  test.each([2, 3, 4, 7, 21, 60].filter((T) => definition === "arjovsky" || T >= 4))(
    "has for T = %d the stated baseline, to three standard errors of 50,000 sequences",
    (length) => {
      const task = addingProblem({ length, definition });
      const errors: number[] = [];
      const targets: number[] = [];
      for (const batch of manyBatches(task, 50_000)) {
        for (const target of batch.targets.data) {
          targets.push(target);
          errors.push((target - constant) ** 2);
        }
      }
      const { mean, standardError } = meanOf(errors);
      expect(Math.abs(mean - task.baseline.score)).toBeLessThan(3 * standardError);
      // No other constant is better: the mean of the targets is this one.
      const middle = meanOf(targets);
      expect(Math.abs(middle.mean - constant)).toBeLessThan(3 * middle.standardError);
    },
  );

  test("is solved by a program that adds what is marked, and by the mean in 15 %", () => {
    const task = addingProblem({ length: 40, definition });
    const { input, targets } = task.batch(4000, new RandomGenerator(3));
    const answers = Array.from({ length: 4000 }, (_, b) => [solve(row(input, b), definition)]);
    expect(task.successRate(tensor(answers), targets)).toBe(1);
    // 4 % either side of a triangle's top, 0.08 · (2 − 0.08); fewer where one number counts as 0.
    const constantRate = task.successRate(full([4000, 1], constant), targets);
    expect(Math.abs(constantRate - 0.154)).toBeLessThan(0.02);
  });

  test("counts an answer as solved up to 4 % of the target's range", () => {
    const task = addingProblem({ length: 10, definition });
    const range = definition === "arjovsky" ? 2 : 1;
    const rate = (error: number) =>
      task.successRate(tensor([[0.7 + error], [0.7 - error]]), tensor([[0.7], [0.7]]));
    expect(rate(0.0399 * range)).toBe(1);
    expect(rate(0.0401 * range)).toBe(0);
    expect(rate(NaN)).toBe(0);
    expect(task.successRate(tensor([[0.7], [9]]), tensor([[0.7], [0.7]]))).toBe(0.5);
  });

  test("has exactly the lag it states", () => {
    const task = addingProblem({ length: 20, definition });
    let earliest = Infinity;
    let longestLag = 0;
    for (const { input } of manyBatches(task, 20_000, { batchSize: 20 })) {
      const steps = input.shape[1];
      for (let b = 0; b < 20; b++) {
        const first = stepsOf(marksOf(row(input, b)), 1)[0] ?? steps;
        earliest = Math.min(earliest, first);
        longestLag = Math.max(longestLag, steps - 1 - first);
      }
    }
    expect(longestLag).toBe(task.lag);
    expect(earliest).toBe(definition === "arjovsky" ? 0 : 1);
  });

  test.each([1, 2, 3, 10, 57, 400])("finds the shortest sequences with lag %d", (lag) => {
    const task = addingProblem({ lag, definition });
    expect(task.lag).toBeGreaterThanOrEqual(lag);
    const shortest = definition === "arjovsky" ? 2 : 4;
    for (let length = shortest; addingProblem({ length, definition }).lag < lag; length++) {
      expect(addingProblem({ length, definition }).length).toBeLessThan(task.length);
    }
  });

  test("is silent where nothing is marked with noise 0, and its targets are as varied as ever", () => {
    const task = addingProblem({ length: 12, definition, noise: 0 });
    const { input, targets } = task.batch(2000, new RandomGenerator(5));
    for (let b = 0; b < 2000; b++) {
      const sequence = row(input, b);
      const marks = marksOf(sequence);
      expect(marks.every((mark, t) => mark === 1 || sequence[2 * t] === 0)).toBe(true);
      expect(targets.data[b]).toBeCloseTo(solve(sequence, definition), 5);
    }
    const { mean, standardError } = meanOf(
      Array.from(targets.data, (target) => (target - constant) ** 2),
    );
    expect(Math.abs(mean - task.baseline.score)).toBeLessThan(3 * standardError);
  });

  test("makes other numbers larger with noise 10, and no others", () => {
    const quiet = addingProblem({ length: 12, definition });
    const loud = addingProblem({ length: 12, definition, noise: 10 });
    const one = row(quiet.batch(1, new RandomGenerator(8)).input, 0);
    const ten = row(loud.batch(1, new RandomGenerator(8)).input, 0);
    for (let i = 0; i < one.length; i += 2) {
      expect(ten[i + 1]).toBe(one[i + 1]);
      expect(ten[i]).toBeCloseTo(one[i] * (one[i + 1] === 1 ? 1 : 10), 5);
    }
  });

  test("repeats from the same seed, and only from it", () => {
    const task = addingProblem({ length: 9, definition });
    const inputs = (seed: number) => [...task.batch(3, new RandomGenerator(seed)).input.data];
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(2)).not.toEqual(inputs(1));
  });
});

describe("the adding problem", () => {
  test("of Arjovsky et al. marks one step in each half, any of them", () => {
    const task = addingProblem({ length: 7 });
    const seen = new Set<string>();
    for (const { input } of manyBatches(task, 2000)) {
      for (let b = 0; b < input.shape[0]; b++) {
        const marked = stepsOf(marksOf(row(input, b)), 1);
        expect(marked.length).toBe(2);
        seen.add(marked.join());
      }
    }
    const pairs = [0, 1, 2].flatMap((first) => [3, 4, 5, 6].map((second) => `${first},${second}`));
    expect([...seen].sort()).toEqual(pairs);
  });

  test("of Hochreiter and Schmidhuber varies its length, and marks as the paper says", () => {
    const task = addingProblem({ length: 50, definition: "hochreiter" });
    const lengths = new Set<number>();
    const firsts = new Set<number>();
    let last = 0;
    let single = 0;
    const sequences = 30_000;
    for (const { input } of manyBatches(task, sequences, { batchSize: 10 })) {
      lengths.add(input.shape[1]);
      for (let b = 0; b < 10; b++) {
        const marks = marksOf(row(input, b));
        const marked = stepsOf(marks, 1);
        const asThePaperSays =
          stepsOf(marks, -1).join() === `0,${marks.length - 1}` &&
          (marked[0] < 10 || marked.length === 1);
        if (!asThePaperSays) expect.fail(`marks ${marks.join()}`);
        if (marked.length === 1) single++;
        else if (marked[1] >= 10) firsts.add(marked[0]);
        last = Math.max(last, ...marked);
      }
    }
    expect([...lengths].sort()).toEqual([50, 51, 52, 53, 54, 55]);
    expect([...firsts].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(last).toBe(24); // the first T/2 − 1 still unmarked: the shortest lag is T/2
    // The first step is chosen in 1/10 + 9/10 · 1/24 of all sequences.
    const share = 0.1 + 0.9 / 24;
    const error = Math.sqrt((share * (1 - share)) / sequences);
    expect(Math.abs(single / sequences - share)).toBeLessThan(3 * error);
  });

  test.each([
    [{}, "addingProblem: expected either length or lag, got neither."],
    [{ length: 9, lag: 8 }, "addingProblem: expected either length or lag, got both."],
    [{ length: 1 }, "expected length to be a whole number of at least 2, got 1"],
    [{ length: 2.5 }, "expected length to be a whole number of at least 2, got 2.5"],
    [{ length: 3, definition: "hochreiter" as const }, "of at least 4, got 3"],
    [{ lag: 0 }, "expected lag to be a whole number of at least 1, got 0"],
    [{ lag: NaN }, "expected lag to be a whole number of at least 1, got NaN"],
    [{ length: 9, noise: -1 }, "expected noise to be a number from 0 on, got -1"],
    [{ length: 9, noise: NaN }, "expected noise to be a number from 0 on, got NaN"],
    [
      { length: 9, definition: "toString" as AddingDefinition },
      'expected definition "arjovsky" or "hochreiter", got "toString"',
    ],
  ])("refuses %o", (options, message) => {
    expect(() => addingProblem(options)).toThrow(message);
  });

  test("refuses batches of nothing and predictions of another number", () => {
    const task = addingProblem({ length: 5 });
    expect(() => task.batch(0, new RandomGenerator(1))).toThrow("batchSize");
    const { targets } = task.batch(3, new RandomGenerator(1));
    expect(() => task.successRate(tensor([[1], [2]]), targets)).toThrow(
      "expected predictions [3, 1] for targets [3, 1], and at least one sequence, got [2, 1]",
    );
  });
});
