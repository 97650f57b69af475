import { describe, expect, test } from "vitest";
import { ctcLoss } from "../losses/index.ts";
import { stack, tensor } from "../tensor/index.ts";
import { ctcAlign } from "./ctc-align.ts";
import { allPaths, randomLogProbs } from "./testing.ts";

const alignOne = (logProbs: ReturnType<typeof tensor>, target: number[], blank = 0) =>
  ctcAlign(logProbs, tensor(Int32Array.from(target)), [logProbs.shape[0]], [target.length], {
    blank,
  })[0];

describe("ctcAlign", () => {
  test.each([
    ["one label", [1], 0],
    ["two labels", [2, 1], 0],
    ["a label twice", [1, 1], 0],
    ["as many as there are steps", [1, 2, 1, 2, 1], 0],
    ["nothing", [], 0],
    ["another blank", [0, 0, 1], 2],
  ])("%s: the most probable of all paths that spell it", (_, target, blank) => {
    for (let seed = 0; seed < 20; seed++) {
      const logProbs = randomLogProbs([5, 3], seed, 2);
      const spelling = allPaths(logProbs, blank).filter((it) => it.labels.join() === target.join());
      const best = spelling.reduce((a, b) => (b.logProb > a.logProb ? b : a));

      const { path, logProb, spans } = alignOne(logProbs, target, blank);

      expect([...path]).toEqual(best.path);
      expect(logProb).toBeCloseTo(best.logProb, 12);
      expect(spans.map(({ label }) => label)).toEqual(target);
    }
  });

  test("spans cover exactly the steps that are not blank, with their log-probabilities", () => {
    const logProbs = randomLogProbs([30, 5], 3, 2);
    const { path, spans, logProb } = alignOne(logProbs, [3, 3, 1, 4, 4]);
    let blanks = 0;
    const covered = new Int32Array(30);
    for (const { label, start, end, logProb } of spans) {
      covered.fill(label, start, end);
      let sum = 0;
      for (let t = start; t < end; t++) sum += logProbs.data[t * 5 + label];
      expect(logProb).toBeCloseTo(sum, 12);
    }
    expect([...covered]).toEqual([...path]);
    path.forEach((k, t) => (blanks += k === 0 ? logProbs.data[t * 5] : 0));
    const said = spans.reduce((sum, span) => sum + span.logProb, 0);
    expect(said + blanks).toBeCloseTo(logProb, 10);
  });

  test("takes a batch as ctcLoss does; no path is more probable than all together", () => {
    const logProbs = stack([randomLogProbs([9, 5], 4), randomLogProbs([9, 5], 5)], 1);
    const targets = tensor([
      [1, 2, 2],
      [4, 0, 0],
    ]);
    const [first, second] = ctcAlign(logProbs, targets, [9, 6], tensor([3, 1]));
    const losses = ctcLoss(logProbs, targets, [9, 6], [3, 1], { reduction: "none" }).toArray();
    expect(first).toEqual(alignOne(randomLogProbs([9, 5], 4), [1, 2, 2]));
    expect(second).toEqual(alignOne(randomLogProbs([9, 5], 5).slice(0, 0, 6), [4]));
    const concatenated = ctcAlign(logProbs, tensor([1, 2, 2, 4]), [9, 6], [3, 1]);
    expect(concatenated).toEqual([first, second]);
    [first, second].forEach(({ logProb }, n) => {
      expect(-logProb).toBeGreaterThan((losses as number[])[n]);
    });
  });

  test("of no steps is empty", () => {
    const none = ctcAlign(randomLogProbs([3, 1, 2], 1), tensor([[1]]), [0], [0]);
    expect(none).toEqual([{ path: new Int32Array(0), spans: [], logProb: 0 }]);
  });

  test("names the sequence that no path spells", () => {
    const logProbs = randomLogProbs([3, 4], 6);
    expect(() => alignOne(logProbs, [1, 1, 2])).toThrow(
      "ctcAlign: no path of 3 steps spells the 3 labels of sequence 0.",
    );
    expect(() => alignOne(tensor([[0, -Infinity]]), [1])).toThrow(/no path of 1 steps/);
    expect(() => alignOne(logProbs, [0])).toThrow(/other than blank 0/);
    expect(() => alignOne(tensor([[0, NaN]]), [1])).toThrow(/ctcAlign: .* got NaN for class 1/);
  });
});
