import { describe, expect, test } from "vitest";
import { ctcLoss } from "../losses/index.ts";
import { stack, tensor } from "../tensor/index.ts";
import { ctcBeamSearch } from "./ctc-beam-search.ts";
import { ctcGreedyDecode } from "./ctc-greedy.ts";
import type { LanguageModel } from "./language-model.ts";
import { NgramModel } from "./ngram-model.ts";
import { allLabellings, randomLogProbs } from "./testing.ts";

/** A model whose state is all it has read, with the probabilities of a function. */
const modelOf = (p: (read: string, token: number) => number): LanguageModel<string> => ({
  start: () => "",
  advance: (read, token) => `${read}${token}`,
  logProbability: (read, token) => Math.log(p(read, token)),
});

describe("ctcBeamSearch with a beam that holds everything", () => {
  test.each([0, 1, 2])("gives every labelling with the sum over its paths, blank %i", (blank) => {
    for (let seed = 0; seed < 10; seed++) {
      const logProbs = randomLogProbs([6, 3], seed, 1.5);
      const expected = [...allLabellings(logProbs, blank)].sort((a, b) => b[1] - a[1]);

      const [found] = ctcBeamSearch(logProbs, { blank, beamWidth: 1000, nBest: 1000 });

      expect(found.map(({ labels }) => labels.join())).toEqual(expected.map(([key]) => key));
      found.forEach(({ logProb, score }, i) => {
        expect(logProb).toBeCloseTo(Math.log(expected[i][1]), 10);
        expect(score).toBe(logProb);
      });
    }
  });

  test("finds the most probable labels where the best path spells others", () => {
    let numDifferent = 0;
    for (let seed = 0; seed < 60; seed++) {
      const logProbs = randomLogProbs([5, 4], seed);
      const [[best]] = ctcBeamSearch(logProbs);
      const labellings = allLabellings(logProbs, 0);
      const highest = Math.max(...labellings.values());
      const greedy = ctcGreedyDecode(logProbs)[0].labels;
      expect(labellings.get(best.labels.join())).toBe(highest);
      if (labellings.get(greedy.join())! < highest) numDifferent++;
    }
    expect(numDifferent).toBeGreaterThan(10);
  });

  test("gives the probabilities that ctcLoss gives", () => {
    const logProbs = randomLogProbs([8, 4], 7, 2);
    const [found] = ctcBeamSearch(logProbs, { beamWidth: 10_000, nBest: 20 });
    for (const { labels, logProb } of found) {
      const target = tensor(Int32Array.from(labels));
      const loss = ctcLoss(logProbs, target, [8], [labels.length], { reduction: "sum" });
      expect(-logProb).toBeCloseTo(loss.item(), 5);
    }
  });
});

describe("ctcBeamSearch with a narrow beam", () => {
  test("passes over nothing that the plain algorithm would keep", () => {
    const lm = modelOf((read, token) => (1 + ((read.length + token) % 3)) / 9);
    for (let seed = 0; seed < 40; seed++) {
      const logProbs = randomLogProbs([12, 5], seed, 2);
      const options = { beamWidth: 4, nBest: 4, languageModel: lm, alpha: 0.7, beta: 0.4 };
      const [found] = ctcBeamSearch(logProbs, options);
      const plain = plainBeamSearch(logProbs.toArray() as number[][], options);
      expect(found.map(({ labels }) => labels.join())).toEqual(plain.map(([key]) => key));
      found.forEach(({ score }, i) => expect(score).toBeCloseTo(plain[i][1], 10));
    }
  });

  test("a wider beam finds more: scores never above the exact one", () => {
    const logProbs = randomLogProbs([7, 4], 11);
    const exact = allLabellings(logProbs, 0);
    for (const beamWidth of [1, 2, 5, 20]) {
      for (const { labels, logProb } of ctcBeamSearch(logProbs, {
        beamWidth,
        nBest: beamWidth,
      })[0]) {
        expect(Math.exp(logProb)).toBeLessThanOrEqual(exact.get(labels.join())! * (1 + 1e-12));
      }
    }
  });

  test("500 steps of 30 classes, and a batch equals its rows", () => {
    const [a, b] = [randomLogProbs([500, 30], 1, 3), randomLogProbs([500, 30], 2, 3)];
    const options = { beamWidth: 10, nBest: 3 };
    const together = ctcBeamSearch(stack([a, b], 1), { ...options, lengths: [500, 300] });
    expect(together).toEqual([
      ctcBeamSearch(a, options)[0],
      ctcBeamSearch(b.slice(0, 0, 300), options)[0],
    ]);
  });
});

