import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import { DataLoader } from "./data-loader.ts";
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

  test("goes on in the middle of an epoch from the generator's state at its start", () => {
    const items = Array.from({ length: 10 }, (_, i) => i);
    const generator = new RandomGenerator(5);
    const loader = new DataLoader(items, { batchSize: 3, shuffle: true, generator });
    const state = generator.getState();
    const epoch = [...loader];

    generator.setState(state);
    expect([...loader.batches(2)]).toEqual(epoch.slice(2));
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
