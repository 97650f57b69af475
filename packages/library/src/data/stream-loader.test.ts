import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import { StreamLoader, type StreamLoaderOptions } from "./stream-loader.ts";

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const indices = (n: number) => Array.from({ length: n }, (_, i) => i);

const cases = fc.record({
  n: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 7 }),
  shuffleBuffer: fc.integer({ min: 0, max: 50 }),
  prefetch: fc.integer({ min: 0, max: 4 }),
  seed: fc.nat(),
});

function loaderOf(n: number, seed: number, options: StreamLoaderOptions<number, number[]>) {
  const generator = new RandomGenerator(seed);
  return new StreamLoader(() => indices(n), { ...options, generator });
}

describe("StreamLoader", () => {
  test("every epoch has each item once, mixed by the seed, however much is read ahead", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ n, seed, prefetch, ...options }) => {
        const loader = loaderOf(n, seed, { ...options, prefetch });
        const again = loaderOf(n, seed, options);
        for (let epoch = 0; epoch < 2; epoch++) {
          const batches = await all(loader);
          expect(batches.flat().sort((a, b) => a - b)).toEqual(indices(n));
          expect(batches.length).toBe(Math.ceil(n / options.batchSize));
          expect(await all(again)).toEqual(batches);
        }
      }),
    );
  });

  test("a buffer mixes an epoch, and each differently; without one the order is the stream's", async () => {
    const loader = loaderOf(50, 1, { shuffleBuffer: 20 });
    const [first, second] = [(await all(loader)).flat(), (await all(loader)).flat()];
    expect(first).not.toEqual(indices(50));
    expect(first).not.toEqual(second);
    expect((await all(loaderOf(50, 1, {}))).flat()).toEqual(indices(50));
  });

  test("a buffer as long as the stream gives every order alike", async () => {
    const loader = loaderOf(3, 1, { batchSize: 3, shuffleBuffer: 3 });
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 3000; epoch++) {
      const [batch] = await all(loader);
      seen.set(batch.join(), (seen.get(batch.join()) ?? 0) + 1);
    }
    // 500 each, with a standard deviation of √(3000 · 1/6 · 5/6) ≈ 20.
    expect(seen.size).toBe(6);
    for (const times of seen.values()) expect(Math.abs(times - 500)).toBeLessThan(5 * 20);
  });

  test("goes on from a saved position as if it had not stopped", async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat({ max: 30 }), async ({ n, seed, ...options }, before) => {
        const whole = loaderOf(n, seed, options);
        const expected = [];
        for (let i = 0; i < before + 5; i++) expected.push(await whole.next());

        const first = loaderOf(n, seed, options);
        for (let i = 0; i < before; i++) await first.next();
        const second = loaderOf(n, seed + 1, options);
        second.setPosition(JSON.parse(JSON.stringify(first.getPosition())));
        for (let i = before; i < before + 5; i++) expect(await second.next()).toEqual(expected[i]);
      }),
    );
  });

  test("reads no more than the buffer and the batches ahead, and closes what it leaves", async () => {
    let read = 0;
    let isClosed = false;
    const loader = new StreamLoader(
      function* () {
        try {
          for (;;) yield read++;
        } finally {
          isClosed = true;
        }
      },
      { batchSize: 10, shuffleBuffer: 100, prefetch: 2 },
    );
    let batches = 0;
    for await (const batch of loader) {
      expect(batch.length).toBe(10);
      await new Promise((resolve) => setTimeout(resolve, 1)); // time enough to read on
      expect(read).toBeLessThanOrEqual(100 + 10 * (batches + 1 + 2) + 1);
      if (++batches === 20) break;
    }
    expect(isClosed).toBe(true);
  });

  test("an epoch of 100 MB leaves no more in memory than its buffer", async () => {
    const line = "x".repeat(1000);
    const loader = new StreamLoader(
      function* () {
        for (let i = 0; i < 100_000; i++) yield `${i} ${line}`;
      },
      { batchSize: 100, shuffleBuffer: 1000 },
    );
    let before = 0;
    let batches = 0;
    for await (const batch of loader) {
      expect(batch.length).toBe(100);
      if (++batches === 500) before = process.memoryUsage().heapUsed;
    }
    expect(batches).toBe(1000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(48 * 2 ** 20);
  });

  test("names the items that cannot be put into a batch", async () => {
    const collate = (items: number[]) => {
      if (items.includes(5)) throw new Error("no fives");
      return items;
    };
    await expect(all(loaderOf(9, 1, { batchSize: 4, collate }))).rejects.toThrow(
      "Items 4 to 7 of the stream could not be put into a batch: no fives",
    );
  });

  test("dropLast leaves out the rest", async () => {
    expect(await all(loaderOf(5, 1, { batchSize: 2, dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test("refuses streams without items, or that cannot be opened again", async () => {
    await expect(all(new StreamLoader(() => []))).rejects.toThrow("at least one item, got none");
    await expect(all(loaderOf(2, 1, { batchSize: 3, dropLast: true }))).rejects.toThrow(
      "at least 3 items because batchSize is 3 and dropLast is on, got 2",
    );
    expect(() => new StreamLoader([1, 2] as never)).toThrow("expected a function");
    expect(() => loaderOf(1, 1, { shuffleBuffer: -1 })).toThrow("expected shuffleBuffer");
    expect(() => loaderOf(1, 1, {}).batchesPerEpoch).toThrow("a budget of steps or minutes");
  });
});
