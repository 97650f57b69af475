import { describe, expect, test } from "vitest";
import { RandomGenerator, tensor, type Tensor } from "../tensor/index.ts";
import { beamSearch, type BeamSearchOptions } from "./beam-search.ts";
import { greedySearch, sampleSequences } from "./greedy-search.ts";
import type { Hypothesis, StepModel } from "./step-model.ts";

const VOCAB = 4;
const END = 3;

/**
 * What is next depends on the last two tokens, so a state that is not reordered with its hypotheses
 * gives other numbers. Each row looks at the token it has just read.
 */
class Trigrams implements StepModel<number[]> {
  /** [before last][last][next] */
  readonly logProbs: number[][][];

  constructor(seed: number) {
    const generator = new RandomGenerator(seed);
    const row = () => {
      const weights = Array.from({ length: VOCAB }, () => Math.exp(1.5 * generator.normal()));
      const total = weights.reduce((a, b) => a + b);
      return weights.map((weight) => Math.fround(Math.log(weight / total)));
    };
    const table = <T>(entry: () => T) => Array.from({ length: VOCAB }, entry);
    this.logProbs = table(() => table(row));
  }

  step(state: number[], tokens: Tensor) {
    const last = Array.from(tokens.data);
    return {
      logProbs: tensor(last.map((token, row) => this.logProbs[state[row]][token])),
      state: last,
      attention: tensor(
        last.map((token) => Array.from({ length: VOCAB }, (_, i) => (i === token ? 1 : 0))),
      ),
    };
  }

  select(state: number[], rows: Int32Array) {
    return Array.from(rows, (row) => state[row]);
  }

  /** log p of a whole sequence after `start`, which follows a 0. */
  logProb(start: number, tokens: readonly number[], ended: boolean): number {
    const all = [0, start, ...tokens, ...(ended ? [END] : [])];
    let sum = 0;
    for (let i = 2; i < all.length; i++) sum += this.logProbs[all[i - 2]][all[i - 1]][all[i]];
    return sum;
  }
}

/** Every sequence of at most `maxLength` tokens with its end token, or of just `maxLength` without. */
function allSequences(
  maxLength: number,
  minLength: number,
): { tokens: number[]; ended: boolean }[] {
  const all: { tokens: number[]; ended: boolean }[] = [];
  const extend = (tokens: number[]) => {
    if (tokens.length === maxLength) {
      all.push({ tokens, ended: false });
      return;
    }
    if (tokens.length >= minLength) all.push({ tokens, ended: true });
    for (let token = 0; token < VOCAB; token++) if (token !== END) extend([...tokens, token]);
  };
  extend([]);
  return all;
}

const PENALTIES: [name: string, options: Partial<BeamSearchOptions>, lp: (n: number) => number][] =
  [
    ["none", { lengthPenalty: "none" }, () => 1],
    ["length, by default 1", {}, (n) => n],
    ["length, 0.7", { lengthPenalty: "length", alpha: 0.7 }, (n) => n ** 0.7],
    ["gnmt, by default 0.6", { lengthPenalty: "gnmt" }, (n) => ((5 + n) / 6) ** 0.6],
    ["gnmt, 2", { lengthPenalty: "gnmt", alpha: 2 }, (n) => ((5 + n) / 6) ** 2],
  ];

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const startTokens = [0, 2, 1];
const states = () => startTokens.map(() => 0);
const base = { startTokens, endToken: END, maxLength: 5 };

