import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BpttBatches, type BpttBatch } from "./bptt-batches.ts";

const count = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

describe("BpttBatches", () => {
  test("lays the streams side by side and shifts the targets by one", () => {
    const [first, second] = [...new BpttBatches(count(13), { batchSize: 2, bptt: 3 })];
    expect([...first.inputs]).toEqual([0, 1, 2, 6, 7, 8]);
    expect([...first.targets]).toEqual([1, 2, 3, 7, 8, 9]);
    expect([...second.inputs]).toEqual([3, 4, 5, 9, 10, 11]);
    expect([...second.targets]).toEqual([4, 5, 6, 10, 11, 12]);
    expect([first.isFirst, second.isFirst]).toEqual([true, false]);
  });

  const sizes = fc.record({
    batchSize: fc.integer({ min: 1, max: 5 }),
    bptt: fc.integer({ min: 1, max: 6 }),
    extra: fc.integer({ min: 0, max: 40 }),
  });

  test("each stream reads its part of the text in order, and no id is a target twice", () => {
    fc.assert(
      fc.property(sizes, ({ batchSize, bptt, extra }) => {
        const length = batchSize * bptt + 1 + extra;
        const batches = new BpttBatches(count(length), { batchSize, bptt });
        const targets: number[][] = Array.from({ length: batchSize }, () => []);
        for (const batch of batches) {
          const [, seq] = batch.shape;
          batch.inputs.forEach((id, i) => expect(batch.targets[i]).toBe(id + 1));
          targets.forEach((stream, b) => {
            stream.push(...batch.targets.subarray(b * seq, (b + 1) * seq));
          });
        }
        const used = Math.floor((length - 1) / batchSize) * batchSize;
        expect(targets.flat()).toEqual([...count(used)].map((i) => i + 1));
      }),
    );
  });

  test("the last step of an epoch is shorter, or left out with dropLast", () => {
    const shapes = (dropLast: boolean) =>
      Array.from(new BpttBatches(count(17), { batchSize: 2, bptt: 3, dropLast }), (b) => b.shape);
    expect(shapes(false)).toEqual([
      [2, 3],
      [2, 3],
      [2, 2],
    ]);
    expect(shapes(true)).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });

  test("going on from a saved position gives the same steps as never having stopped", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ batchSize, bptt, extra }, cut) => {
        const ids = count(batchSize * bptt + 1 + extra);
        const take = (batches: BpttBatches, n: number): BpttBatch[] =>
          Array.from({ length: n }, () => batches.next());

        const whole = new BpttBatches(ids, { batchSize, bptt });
        const steps = take(whole, 2 * whole.length);

        const before = new BpttBatches(ids, { batchSize, bptt });
        const stop = cut % steps.length;
        take(before, stop);
        const after = new BpttBatches(ids, { batchSize, bptt });
        after.position = before.position;
        expect(take(after, steps.length - stop)).toEqual(steps.slice(stop));
      }),
    );
  });

  test("a loop left early goes on where it stopped", () => {
    const batches = new BpttBatches(count(13), { batchSize: 2, bptt: 2 });
    for (const batch of batches) if (batch.inputs[0] === 2) break;
    expect(batches.position).toBe(2);
    expect([...batches].length).toBe(1);
    expect(batches.position).toBe(0);
  });

  test.each([
    [0, "at least two ids, one to read and one to predict, got 0. Is the text empty?"],
    [1, "at least two ids, one to read and one to predict, got 1"],
    [
      500,
      "at least 2049 ids because batchSize is 32 and bptt is 64, got 500. Lower batchSize to 7,",
    ],
    [40, "Lower batchSize to 1 and bptt to 39, or use a longer text."],
  ])("of %d ids says what to lower", (length, message) => {
    expect(() => new BpttBatches(count(length))).toThrow(message);
  });

  test("what the message advises works", () => {
    expect(new BpttBatches(count(500), { batchSize: 7 }).length).toBe(2);
    expect(new BpttBatches(count(40), { batchSize: 1, bptt: 39 }).length).toBe(1);
  });

  test("refuses a position outside the epoch", () => {
    const batches = new BpttBatches(count(13), { batchSize: 2, bptt: 3 });
    expect(() => (batches.position = 2)).toThrow("expected a position from 0 to 1, got 2");
  });
});
