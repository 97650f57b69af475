import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import { BucketBatchSampler } from "./bucket-batch-sampler.ts";
import { SameLengthBatchSampler } from "./same-length-batch-sampler.ts";
import { balancedWeights, WeightedRandomSampler } from "./sampler.ts";

/** How often each index was drawn. */
function countsOf(drawn: Iterable<number>, n: number): number[] {
  const counts = new Array<number>(n).fill(0);
  for (const index of drawn) counts[index]++;
  return counts;
}

describe("WeightedRandomSampler", () => {
  test("with replacement, draws in proportion to the weights", () => {
    const sampler = new WeightedRandomSampler([1, 0, 3, 6, 0], { numSamples: 10_000 });
    const counts = countsOf(sampler.sample(new RandomGenerator(1)), 5);
    // Standard deviations √(n p (1 − p)): 30, 46, 49.
    expect(Math.abs(counts[0] - 1000)).toBeLessThan(5 * 30);
    expect(Math.abs(counts[2] - 3000)).toBeLessThan(5 * 46);
    expect(Math.abs(counts[3] - 6000)).toBeLessThan(5 * 49);
    expect([counts[1], counts[4]]).toEqual([0, 0]);
  });

  test("without replacement, the first draw is in proportion, and none comes twice", () => {
    const sampler = new WeightedRandomSampler([1, 0, 3], { numSamples: 2, replacement: false });
    const generator = new RandomGenerator(2);
    let first = 0;
    for (let epoch = 0; epoch < 4000; epoch++) {
      const drawn = sampler.sample(generator);
      expect([...drawn].toSorted()).toEqual([0, 2]);
      if (drawn[0] === 0) first++;
    }
    expect(Math.abs(first - 1000)).toBeLessThan(5 * 28);
  });

  test("balanced weights give every class the same share", () => {
    const labels = ["rare", ...new Array<string>(9).fill("common")];
    const weights = balancedWeights(labels);
    expect(weights[0]).toBe(1);
    expect(weights.slice(1).reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });

  test("draws the same from the same generator, and differently from another", () => {
    const sampler = new WeightedRandomSampler(new Array<number>(50).fill(1));
    const draw = (seed: number) => [...sampler.sample(new RandomGenerator(seed))];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test("refuses weights that are none, and more draws than it can give", () => {
    expect(() => new WeightedRandomSampler([1, -1])).toThrow("at least 0, got -1 at place 1");
    expect(() => new WeightedRandomSampler([1, NaN])).toThrow("got NaN at place 1");
    expect(() => new WeightedRandomSampler([0, 0])).toThrow("expected a weight above 0, got none");
    expect(() => new WeightedRandomSampler([])).toThrow("expected numSamples");
    expect(
      () => new WeightedRandomSampler([1, 0, 1], { numSamples: 3, replacement: false }),
    ).toThrow("at most 2 draws without replacement");
  });
});

describe("BucketBatchSampler", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 });
  const options = fc.oneof(
    fc.record({ batchSize: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ maxTokens: fc.integer({ min: 40, max: 300 }) }),
  );
  const batchesPerBucket = fc.integer({ min: 1, max: 5 });

  test("every sequence comes exactly once, in as many batches as promised, none too large", () => {
    fc.assert(
      fc.property(lengths, options, batchesPerBucket, fc.boolean(), fc.nat(), (...drawn) => {
        const [list, limit, perBucket, shuffle, seed] = drawn;
        const sampler = new BucketBatchSampler(list, {
          ...limit,
          batchesPerBucket: perBucket,
          shuffle,
        });
        const generator = new RandomGenerator(seed);
        for (let epoch = 0; epoch < 3; epoch++) {
          const batches = sampler.sample(generator);
          expect(batches.length).toBe(sampler.length);
          expect(
            countsOf(
              batches.flatMap((batch) => [...batch]),
              list.length,
            ),
          ).toEqual(list.map(() => 1));
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0);
            const longest = Math.max(...Array.from(batch, (index) => list[index]));
            if ("batchSize" in limit) expect(batch.length).toBeLessThanOrEqual(limit.batchSize);
            else expect(batch.length * longest).toBeLessThanOrEqual(limit.maxTokens);
          }
        }
      }),
    );
  });

  test("a sequence is never beside one that is more than a bucket away in the order of lengths", () => {
    const list = Array.from({ length: 100 }, (_, i) => (37 * i) % 100); // 0 … 99, mixed
    const sampler = new BucketBatchSampler(list, { batchSize: 5, batchesPerBucket: 2 });
    for (const batch of sampler.sample(new RandomGenerator(1))) {
      const buckets = new Set(Array.from(batch, (index) => Math.floor(list[index] / 10)));
      expect(buckets.size).toBe(1);
    }
  });

  test("pads far less than batches drawn without regard to length", () => {
    const generator = new RandomGenerator(3);
    const list = Array.from({ length: 2000 }, () => 1 + generator.integer(100));
    const padded = (batches: Int32Array[]) => {
      const of = (batch: Int32Array) => Array.from(batch, (index) => list[index]);
      const area = batches.reduce((sum, batch) => sum + batch.length * Math.max(...of(batch)), 0);
      return 1 - list.reduce((sum, length) => sum + length) / area;
    };
    const bucketed = new BucketBatchSampler(list, { batchSize: 32 }).sample(generator);
    const order = generator.permutation(list.length);
    const random = Array.from({ length: 63 }, (_, i) => order.subarray(32 * i, 32 * (i + 1)));
    expect(padded(random)).toBeGreaterThan(0.4);
    expect(padded(bucketed)).toBeLessThan(0.12);
  });

  test("epochs differ in their batches, the same seed repeats them", () => {
    const list = Array.from({ length: 60 }, (_, i) => i % 7);
    const sampler = new BucketBatchSampler(list, { batchSize: 4 });
    const generator = new RandomGenerator(1);
    const [first, second] = [sampler.sample(generator), sampler.sample(generator)];
    expect(first).not.toEqual(second);
    expect(sampler.sample(new RandomGenerator(1))).toEqual(first);
    const members = (batches: Int32Array[]) => new Set(batches.map((b) => String(b.toSorted())));
    expect(members(first)).not.toEqual(members(second)); // and not only in their order
  });

  test("dropLast leaves out another few in every epoch, whatever their length", () => {
    const list = Array.from({ length: 10 }, (_, i) => i + 1);
    const sampler = new BucketBatchSampler(list, { batchSize: 4, dropLast: true });
    const generator = new RandomGenerator(1);
    const dropped = new Array<number>(10).fill(0);
    for (let epoch = 0; epoch < 1000; epoch++) {
      const batches = sampler.sample(generator);
      expect(batches.map(({ length }) => length)).toEqual([4, 4]);
      const counts = countsOf(
        batches.flatMap((batch) => [...batch]),
        10,
      );
      counts.forEach((count, index) => (dropped[index] += 1 - count));
    }
    // 200 each, with a standard deviation of √(1000 · 0.2 · 0.8) ≈ 12.6.
    for (const times of dropped) expect(Math.abs(times - 200)).toBeLessThan(5 * 12.6);
  });

  test("refuses what cannot be", () => {
    expect(() => new BucketBatchSampler([1], {})).toThrow("either batchSize or maxTokens");
    expect(() => new BucketBatchSampler([1], { batchSize: 1, maxTokens: 1 })).toThrow("either");
    expect(() => new BucketBatchSampler([], { batchSize: 1 })).toThrow("number of lengths");
    expect(() => new BucketBatchSampler([1], { batchSize: 0 })).toThrow("expected batchSize");
    expect(() => new BucketBatchSampler([1, -2], { batchSize: 1 })).toThrow("got -2 at place 1");
    expect(() => new BucketBatchSampler([5, 9], { maxTokens: 8 })).toThrow(
      "sequence 1 has 9 tokens, more than maxTokens 8 allows",
    );
    expect(() => new BucketBatchSampler([1, 2], { batchSize: 3, dropLast: true })).toThrow(
      "Every batch would be dropped",
    );
    expect(() => new BucketBatchSampler([1], { maxTokens: 3, dropLast: true })).toThrow(
      "leave out dropLast",
    );
  });
});