describe("beamSearch", () => {
  test.each(PENALTIES)("wide enough, finds the best of all sequences: %s", (_name, penalty, lp) => {
    for (const seed of SEEDS) {
      for (const minLength of [0, 2]) {
        const model = new Trigrams(seed);
        const options = { ...base, ...penalty, minLength, beamSize: 4 ** 5, numBest: 9 };
        const found = beamSearch(model, states(), options);
        for (const [i, start] of startTokens.entries()) {
          const scoreOf = ({ tokens, ended }: { tokens: number[]; ended: boolean }) =>
            model.logProb(start, tokens, ended) / lp(tokens.length + (ended ? 1 : 0));
          const best = allSequences(5, minLength)
            .map(scoreOf)
            .sort((a, b) => b - a);
          // Their scores, since the same steps in another order give the same score.
          found[i].forEach((hypothesis, rank) => {
            expect(hypothesis.score).toBeCloseTo(best[rank], 9);
            expect(scoreOf(hypothesis)).toBeCloseTo(best[rank], 9);
          });
          expect(
            new Set(found[i].map(({ tokens, ended }) => `${tokens.join()} ${ended}`)).size,
          ).toBe(9);
        }
      }
    }
  });

  test("with a beam of 1 is greedySearch", () => {
    for (const seed of SEEDS) {
      for (const minLength of [0, 3]) {
        const model = new Trigrams(seed);
        const options = { ...base, maxLength: 8, minLength };
        const greedy = greedySearch(model, states(), options);
        const beam = beamSearch(model, states(), {
          ...options,
          beamSize: 1,
          lengthPenalty: "none",
        });
        expect(beam.map(([best]) => best)).toEqual(greedy);
      }
    }
  });

  test("scores each hypothesis as the model does, and keeps where its own steps looked", () => {
    for (const seed of SEEDS) {
      const model = new Trigrams(seed);
      const options = { ...base, maxLength: 7, beamSize: 3, numBest: 3 };
      for (const [i, hypotheses] of beamSearch(model, states(), options).entries()) {
        expect(new Set(hypotheses.map(({ tokens }) => tokens.join())).size).toBe(hypotheses.length);
        for (const { tokens, logProb, ended, attention } of hypotheses) {
          expect(logProb).toBeCloseTo(model.logProb(startTokens[i], tokens, ended), 9);
          // Step t read the token before token t.
          const looked = attention!.map((weights) => weights.indexOf(1));
          expect(looked).toEqual([startTokens[i], ...tokens].slice(0, tokens.length));
        }
      }
    }
  });

  test("finds for each sequence of a batch what it finds for that sequence alone", () => {
    for (const seed of SEEDS) {
      const model = new Trigrams(seed);
      const options = { ...base, maxLength: 7, beamSize: 3, numBest: 2 };
      const alone = startTokens.map(
        (token) => beamSearch(model, [0], { ...options, startTokens: [token] })[0],
      );
      expect(beamSearch(model, states(), options)).toEqual(alone);
    }
  });

  test("without an end token all have maxLength tokens", () => {
    const [found] = beamSearch(new Trigrams(1), [0], {
      startTokens: [0],
      maxLength: 4,
      beamSize: 3,
      numBest: 3,
    });
    expect(found.map(({ tokens, ended }) => [tokens.length, ended])).toEqual([
      [4, false],
      [4, false],
      [4, false],
    ]);
  });

  test("a token of probability 0 is no continuation", () => {
    const model: StepModel<null> = {
      step: (_, tokens) => ({
        logProbs: tensor(Array.from(tokens.data, () => [-Infinity, 0, -Infinity])),
        state: null,
      }),
      select: () => null,
    };
    const options = { startTokens: [0], maxLength: 3, beamSize: 4, numBest: 4 };
    expect(beamSearch(model, null, options)[0].map(({ tokens }) => tokens)).toEqual([[1, 1, 1]]);
    // Token 1 may not come before two others have, which leaves nothing: what there is, is given.
    const stuck = { ...options, endToken: 1, minLength: 1 };
    expect(beamSearch(model, null, stuck)[0].map(({ tokens, ended }) => [tokens, ended])).toEqual([
      [[], false],
    ]);
  });
});

