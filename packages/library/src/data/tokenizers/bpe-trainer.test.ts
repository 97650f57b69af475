import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learnMerges } from "./bpe-trainer.ts";

/** The definition: count all pairs, join the best everywhere, start over. */
function learnMergesNaively(
  chunks: readonly Uint8Array[],
  counts: readonly number[],
  numMerges: number,
  minFrequency: number,
): [number, number][] {
  const words = chunks.map((chunk) => [...chunk]);
  const merges: [number, number][] = [];
  while (merges.length < numMerges) {
    const pairs = new Map<number, number>();
    words.forEach((word, w) => {
      for (let i = 0; i + 1 < word.length; i++) {
        const key = word[i] * 65536 + word[i + 1];
        pairs.set(key, (pairs.get(key) ?? 0) + counts[w]);
      }
    });
    const [best] = [...pairs].sort(([a, n], [b, m]) => m - n || a - b);
    if (!best || best[1] < minFrequency) break;
    const [left, right] = [Math.floor(best[0] / 65536), best[0] % 65536];
    const merged = 256 + merges.length;
    merges.push([left, right]);
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, merged);
      }
    }
  }
  return merges;
}

describe("learnMerges", () => {
  test("learns the merges of counting anew after each, repetitions like aaaa included", () => {
    const chunk = fc
      .array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 })
      .map((bytes) => Uint8Array.from(bytes));
    const weighted = fc.array(fc.tuple(chunk, fc.integer({ min: 1, max: 5 })), { maxLength: 12 });
    fc.assert(
      fc.property(weighted, fc.integer({ min: 1, max: 3 }), (pairs, minFrequency) => {
        const chunks = pairs.map(([bytes]) => bytes);
        const counts = pairs.map(([, count]) => count);
        expect(learnMerges(chunks, counts, 30, minFrequency)).toEqual(
          learnMergesNaively(chunks, counts, 30, minFrequency),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("takes the pair with the smaller ids where two are equally frequent", () => {
    expect(learnMerges([Uint8Array.of(7, 8, 1, 2)], [2], 1, 2)).toEqual([[1, 2]]);
  });
});
