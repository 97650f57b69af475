import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NgramModel } from "./ngram-model.ts";

/** The formulas of the file comment, with strings as keys and nothing kept between calls. */
function naiveProbability(
  ids: readonly number[],
  vocabSize: number,
  order: number,
  context: readonly number[],
  token: number,
): number {
  const key = (list: readonly number[]) => list.join(" ");
  /** a(·) of all n-grams of a length. */
  const adjustedOf = (n: number): Map<string, number> => {
    const counts = new Map<string, number>();
    const befores = new Map<string, Set<number>>();
    for (let i = 0; i + n <= ids.length; i++) {
      const gram = key(ids.slice(i, i + n));
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
      if (!befores.has(gram)) befores.set(gram, new Set());
      befores.get(gram)!.add(i === 0 ? -1 : ids[i - 1]);
    }
    if (n === order) return counts;
    return new Map(Array.from(befores, ([gram, set]) => [gram, set.size]));
  };
  const discountsOf = (adjusted: Map<string, number>): number[] => {
    const n = [0, 1, 2, 3, 4].map((a) => [...adjusted.values()].filter((it) => it === a).length);
    const y = n[1] / (n[1] + 2 * n[2]);
    const d = [1, 2, 3].map((a) => a - ((a + 1) * y * n[a + 1]) / n[a]);
    const usable = n[1] * n[2] * n[3] > 0 && d.every((it, i) => it > 0 && it <= i + 1);
    return [0, ...(usable ? d : [0.5, 1, 1.5])];
  };

  let p = 1 / vocabSize;
  for (let n = 1; n <= order && n - 1 <= context.length; n++) {
    const adjusted = adjustedOf(n);
    const discounts = discountsOf(adjusted);
    const discount = (a: number) => discounts[Math.min(a, 3)];
    const h = context.slice(context.length - n + 1);
    const following = Array.from(
      { length: vocabSize },
      (_, w) => adjusted.get(key([...h, w])) ?? 0,
    );
    const total = following.reduce((sum, a) => sum + a, 0);
    if (total === 0) break;
    const held = following.reduce((sum, a) => sum + discount(a), 0);
    p = (following[token] - discount(following[token]) + held * p) / total;
  }
  return p;
}

const V = 4;
const sequences = fc.array(fc.integer({ min: 0, max: V - 2 }), { minLength: 1, maxLength: 60 });
const contexts = fc.array(fc.integer({ min: 0, max: V - 1 }), { maxLength: 5 });
const orders = fc.integer({ min: 1, max: 4 });

describe("NgramModel", () => {
  test("gives the probabilities worked out by hand", () => {
    // Bigrams: 01 three times, 10 three times, 02 once. Before 0 stand {start, 1}, before 1 and 2
    // stands {0}. With discounts ½, 1, 3⁄2:
    //   p(0) = (2 − 1 + 2·⅓)/4 = 5⁄12,  p(1) = p(2) = (1 − ½ + 2·⅓)/4 = 7⁄24
    //   p(1|0) = (3 − 3⁄2 + 2·7⁄24)/4,  p(2|0) = (1 − ½ + 2·7⁄24)/4,  p(0|0) = (2·5⁄12)/4
    const model = new NgramModel(Int32Array.of(0, 1, 0, 1, 0, 1, 0, 2), { vocabSize: 3, order: 2 });
    const close = (values: Float64Array, expected: number[]) =>
      values.forEach((p, i) => expect(p).toBeCloseTo(expected[i], 12));
    close(model.distribution([]), [5 / 12, 7 / 24, 7 / 24]);
    close(model.distribution([0]), [5 / 24, 25 / 48, 13 / 48]);
    close(model.distribution([2]), [5 / 12, 7 / 24, 7 / 24]); // nothing ever followed 2
  });

  test("gives what the formulas give, computed naively", () => {
    fc.assert(
      fc.property(sequences, orders, contexts, (ids, order, context) => {
        const model = new NgramModel(Int32Array.from(ids), { vocabSize: V, order });
        model.distribution(context).forEach((p, token) => {
          const used = context.slice(Math.max(0, context.length - order + 1));
          expect(p).toBeCloseTo(naiveProbability(ids, V, order, used, token), 10);
        });
      }),
      { numRuns: 300 },
    );
  });

  test("after any context, the probabilities are above zero and sum to one", () => {
    fc.assert(
      fc.property(sequences, orders, contexts, (ids, order, context) => {
        const model = new NgramModel(Int32Array.from(ids), { vocabSize: V, order });
        const p = model.distribution(context);
        expect(p.reduce((sum, it) => sum + it, 0)).toBeCloseTo(1, 10);
        expect(Math.min(...p)).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  test("with estimated discounts they sum to one as well", () => {
    // Squares modulo a prime: n-grams of every small count, so that no fallback is needed.
    const ids = Int32Array.from({ length: 4000 }, (_, i) => ((i * i * 7919) % 1013) % 11);
    const model = new NgramModel(ids, { vocabSize: 12, order: 3 });
    for (const context of [[], [3], [3, 5], [10, 11], [11], [1, 2, 3, 4]]) {
      const sum = model.distribution(context).reduce((total, p) => total + p, 0);
      expect(sum).toBeCloseTo(1, 10);
    }
  });

  test("scores a sequence token by token as probability does", () => {
    fc.assert(
      fc.property(sequences, orders, contexts, (ids, order, held) => {
        const model = new NgramModel(Int32Array.from(ids), { vocabSize: V, order });
        const scores = model.logProbabilities(held);
        expect(scores.length).toBe(Math.max(0, held.length - 1));
        scores.forEach((score, i) => {
          expect(score).toBeCloseTo(
            Math.log(model.probability(held.slice(0, i + 1), held[i + 1])),
            10,
          );
        });
      }),
    );
  });

  test("learns a Markov chain down to its entropy rate", () => {
    // Stays with probability 0.9, else moves on: entropy −0.9 ln 0.9 − 0.1 ln 0.1 = 0.3251.
    let state = 12345;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    let token = 0;
    const ids = Int32Array.from({ length: 60_000 }, () => {
      if (random() >= 0.9) token = (token + 1) % 5;
      return token;
    });
    const [train, held] = [ids.subarray(0, 50_000), ids.subarray(50_000)];
    for (const order of [2, 3, 5]) {
      const nats = new NgramModel(train, { vocabSize: 5, order }).crossEntropy(held);
      expect(Math.abs(nats - 0.3251)).toBeLessThan(0.02);
    }
    const unigram = new NgramModel(train, { vocabSize: 5, order: 1 }).crossEntropy(held);
    expect(unigram).toBeCloseTo(Math.log(5), 1);
  });

  test("refuses ids outside the vocabulary, and orders that are no orders", () => {
    const ids = Int32Array.of(0, 3);
    expect(() => new NgramModel(ids, { vocabSize: 3 })).toThrow("expected ids from 0 to 2");
    expect(() => new NgramModel(ids, { vocabSize: 4, order: 0 })).toThrow("expected order to be");
  });
});
