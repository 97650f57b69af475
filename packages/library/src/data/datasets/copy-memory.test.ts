import { expect, test } from "vitest";
import { RandomGenerator } from "../../tensor/random.ts";
import { copyMemory } from "./copy-memory.ts";
import { row } from "./testing.ts";

test("with T blanks has Arjovsky et al.'s form and baseline, 10 · ln 8 / (T + 20)", () => {
  const task = copyMemory({ blanks: 30 });
  expect([task.length, task.lag, task.inputSize, task.outputSize]).toEqual([50, 40, 10, 9]);
  expect(task.baseline.score).toBeCloseTo((10 * Math.log(8)) / 50, 12);
  const { input, targets } = task.batch(100, new RandomGenerator(1));
  const seen = new Set<number>();
  for (let b = 0; b < 100; b++) {
    const ids = row(input, b);
    const symbols = ids.slice(0, 10);
    symbols.forEach((symbol) => seen.add(symbol));
    expect(ids.slice(10)).toEqual([...rep(8, 29), 9, ...rep(8, 10)]);
    expect(row(targets, b)).toEqual([...rep(8, 40), ...symbols]);
  }
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("noise writes symbols over that share of the blanks before the delimiter, nowhere else", () => {
  const task = copyMemory({ blanks: 101, symbols: 4, copyLength: 2, noise: 0.3 });
  const { input } = task.batch(200, new RandomGenerator(1));
  let noisy = 0;
  for (let b = 0; b < 200; b++) {
    const ids = row(input, b);
    noisy += ids.slice(2, 102).filter((id) => id < 4).length;
    expect(ids.slice(102)).toEqual([5, 4, 4]);
  }
  const error = Math.sqrt((0.3 * 0.7) / 20_000);
  expect(Math.abs(noisy / 20_000 - 0.3)).toBeLessThan(3 * error);
});

const rep = (id: number, n: number) => new Array<number>(n).fill(id);