describe("greedySearch and sampleSequences", () => {
  const rescored = (model: Trigrams, found: Hypothesis[]) =>
    found.map(({ tokens, ended }, i) => model.logProb(startTokens[i], tokens, ended));

  test("greedySearch takes the most likely token at every step", () => {
    const model = new Trigrams(2);
    for (const [i, { tokens, ended }] of greedySearch(model, states(), base).entries()) {
      const all = [0, startTokens[i], ...tokens, ...(ended ? [END] : [])];
      for (let t = 2; t < all.length; t++) {
        const row = model.logProbs[all[t - 2]][all[t - 1]];
        expect(row.indexOf(Math.max(...row))).toBe(all[t]);
      }
    }
  });

  test("temperature 0 is greedySearch, and the log-probability is the model's at any temperature", () => {
    const model = new Trigrams(3);
    const greedy = greedySearch(model, states(), base);
    expect(sampleSequences(model, states(), { ...base, temperature: 0 })).toEqual(greedy);
    const generator = new RandomGenerator(4);
    const sampled = sampleSequences(model, states(), { ...base, temperature: 3, generator });
    rescored(model, sampled).forEach((logProb, i) =>
      expect(sampled[i].logProb).toBeCloseTo(logProb, 9),
    );
  });

  test("samples come as often as they are likely", () => {
    const model = new Trigrams(5);
    const draws = 20_000;
    const counts = new Map<string, number>();
    const found = sampleSequences(model, new Array<number>(draws).fill(0), {
      startTokens: new Array<number>(draws).fill(0),
      endToken: END,
      maxLength: 2,
      generator: new RandomGenerator(6),
    });
    for (const { tokens, ended } of found) {
      const key = `${tokens.join()} ${ended}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const { tokens, ended } of allSequences(2, 0)) {
      const p = Math.exp(model.logProb(0, tokens, ended));
      const frequency = (counts.get(`${tokens.join()} ${ended}`) ?? 0) / draws;
      expect(Math.abs(frequency - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws)); // 4 standard errors
    }
  });

  test("the same generator state gives the same samples", () => {
    const run = () =>
      sampleSequences(new Trigrams(1), states(), { ...base, generator: new RandomGenerator(2) });
    expect(run()).toEqual(run());
  });

  test("no sequence ends before minLength or goes beyond maxLength", () => {
    const generator = new RandomGenerator(7);
    for (const seed of SEEDS) {
      const options = { ...base, minLength: 2, maxLength: 4, generator };
      for (const { tokens, ended } of sampleSequences(new Trigrams(seed), states(), options)) {
        expect(tokens.length).toBeGreaterThanOrEqual(2);
        expect(tokens.length + (ended ? 1 : 0)).toBeLessThanOrEqual(4);
        expect(tokens).not.toContain(END);
      }
    }
  });
});

describe("what searches refuse", () => {
  const model = new Trigrams(1);
  test.each<[Partial<BeamSearchOptions>, RegExp]>([
    [{ startTokens: [] }, /^beamSearch: expected startTokens, one for each sequence/],
    [{ startTokens: [0, 0] }, /expected the model's step to give logProbs \[2, vocabSize\]/],
    [{ endToken: 4 }, /expected endToken to be below 4, the model's vocabSize, got 4/],
    [{ maxLength: 0 }, /expected maxLength to be a whole number of at least 1, got 0/],
    [{ minLength: 6 }, /expected minLength to be at most maxLength, 5, got 6/],
    [{ beamSize: 0 }, /expected beamSize to be a whole number of at least 1/],
    [{ beamSize: 2, numBest: 3 }, /expected numBest to be at most beamSize, 2, got 3/],
    [{ alpha: NaN }, /expected alpha to be a number, got NaN/],
  ])("%o", (options, message) => {
    // A model for one sequence, however many tokens it is given.
    const single: StepModel<number[]> = {
      step: (state, tokens) => model.step(state, tokens.slice(0, 0, 1)),
      select: (state) => state,
    };
    expect(() => beamSearch(single, [0], { ...base, startTokens: [0], ...options })).toThrow(
      message,
    );
  });
});
