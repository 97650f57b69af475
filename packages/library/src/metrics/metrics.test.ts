import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { accuracy } from "./accuracy.ts";
import { MovingAverage, RunningMean } from "./averages.ts";
import {
  bitsPerCharacter,
  bitsToNats,
  natsPerCharacter,
  natsToBits,
  perplexity,
} from "./perplexity.ts";

describe("perplexity and its relatives", () => {
  test("a uniform guess among V tokens has perplexity V and log2 V bits", () => {
    expect(perplexity(Math.log(65))).toBeCloseTo(65, 10);
    expect(natsToBits(Math.log(64))).toBeCloseTo(6, 12);
    expect(bitsToNats(6)).toBeCloseTo(Math.log(64), 12);
  });

  test("per character, a token of several characters counts as several", () => {
    expect(natsPerCharacter(3, 2)).toBe(1.5);
    expect(bitsPerCharacter(Math.log(16), 2)).toBeCloseTo(2, 12);
    expect(() => natsPerCharacter(3, 0)).toThrow("expected charactersPerToken above 0, got 0");
  });
});

describe("accuracy", () => {
  test("of class ids is the share that agrees", () => {
    expect(accuracy([1, 2, 3, 4], Int32Array.of(1, 2, 0, 4))).toBe(0.75);
  });

  test("of scores takes the highest, and the first among equals", () => {
    const data = Float32Array.of(0, 5, 1, 9, 2, 9, -1, -3, -2);
    expect(accuracy({ shape: [3, 3], data }, { data: Int32Array.of(1, 0, 0) })).toBe(1);
    expect(accuracy({ shape: [1, 3, 3], data }, [1, 2, 1])).toBeCloseTo(1 / 3, 12);
  });

  test("leaves out targets of ignoreIndex", () => {
    expect(accuracy([1, 2, 3, 0], [1, 9, -100, -100], { ignoreIndex: -100 })).toBe(0.5);
    expect(() => accuracy([1], [-100], { ignoreIndex: -100 })).toThrow(
      "accuracy: expected at least one target that counts, got none.",
    );
  });

  test("takes tensors of class ids, too", () => {
    expect(accuracy(tensor([1, 2, 0]), tensor([1, 2, 2]))).toBeCloseTo(2 / 3, 12);
    expect(accuracy(tensor([[1], [2]]), tensor([1, 2]))).toBe(1);
  });

  test("refuses sizes that do not fit, and scores of NaN", () => {
    expect(() => accuracy([1, 2], [1])).toThrow("got 2 predictions and 1 targets");
    expect(() => accuracy({ shape: [2, 3], data: new Float32Array(6) }, [1])).toThrow(
      "accuracy: expected scores [..., numClasses] for 1 targets, got [2, 3].",
    );
    expect(() => accuracy(tensor([[0, NaN]]), [1])).toThrow(
      "accuracy: expected scores without NaN, got NaN at position 1.",
    );
  });
});

describe("averages", () => {
  test("the mean of weighted means is the mean of all values", () => {
    const values = fc.double({ min: -10, max: 10, noNaN: true });
    const groups = fc.array(fc.array(values, { minLength: 1 }), { minLength: 1 });
    fc.assert(
      fc.property(groups, (lists) => {
        const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
        const running = new RunningMean();
        for (const list of lists) running.add(mean(list), list.length);
        expect(running.value).toBeCloseTo(mean(lists.flat()), 8);
        expect(running.weight).toBe(lists.flat().length);
      }),
    );
  });

  test("nothing seen is NaN, again after reset", () => {
    const running = new RunningMean();
    expect(running.value).toBeNaN();
    running.add(3);
    running.reset();
    expect(running.value).toBeNaN();
    expect(new MovingAverage().value).toBeNaN();
  });

  test("a moving average of a constant is that constant from the first value on", () => {
    const smooth = new MovingAverage(0.9);
    for (let i = 0; i < 5; i++) expect(smooth.add(7)).toBeCloseTo(7, 12);
  });

  test("a moving average weighs the last value most", () => {
    const smooth = new MovingAverage(0.5);
    smooth.add(0);
    expect(smooth.add(3)).toBeCloseTo(2, 12); // (0·¼ + 3·½) / ¾
  });

  test("refuses a negative weight and a decay of 1", () => {
    expect(() => new RunningMean().add(1, -1)).toThrow("expected a weight of at least 0, got -1");
    expect(() => new MovingAverage(1)).toThrow("expected 0 ≤ decay < 1, got 1");
  });
});
