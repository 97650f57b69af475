import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import { collateIds } from "./collate.ts";
import { DataLoader } from "./data-loader.ts";
import { MapDataset } from "./dataset.ts";
import { padSequence } from "./pad-sequence.ts";

describe("DataLoader", () => {
  test("keeps the order, and the last batch is smaller unless dropped", () => {
    const items = ["a", "b", "c", "d", "e"];
    expect([...new DataLoader(items, { batchSize: 2 })]).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    const dropping = new DataLoader(items, { batchSize: 2, dropLast: true });
    expect([...dropping]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(dropping.length).toBe(2);
  });

  test("every epoch has each item once, in a new order that the seed decides", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const epochs = (seed: number) => {
      const generator = new RandomGenerator(seed);
      const loader = new DataLoader(items, { batchSize: 8, shuffle: true, generator });
      return [[...loader].flat(), [...loader].flat()];
    };
    const [first, second] = epochs(1);
    expect(first.toSorted((a, b) => a - b)).toEqual(items);
    expect(second.toSorted((a, b) => a - b)).toEqual(items);
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(items);
    expect(epochs(1)).toEqual([first, second]);
    expect(epochs(2)[0]).not.toEqual(first);
  });

  test("every order is equally likely", () => {
    const generator = new RandomGenerator(3);
    const loader = new DataLoader(["a", "b", "c"], { batchSize: 3, shuffle: true, generator });
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const [batch] = loader;
      const order = batch.join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // 1000 each, with a standard deviation of √(6000 · 1/6 · 5/6) ≈ 29.
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(5 * 29);
  });

  const shapes = fc.record({
    length: fc.integer({ min: 1, max: 30 }),
    batchSize: fc.integer({ min: 1, max: 8 }),
    seed: fc.nat(),
    before: fc.nat({ max: 40 }),
  });

  test("goes on from a saved position, in a loader of another seed, as if it had not stopped", () => {
    fc.assert(
      fc.property(shapes, ({ length, batchSize, seed, before }) => {
        const items = Array.from({ length }, (_, i) => i);
        const loader = (of: number) =>
          new DataLoader(items, { batchSize, shuffle: true, generator: new RandomGenerator(of) });
        const whole = loader(seed);
        const expected = Array.from({ length: before + 12 }, () => whole.next());

        const first = loader(seed);
        for (let i = 0; i < before; i++) first.next();
        const saved: unknown = JSON.parse(JSON.stringify(first.getPosition()));
        const second = loader(seed + 1);
        second.setPosition(saved);
        expect(Array.from({ length: 12 }, () => second.next())).toEqual(expected.slice(before));
      }),
    );
  });

  test("the loop after setPosition is the rest of that epoch; every other is a whole one", () => {
    const items = Array.from({ length: 10 }, (_, i) => i);
    const loader = (seed: number) =>
      new DataLoader(items, { batchSize: 3, shuffle: true, generator: new RandomGenerator(seed) });
    const whole = loader(5);
    const [first, second, third] = [[...whole], [...whole], [...whole]];

    const stopped = loader(5);
    expect([...stopped]).toEqual(first);
    let seen = 0;
    for (const batch of stopped) {
      expect(batch).toEqual(second[seen]);
      if (++seen === 2) break;
    }
    const resumed = loader(6);
    resumed.setPosition(stopped.getPosition());
    expect([...resumed]).toEqual(second.slice(2));
    expect([...resumed]).toEqual(third);
    expect([...stopped]).toEqual(third); // a loop that was left early is not taken up again
  });

  test("next goes through the loops' epochs, and says where each starts", () => {
    const items = Array.from({ length: 7 }, (_, i) => i);
    const loader = () =>
      new DataLoader(items, { batchSize: 3, shuffle: true, generator: new RandomGenerator(5) });
    const [a, b] = [loader(), loader()];
    const steps = Array.from({ length: 6 }, () => a.next());
    expect(steps.map(({ batch }) => batch)).toEqual([...b, ...b]);
    expect(steps.map(({ startsEpoch }) => startsEpoch)).toEqual(
      [true, false, false, true, false, false], // prettier-ignore
    );
  });

  test.each([undefined, 3, { seed: 1, epoch: 0 }, { seed: 1, epoch: 0, batch: 5 }])(
    "refuses the position %j",
    (position) => {
      const loader = new DataLoader([1, 2, 3, 4]);
      expect(() => loader.setPosition(position)).toThrow(
        "DataLoader: expected a position { seed, epoch, batch } as getPosition gave it, with a batch of at most 4",
      );
    },
  );

  test("names the item that cannot be read, and the items that cannot be put into a batch", () => {
    const reading = new DataLoader(
      new MapDataset([1, 2, 3], (item) => {
        if (item === 3) throw new Error("a bad file");
        return item;
      }),
      { batchSize: 2 },
    );
    expect(() => [...reading]).toThrow("Item 2 of the data set could not be read: a bad file");
    const collating = new DataLoader([[1], [], [2]], { batchSize: 3, collate: collateIds });
    expect(() => [...collating]).toThrow(
      "Items 0, 1, 2 of the data set could not be put into a batch: collateIds: expected sequences of at least one step, got an empty one in row 1.",
    );
  });

  test("takes an order and batches from samplers, and refuses to be told twice", () => {
    const items = ["a", "b", "c"];
    const backwards = { length: 3, sample: () => Int32Array.of(2, 1, 0) };
    expect([...new DataLoader(items, { sampler: backwards, batchSize: 2 })]).toEqual([
      ["c", "b"],
      ["a"],
    ]);
    const batchSampler = { length: 1, sample: () => [Int32Array.of(1, 1)] };
    expect([...new DataLoader(items, { batchSampler })]).toEqual([["b", "b"]]);
    expect(() => new DataLoader(items, { batchSampler, batchSize: 2 })).toThrow(
      "DataLoader: batchSampler already decides that: leave out batchSize.",
    );
    expect(() => new DataLoader(items, { sampler: backwards, shuffle: true })).toThrow(
      "DataLoader: sampler already decides that: leave out shuffle.",
    );
  });

  test("collate makes the batches", () => {
    const loader = new DataLoader([[1, 2, 3], [4], [5, 6]], {
      batchSize: 2,
      collate: (rows) => padSequence(rows),
    });
    const [first, second] = loader;
    expect(first).toEqual({
      ids: Int32Array.of(1, 2, 3, 4, 0, 0),
      shape: [2, 3],
      lengths: Int32Array.of(3, 1),
    });
    expect(second.shape).toEqual([1, 2]);
  });

  test("refuses to give no batch at all", () => {
    expect(() => new DataLoader([])).toThrow("at least one item, got none");
    expect(() => new DataLoader([1, 2], { batchSize: 3, dropLast: true })).toThrow(
      "Every batch would be dropped: lower batchSize.",
    );
    expect(() => new DataLoader([1], { batchSize: 0 })).toThrow("expected batchSize");
  });
});

describe("padSequence", () => {
  test("each row begins with its sequence and ends with the padding value", () => {
    const rows = fc.array(fc.array(fc.integer({ min: 0, max: 99 })), { minLength: 1 });
    fc.assert(
      fc.property(rows, (sequences) => {
        const { ids, shape, lengths } = padSequence(sequences, { paddingValue: -1 });
        const [batch, seq] = shape;
        expect(batch).toBe(sequences.length);
        sequences.forEach((sequence, b) => {
          const row = [...ids.subarray(b * seq, (b + 1) * seq)];
          expect(row.slice(0, lengths[b])).toEqual(sequence);
          expect(row.slice(lengths[b]).every((id) => id === -1)).toBe(true);
        });
        expect(seq).toBe(Math.max(...lengths));
      }),
    );
  });

  test("refuses an empty batch", () => {
    expect(() => padSequence([])).toThrow("expected at least one sequence, got none");
  });
});
