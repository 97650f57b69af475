import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../core/errors.ts";
import { RandomGenerator } from "../tensor/random.ts";
import { AsyncDataLoader } from "./async-data-loader.ts";
import { DataLoader } from "./data-loader.ts";
import { MapDataset } from "./dataset.ts";

const indices = (n: number) => Array.from({ length: n }, (_, i) => i);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Items that come in another order than they were asked for. */
function lateItems(n: number) {
  return {
    length: n,
    at: async (index: number) => {
      await sleep((7 * index) % 4);
      return index;
    },
  };
}

describe("AsyncDataLoader", () => {
  const cases = fc.record({
    n: fc.integer({ min: 1, max: 30 }),
    batchSize: fc.integer({ min: 1, max: 8 }),
    prefetch: fc.integer({ min: 0, max: 4 }),
    seed: fc.nat(),
  });

  test("gives the batches of a DataLoader with the same options, whenever the items come", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ n, batchSize, prefetch, seed }) => {
        const options = () => ({ batchSize, shuffle: true, generator: new RandomGenerator(seed) });
        const now = new DataLoader(indices(n), options());
        const later = new AsyncDataLoader(lateItems(n), { ...options(), prefetch });
        for (let epoch = 0; epoch < 2; epoch++) {
          const batches = [];
          for await (const batch of later) batches.push(batch);
          expect(batches).toEqual([...now]);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("positions go from one kind of loader to the other, and do not count what is made ahead", async () => {
    const options = (seed: number) => ({
      batchSize: 2,
      shuffle: true,
      generator: new RandomGenerator(seed),
    });
    const whole = new DataLoader(indices(9), options(1));
    const expected = Array.from({ length: 12 }, () => whole.next());

    const first = new AsyncDataLoader(lateItems(9), { ...options(1), prefetch: 3 });
    for (let i = 0; i < 7; i++) expect(await first.next()).toEqual(expected[i]);
    const second = new DataLoader(indices(9), options(2));
    second.setPosition(first.getPosition());
    expect(second.next()).toEqual(expected[7]);
    const third = new AsyncDataLoader(lateItems(9), options(3));
    third.setPosition(second.getPosition());
    for (let i = 8; i < 12; i++) expect(await third.next()).toEqual(expected[i]);
  });

  test("makes as many batches ahead as it is told, and not one more", async () => {
    let asked = 0;
    const dataset = { length: 100, at: (index: number) => ((asked = index + 1), index) };
    const loader = new AsyncDataLoader(dataset, { batchSize: 5, prefetch: 3 });
    let batch = 0;
    for await (const items of loader) {
      expect(items.length).toBe(5);
      expect(asked).toBe(Math.min(100, 5 * (batch++ + 1 + 3)));
    }
  });

  test("an error comes in its batch's turn, and names the first item that failed", async () => {
    const dataset = new MapDataset(indices(12), async (index) => {
      await sleep(index === 7 ? 5 : 0);
      if (index === 7 || index === 8) throw new Error("a bad file");
      return index;
    });
    const loader = new AsyncDataLoader(dataset, { batchSize: 3, prefetch: 8 });
    const seen: number[] = [];
    const loop = async () => {
      for await (const batch of loader) seen.push(...batch);
    };
    const error: unknown = await loop().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toBe(
      "Item 7 of the data set could not be read: a bad file",
    );
    expect((error as DataError).index).toBe(7);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("refuses what a DataLoader refuses, and to read a negative number ahead", () => {
    expect(() => new AsyncDataLoader([])).toThrow("AsyncDataLoader: expected a data set with");
    expect(() => new AsyncDataLoader([1], { prefetch: -1 })).toThrow("expected prefetch");
    const module = new URL("file:///none.ts");
    expect(() => new AsyncDataLoader([1], { workers: { module, count: 0 } })).toThrow(
      "expected workers.count",
    );
  });
});
