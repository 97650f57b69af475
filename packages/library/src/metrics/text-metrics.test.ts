import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bleu } from "./bleu.ts";
import { chrf } from "./chrf.ts";
import { editCounts, editDistance } from "./edit-distance.ts";
import { characterErrorRate, tokenErrorRate, wordErrorRate } from "./error-rates.ts";

const words = fc.array(fc.nat(3), { maxLength: 7 });

/** [distance, substitutions, deletions, insertions] of every way to align, by trying all. */
function allAlignments(h: number[], r: number[]): number[][] {
  if (h.length === 0) return [[r.length, 0, r.length, 0]];
  if (r.length === 0) return [[h.length, 0, 0, h.length]];
  const same = h[0] === r[0];
  const after = (counts: number[][], cost: number, kind: number) =>
    counts.map((it) => it.map((n, i) => n + (i === 0 || i === kind ? cost : 0)));
  return [
    ...after(allAlignments(h.slice(1), r.slice(1)), same ? 0 : 1, 1),
    ...after(allAlignments(h, r.slice(1)), 1, 2),
    ...after(allAlignments(h.slice(1), r), 1, 3),
  ];
}

describe("editDistance", () => {
  test("is the least of all alignments, and of those the one with the fewest substitutions", () => {
    const short = fc.array(fc.nat(2), { maxLength: 5 });
    fc.assert(
      fc.property(short, short, (h, r) => {
        const [best] = allAlignments(h, r).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        const { substitutions, deletions, insertions } = editCounts(h, r);
        expect([substitutions, deletions, insertions]).toEqual(best.slice(1));
        expect(editDistance(h, r)).toBe(best[0]);
      }),
      { numRuns: 60 },
    );
  });

  test("is a distance", () => {
    fc.assert(
      fc.property(words, words, words, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a.join() === b.join());
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });

  test("counts an emoji as one character", () => {
    expect(editDistance("a😀b", "a😃b")).toBe(1);
    expect(editDistance("😀", "")).toBe(1);
  });
});

describe("error rates", () => {
  test("sum edits and lengths over the transcripts before dividing", () => {
    const { rate, hits, ...counts } = wordErrorRate(["a b", "x y z w"], ["a b c d", "x z"]);
    expect(rate).toBe(4 / 6); // and not the mean of 2/4 and 2/2
    expect(hits).toBe(4);
    expect(counts).toEqual({ substitutions: 0, deletions: 2, insertions: 2, referenceLength: 6 });
  });

  test("normalize what they are told to, and nothing else", () => {
    expect(wordErrorRate("Ja, gut!", "ja gut").rate).toBe(1);
    expect(wordErrorRate("JA gut", "ja gut", { lowercase: true }).rate).toBe(0);
    expect(wordErrorRate("ja, gut…", "ja gut", { removePunctuation: true }).rate).toBe(0);
    const normalize = (text: string) => text.normalize("NFC");
    expect(characterErrorRate("e\u0301", "é").rate).toBe(2);
    expect(characterErrorRate("e\u0301", "é", { normalize }).rate).toBe(0);
  });

  test("above 1 where more was inserted than there is", () => {
    expect(tokenErrorRate([[1, 2, 3]], [[1]]).rate).toBe(2);
  });

  test("refuse what has no rate", () => {
    expect(() => wordErrorRate(["a"], ["a", "b"])).toThrow(
      "wordErrorRate: expected one hypothesis per reference, got 1 and 2.",
    );
    expect(() => characterErrorRate("a", "")).toThrow("characterErrorRate: expected references");
    expect(() => tokenErrorRate([], [])).toThrow("tokenErrorRate: expected references that hold");
  });
});

describe("BLEU and chrF", () => {
  test("BLEU worked out by hand", () => {
    // h: a b c d e (5), r: a b c d f g (6). Matches 4/5, 3/4, 2/3, 1/2; BP = exp(1 − 6/5).
    const { score, precisions, brevityPenalty } = bleu(["a b c d e"], ["a b c d f g"]);
    expect(precisions.map((p) => p.toFixed(2))).toEqual(["80.00", "75.00", "66.67", "50.00"]);
    expect(brevityPenalty).toBeCloseTo(Math.exp(-0.2), 12);
    expect(score).toBeCloseTo(100 * Math.exp(-0.2) * 0.2 ** 0.25, 10);
  });

  test("the same text is 100, and the order of references does not matter", () => {
    const texts = ["The quick brown fox jumps.", "Over the lazy dog it goes."];
    expect(bleu(texts, texts).score).toBeCloseTo(100, 10);
    expect(chrf(texts, texts).score).toBeCloseTo(100, 10);
    const [a, b] = ["a b c e", "a b d e"];
    expect(bleu(["a b c d"], [[a, b]]).score).toBe(bleu(["a b c d"], [[b, a]]).score);
  });

  test("clip an n-gram at the reference that has it most", () => {
    const seven = "the the the the the the the";
    const references = [["The cat is on the mat.", "the cat the mat"]];
    expect(bleu([seven], references).precisions[0]).toBeCloseTo(200 / 7, 10);
  });

  test.each([
    [() => bleu(["a"], []), "bleu: expected references for each hypothesis, got 1 hypotheses and"],
    [() => bleu([], []), "bleu: expected at least one hypothesis, got none."],
    [
      () => chrf(["a"], [[]]),
      "chrf: expected at least one reference for each hypothesis, got none",
    ],
    [() => bleu(["a"], ["a"], { smoothMethod: "x" as "exp" }), 'smoothMethod to be "exp", "floor"'],
    [() => bleu(["a"], ["a"], { tokenize: "intl" as "13a" }), 'tokenize to be "13a", "char" or'],
    [() => bleu(["a"], ["a"], { maxNgramOrder: 0 }), "expected maxNgramOrder to be a whole number"],
    [() => chrf(["a"], ["a"], { beta: 0 }), "chrf: expected beta above 0, got 0."],
  ])("say what is wrong: %#", (run, message) => {
    expect(run).toThrow(message);
  });
});