describe("ctcBeamSearch with a language model", () => {
  // One step, two labels: 1 is heard a little better, 2 is likelier as language.
  const heard = tensor([[0.1, 0.5, 0.4]]).log();
  const prefersTwo = modelOf((_, token) => (token === 2 ? 0.8 : 0.2));

  test("changes the decision where alpha makes it count enough", () => {
    const decide = (alpha: number) =>
      ctcBeamSearch(heard, { languageModel: prefersTwo, alpha })[0][0].labels;
    expect(decide(0)).toEqual([1]);
    // ln 0.5 + α ln 0.2 = ln 0.4 + α ln 0.8 at α = ln 1.25 / ln 4 = 0.161
    expect(decide(0.15)).toEqual([1]);
    expect(decide(0.17)).toEqual([2]);
    // From ln 0.1 > ln 0.4 + α ln 0.8 on, α > 6.21, it is best to say nothing …
    expect(decide(6.1)).toEqual([2]);
    expect(decide(6.3)).toEqual([]);
    // … unless the length is rewarded.
    const [[best]] = ctcBeamSearch(heard, { languageModel: prefersTwo, alpha: 6.3, beta: 0.1 });
    expect(best.labels).toEqual([2]);
    expect(best.score).toBeCloseTo(Math.log(0.4) + 6.3 * Math.log(0.8) + 0.1, 6);
    expect(best.logProb).toBeCloseTo(Math.log(0.4), 6);
  });

  test("never says what the model rules out, unless alpha is 0", () => {
    const onlyTwo = modelOf((_, token) => (token === 2 ? 1 : 0));
    const found = (alpha: number) =>
      ctcBeamSearch(heard, { languageModel: onlyTwo, alpha, nBest: 9 })[0].map((it) => it.labels);
    expect(found(1)).toEqual([[2], []]);
    expect(found(0)).toEqual([[1], [2], []]);
  });

  test("ranks every labelling by its CTC probability, the model's and its length", () => {
    const text = Int32Array.from({ length: 200 }, (_, i) => 1 + (((i * i) % 7) % 3));
    const languageModel = new NgramModel(text, { vocabSize: 4, order: 3 });
    const [alpha, beta] = [0.6, 0.3];
    const logProbs = randomLogProbs([5, 4], 3);
    const expected = [...allLabellings(logProbs, 0)]
      .map(([key, p]): [string, number] => {
        const labels = key === "" ? [] : key.split(",").map(Number);
        const language = labels.map((label, i) =>
          Math.log(languageModel.probability(labels.slice(0, i), label)),
        );
        const sum = language.reduce((total, it) => total + it, 0);
        return [key, Math.log(p) + alpha * sum + beta * labels.length];
      })
      .sort((a, b) => b[1] - a[1]);

    const options = { languageModel, alpha, beta, beamWidth: 5000, nBest: 20 };
    const [found] = ctcBeamSearch(logProbs, options);

    found.forEach(({ labels, score }, i) => {
      expect(labels.join()).toBe(expected[i][0]);
      expect(score).toBeCloseTo(expected[i][1], 10);
    });
  });

  test("of words reads a word at its separator, and the last one at the end", () => {
    const SPACE = 3;
    const idOf = (labels: readonly number[]) => labels.reduce((id, label) => 3 * id + label, 0);
    const words = modelOf((read, token) => 1 / (2 + read.length + (token % 5)));
    const [alpha, beta] = [0.8, 0.5];
    const logProbs = randomLogProbs([5, 4], 4);
    const expected = [...allLabellings(logProbs, 0)]
      .map(([key, p]): [string, number] => {
        const tokens = key
          .split(String(SPACE))
          .map((word) => word.split(",").filter(Boolean).map(Number))
          .filter((word) => word.length > 0)
          .map(idOf);
        let read = "";
        let score = Math.log(p);
        for (const token of tokens) {
          score += alpha * words.logProbability(read, token) + beta;
          read = words.advance(read, token);
        }
        return [key, score];
      })
      .sort((a, b) => b[1] - a[1]);

    const [found] = ctcBeamSearch(logProbs, {
      languageModel: words,
      alpha,
      beta,
      words: { separator: SPACE, idOf },
      beamWidth: 5000,
      nBest: 50,
    });

    found.forEach(({ labels, score }, i) => {
      expect(score).toBeCloseTo(expected[i][1], 10);
      expect(expected.find(([key]) => key === labels.join())![1]).toBeCloseTo(score, 10);
    });
  });
});

