import { expect, test } from "vitest";
import { temporalOrder } from "./temporal-order.ts";
import { manyBatches, row } from "./testing.ts";

test.each([
  [
    2,
    [
      [10, 20],
      [50, 60],
    ],
  ],
  [
    3,
    [
      [10, 20],
      [33, 43],
      [66, 76],
    ],
  ],
] as const)(
  "of %d symbols and length 100 is experiment 6 of Hochreiter & Schmidhuber",
  (symbols, windows) => {
    const task = temporalOrder({ length: 100, symbols });
    const lengths = new Set<number>();
    const seen = windows.map(() => new Set<number>());
    const classes = new Set<number>();
    for (const { input, targets } of manyBatches(task, 2000, { batchSize: 10 })) {
      lengths.add(input.shape[1]);
      for (let b = 0; b < 10; b++) {
        const ids = row(input, b);
        classes.add(targets.data[b]);
        expect([ids[0], ids.at(-1)]).toEqual([0, 1]);
        const steps = ids.flatMap((id, t) => (id >= 6 ? [t] : []));
        expect(steps.length).toBe(symbols);
        steps.forEach((t, i) => seen[i].add(t));
        expect(ids.slice(1, -1).every((id) => id >= 2)).toBe(true);
      }
    }
    expect([...lengths].sort()).toEqual(Array.from({ length: 11 }, (_, i) => 100 + i));
    expect(classes.size).toBe(2 ** symbols);
    windows.forEach(([from, to], i) => {
      const all = Array.from({ length: to - from + 1 }, (_, t) => from + t);
      expect([...seen[i]].sort((a, b) => a - b)).toEqual(all);
    });
  },
);

test.each([2, 3] as const)("keeps its %d symbols apart and in order at any length", (symbols) => {
  for (let length = symbols + 2; length < 130; length++) {
    const task = temporalOrder({ length, symbols });
    for (const { input } of manyBatches(task, 60, { batchSize: 20, seed: length })) {
      for (let b = 0; b < 20; b++) {
        expect(row(input, b).filter((id) => id >= 6).length).toBe(symbols);
        expect([row(input, b)[0], row(input, b).at(-1)]).toEqual([0, 1]);
      }
    }
  }
});

test("noise is the share of the other symbols that is random", () => {
  const shareOfA = (noise: number) => {
    const [{ input }] = manyBatches(temporalOrder({ length: 200, noise }), 100, { batchSize: 100 });
    const others = [...input.data].filter((id) => id >= 2 && id < 6);
    return others.filter((id) => id === 2).length / others.length;
  };
  expect(shareOfA(0)).toBe(1);
  expect(Math.abs(shareOfA(1) - 1 / 4)).toBeLessThan(0.01); // three standard errors of 20,000
  expect(Math.abs(shareOfA(0.4) - (0.6 + 0.4 / 4))).toBeLessThan(0.01);
});
