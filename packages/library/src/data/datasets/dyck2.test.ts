import { expect, test } from "vitest";
import { dyck2 } from "./dyck2.ts";
import { manyBatches, row } from "./testing.ts";

const shapeOf = (ids: number[]) => ids.map((id) => (id < 2 ? "(" : ")")).join("");

/** All balanced strings of one kind with at most `depth` open. */
function shapes(length: number, depth: number, open = 0): string[] {
  if (length === 0) return open === 0 ? [""] : [];
  const ways: string[] = [];
  if (open < depth) ways.push(...shapes(length - 1, depth, open + 1).map((rest) => `(${rest}`));
  if (open > 0) ways.push(...shapes(length - 1, depth, open - 1).map((rest) => `)${rest}`));
  return ways;
}

test("gives every shape within the depth equally often, and both kinds", () => {
  const all = shapes(8, 3);
  expect(all.length).toBe(13); // Catalan's 14 without ((((...))))
  const counts = new Map(all.map((shape) => [shape, 0]));
  let square = 0;
  const sequences = 26_000;
  for (const { input } of manyBatches(dyck2({ length: 8, depth: 3 }), sequences)) {
    for (let b = 0; b < input.shape[0]; b++) {
      const ids = row(input, b);
      counts.set(shapeOf(ids), counts.get(shapeOf(ids))! + 1);
      square += ids.filter((id) => id === 1).length;
    }
  }
  const share = 1 / 13;
  const error = Math.sqrt(sequences * share * (1 - share));
  for (const n of counts.values()) expect(Math.abs(n - sequences * share)).toBeLessThan(4 * error);
  expect(Math.abs(square / (4 * sequences) - 1 / 2)).toBeLessThan(0.005);
});

test("closes with the right kind, over thousands of steps and any depth", () => {
  const [{ input }] = manyBatches(dyck2({ length: 4000, depth: 30 }), 5, { batchSize: 5 });
  for (let b = 0; b < 5; b++) {
    const stack: number[] = [];
    for (const id of row(input, b)) {
      if (id < 2) stack.push(id);
      else expect(stack.pop()).toBe(id - 2);
      expect(stack.length).toBeLessThanOrEqual(30);
    }
    expect(stack).toEqual([]);
  }
});

test("the baseline of four brackets is what can be counted by hand", () => {
  // ()() and (()), each as likely. Step 1 closes in the first only, and then nothing is open: no
  // doubt. Step 2 closes in the second, and one is open: ln 2. Step 3 always closes the last.
  expect(dyck2({ length: 4 }).baseline.score).toBeCloseTo((1 / 4) * (1 / 2) * Math.LN2, 12);
});