describe("SameLengthBatchSampler", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 200 });

  test("every sequence comes exactly once, in as many batches as promised, none too large", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), fc.nat(), (list, batchSize, seed) => {
        const sampler = new SameLengthBatchSampler(list, { batchSize });
        const generator = new RandomGenerator(seed);
        for (let epoch = 0; epoch < 3; epoch++) {
          const batches = sampler.sample(generator);
          expect(batches.length).toBe(sampler.length);
          const members = batches.flatMap((batch) => [...batch]);
          expect(countsOf(members, list.length)).toEqual(list.map(() => 1));
          for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(batchSize);
        }
      }),
    );
  });

  test("a length that half a batch has stands alone, in batches at least half full", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), (list, batchSize) => {
        const sampler = new SameLengthBatchSampler(list, { batchSize });
        for (const batch of sampler.sample(new RandomGenerator(1))) {
          const has = (length: number) => list.filter((it) => it === length).length;
          const isCommon = Array.from(batch, (i) => 2 * has(list[i]) >= batchSize);
          if (!isCommon.includes(true)) continue;
          expect(new Set(Array.from(batch, (i) => list[i])).size).toBe(1);
          expect(2 * batch.length).toBeGreaterThanOrEqual(Math.min(batchSize, 2));
          expect(2 * batch.length + 1).toBeGreaterThanOrEqual(batchSize);
        }
      }),
    );
  });

  test("epochs differ in who stands beside whom, the same seed repeats them", () => {
    // Ten of each length, and one each of 8, 9, …, which share batches.
    const list = [...Array.from({ length: 50 }, (_, i) => 3 + (i % 5)), 8, 9, 10, 11, 12, 13];
    const sampler = new SameLengthBatchSampler(list, { batchSize: 5 });
    const generator = new RandomGenerator(1);
    const [first, second] = [sampler.sample(generator), sampler.sample(generator)];
    expect(sampler.sample(new RandomGenerator(1))).toEqual(first);
    const members = (batches: Int32Array[], from: number) =>
      batches.filter((b) => list[b[0]] >= from).map((b) => String(b.toSorted()));
    expect(members(first, 0).sort()).not.toEqual(members(second, 0).sort());
    expect(members(first, 8).sort()).not.toEqual(members(second, 8).sort());
  });

  test("batch sizes follow the length, and lengths that are padded stand beside similar ones", () => {
    const generator = new RandomGenerator(5);
    const sources = Array.from({ length: 3000 }, () => 4 + generator.integer(12));
    const targets = sources.map((length) => length + generator.integer(30));
    const sampler = new SameLengthBatchSampler(sources, {
      batchSize: (length) => Math.floor(300 / length),
      paddedLengths: targets,
    });
    const batches = sampler.sample(generator);
    let padded = 0;
    for (const batch of batches) {
      const [first] = batch;
      expect(batch.length * sources[first]).toBeLessThanOrEqual(300);
      expect(batch.every((i) => sources[i] === sources[first])).toBe(true);
      padded += batch.length * Math.max(...Array.from(batch, (i) => targets[i]));
    }
    const share = 1 - targets.reduce((sum, length) => sum + length) / padded;
    // Alike by chance, it would be 0.37.
    expect(share).toBeLessThan(0.2);
    expect(sampler.sample(generator)).not.toEqual(batches);
  });

  test("few sequences of many lengths share their batches", () => {
    expect(new SameLengthBatchSampler([3, 4, 5, 6], { batchSize: 64 }).length).toBe(1);
    expect(() => new SameLengthBatchSampler([3], { batchSize: 0 })).toThrow(
      "expected batchSize to be a whole number of at least 1, got 0",
    );
  });
});
