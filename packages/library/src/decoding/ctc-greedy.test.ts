import { describe, expect, test } from "vitest";
import { stack, tensor } from "../tensor/index.ts";
import { ctcGreedyDecode } from "./ctc-greedy.ts";
import { allPaths, randomLogProbs } from "./testing.ts";

describe("ctcGreedyDecode", () => {
  test.each([0, 1, 3])("spells the most probable of all paths, blank %i", (blank) => {
    for (let seed = 0; seed < 20; seed++) {
      const logProbs = randomLogProbs([5, 4], seed);
      const paths = allPaths(logProbs, blank);
      const best = paths.reduce((a, b) => (b.logProb > a.logProb ? b : a));

      const [{ labels, starts, logProb }] = ctcGreedyDecode(logProbs, { blank });

      expect(labels).toEqual(best.labels);
      expect(logProb).toBeCloseTo(best.logProb, 12);
      const isStart = (k: number, t: number) => k !== blank && k !== best.path[t - 1];
      expect(starts).toEqual([...best.path.keys()].filter((t) => isStart(best.path[t], t)));
    }
  });

  test("merges repeats unless a blank stands between them", () => {
    const rows = (classes: number[]) =>
      tensor(classes.map((c) => [0, 1, 2].map((k) => +(k === c))));
    expect(ctcGreedyDecode(rows([1, 1, 0, 1, 2, 2, 0, 0]))[0].labels).toEqual([1, 1, 2]);
    expect(ctcGreedyDecode(rows([0, 0]))[0]).toEqual({ labels: [], starts: [], logProb: 2 });
  });

  test("reads each sequence of a batch as it reads it alone, up to its length", () => {
    const [a, b] = [randomLogProbs([6, 4], 1, 3), randomLogProbs([6, 4], 2, 3)];
    const together = ctcGreedyDecode(stack([a, b], 1), { lengths: tensor([4, 0]) });
    expect(together[0]).toEqual(ctcGreedyDecode(a.slice(0, 0, 4))[0]);
    expect(together[1]).toEqual({ labels: [], starts: [], logProb: 0 });
  });

  test("refuses NaN, a wrong length and a wrong shape", () => {
    expect(() =>
      ctcGreedyDecode(
        tensor([
          [0, 1],
          [0, NaN],
        ]),
      ),
    ).toThrow(
      "ctcGreedyDecode: expected log-probabilities, got NaN for class 1 at step 1 of sequence 0.",
    );
    expect(() => ctcGreedyDecode(tensor([[0, 1]]), { lengths: [2] })).toThrow(/from 0 to 1, got 2/);
    expect(() => ctcGreedyDecode(tensor([0, 1]))).toThrow(/expected logProbs \[seq, batch/);
    expect(() => ctcGreedyDecode(tensor([[0, 1]]), { blank: 2 })).toThrow(/blank from 0 to 1/);
  });
});