describe("ctcBeamSearch", () => {
  test("of no steps says nothing, for certain", () => {
    const [found] = ctcBeamSearch(randomLogProbs([3, 1, 2], 1), { lengths: [0], nBest: 5 });
    expect(found).toEqual([{ labels: [], score: 0, logProb: 0 }]);
  });

  test("leaves out what has no probability", () => {
    const [found] = ctcBeamSearch(tensor([[0, 1, 0]]).log(), { nBest: 5 });
    expect(found).toEqual([{ labels: [1], score: 0, logProb: 0 }]);
  });

  test.each([
    [{ beamWidth: 0 }, "ctcBeamSearch: expected beamWidth to be a whole number of at least 1"],
    [{ beamWidth: 2, nBest: 3 }, "ctcBeamSearch: expected nBest of at most beamWidth 2, got 3."],
    [{ alpha: -1 }, "ctcBeamSearch: expected alpha of at least 0, got -1."],
    [{ beta: NaN }, "ctcBeamSearch: expected beta to be a number, got NaN."],
    [{ blank: 7 }, "ctcBeamSearch: expected blank from 0 to 2"],
  ])("refuses %o", (options, message) => {
    expect(() => ctcBeamSearch(randomLogProbs([2, 3], 1), options)).toThrow(message);
  });
});

/** The file comment's three lines over a map from labels to the two probabilities, blank 0. */
function plainBeamSearch(
  logProbs: number[][],
  options: { beamWidth: number; languageModel: LanguageModel<string>; alpha: number; beta: number },
): [labels: string, score: number][] {
  const { beamWidth, languageModel: lm, alpha, beta } = options;
  const split = (key: string) => (key === "" ? [] : key.split(",").map(Number));
  const scoreOf = (key: string, [inBlank, inLabel]: [number, number]) => {
    const labels = split(key);
    const language = labels.map((label, i) =>
      lm.logProbability(labels.slice(0, i).join(""), label),
    );
    const sum = language.reduce((total, it) => total + it, 0);
    return Math.log(inBlank + inLabel) + alpha * sum + beta * labels.length;
  };
  let beam = new Map<string, [number, number]>([["", [1, 0]]]);
  for (const row of logProbs) {
    const next = new Map<string, [number, number]>();
    const add = (key: string, which: 0 | 1, p: number) => {
      if (!next.has(key)) next.set(key, [0, 0]);
      next.get(key)![which] += p;
    };
    for (const [key, [inBlank, inLabel]] of beam) {
      const last = split(key).at(-1);
      row.forEach((log, k) => {
        const y = Math.exp(log);
        if (k === 0) add(key, 0, y * (inBlank + inLabel));
        else add([...split(key), k].join(), 1, y * (k === last ? inBlank : inBlank + inLabel));
        if (k === last) add(key, 1, y * inLabel);
      });
    }
    const ranked = [...next].sort((a, b) => scoreOf(...b) - scoreOf(...a));
    beam = new Map(ranked.slice(0, beamWidth));
  }
  return [...beam].map(([key, p]) => [key, scoreOf(key, p)]);
}
