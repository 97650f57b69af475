import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { expectedCalibrationError } from "./calibration.ts";
import { confusionMatrix, matthewsCorrelation } from "./confusion-matrix.ts";
import { classScores, f1, precision, recall } from "./f1.ts";
import { rocAuc } from "./roc-auc.ts";

const pairs = fc
  .array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 30 })
  .map((list) => [list.map(([p]) => p), list.map(([, y]) => y)]);

describe("precision, recall and F1", () => {
  test("of a classifier worked out by hand", () => {
    // Class 1: 2 hits, 3 predicted, 4 meant.
    const [predictions, targets] = [
      [1, 1, 1, 0, 0, 0],
      [1, 1, 0, 1, 1, 0],
    ];
    expect(precision(predictions, targets)).toBeCloseTo(2 / 3, 12);
    expect(recall(predictions, targets)).toBe(0.5);
    expect(f1(predictions, targets)).toBeCloseTo(4 / 7, 12);
    expect(f1(predictions, targets, { positive: 0 })).toBeCloseTo(2 / 5, 12);
  });

  test("nothing predicted and nothing meant are 0, not NaN", () => {
    expect(precision([0, 0], [1, 0])).toBe(0);
    expect(recall([1, 0], [0, 0])).toBe(0);
    expect(f1([0, 0], [0, 0])).toBe(0);
  });

  test("micro averages all are the share of right answers", () => {
    fc.assert(
      fc.property(pairs, ([predictions, targets]) => {
        const share = predictions.filter((p, i) => p === targets[i]).length / targets.length;
        for (const metric of [precision, recall, f1]) {
          expect(metric(predictions, targets, { average: "micro" })).toBeCloseTo(share, 12);
        }
      }),
    );
  });

  test("padding changes nothing, and logits count as what they choose", () => {
    const [ids, targets] = [
      [2, 0, 1, 1],
      [2, 0, 0, 1],
    ];
    const logits = tensor(ids.map((id) => [0, 1, 2].map((k) => (k === id ? 3 : 0.5))));
    const options = { average: "macro", ignoreIndex: -1 } as const;
    const expected = f1(ids, targets, options);
    expect(f1([...ids, 1, 2], [...targets, -1, -1], options)).toBe(expected);
    expect(f1(logits, tensor(targets), options)).toBe(expected);
    expect(f1([-1, ...ids], [-1, ...targets], options)).toBe(expected);
  });

  test.each([
    [() => f1([0, 1, 2], [0, 1, 1]), 'f1: expected two classes for average "binary", got 0, 1, 2.'],
    [
      () => recall([0, -1], [0, 1]),
      "recall: expected predictions to be class ids from 0 on, got -1",
    ],
    [() => precision([0], [0.5]), "precision: expected targets to be class ids from 0 on, got 0.5"],
    [() => classScores([0], [3], { numClasses: 3 }), "class ids from 0 to 2, got 3 at position 0"],
    [() => f1([], []), "f1: expected at least one target that counts, got none."],
    [() => f1([1], [1, 0]), "got 1 predictions and 2 targets"],
  ])("says what is wrong: %#", (run, message) => {
    expect(run).toThrow(message);
  });
});

describe("confusionMatrix and matthewsCorrelation", () => {
  test("rows are what was meant: they sum to the support, their diagonal is what was right", () => {
    fc.assert(
      fc.property(pairs, ([predictions, targets]) => {
        const matrix = confusionMatrix(predictions, targets);
        classScores(predictions, targets).forEach(({ support, recall }, k) => {
          expect(matrix[k].reduce((sum, it) => sum + it, 0)).toBe(support);
          expect(matrix[k][k]).toBeCloseTo(recall * support, 10);
        });
      }),
    );
  });

  test("Matthews is 1 for the truth, −1 for its opposite, 0 for a constant", () => {
    expect(matthewsCorrelation([0, 1, 2, 1], [0, 1, 2, 1])).toBeCloseTo(1, 12);
    expect(matthewsCorrelation([0, 1, 1], [1, 0, 0])).toBeCloseTo(-1, 12);
    expect(matthewsCorrelation([1, 1, 1], [1, 0, 2])).toBe(0);
  });
});

describe("rocAuc", () => {
  test("is the share of pairs in the right order, ties half", () => {
    const scored = fc.array(fc.tuple(fc.nat(6), fc.nat(1)), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(scored, (list) => {
        const ones = list.filter(([, y]) => y === 1);
        const zeros = list.filter(([, y]) => y === 0);
        fc.pre(ones.length > 0 && zeros.length > 0);
        let wins = 0;
        for (const [a] of ones) for (const [b] of zeros) wins += a > b ? 1 : a === b ? 0.5 : 0;
        const auc = rocAuc(
          list.map(([score]) => score),
          list.map(([, y]) => y),
        );
        expect(auc).toBeCloseTo(wins / (ones.length * zeros.length), 12);
      }),
    );
  });

  test("leaves out what is masked, and refuses what has no answer", () => {
    const mask = [1, 1, 0, 1];
    expect(rocAuc([1, 2, NaN, 0], [0, 1, 1, 0], { mask })).toBe(1);
    expect(() => rocAuc([1, 2], [1, 1])).toThrow("expected targets of both classes, got 1 only");
    expect(() => rocAuc([1, 2], [0, 2])).toThrow("rocAuc: expected targets to be 0 or 1, got 2.");
    expect(() => rocAuc([1, NaN], [0, 1])).toThrow("scores without NaN, got NaN at position 1");
  });
});

describe("expectedCalibrationError", () => {
  test("is 0 where 3 of 4 answers of 75 % are right, and 0.75 where none is", () => {
    const rows = tensor(Array.from({ length: 4 }, () => [0.75, 0.25]));
    expect(expectedCalibrationError(rows, [0, 0, 1, 0])).toBeCloseTo(0, 6);
    expect(expectedCalibrationError(rows, [1, 1, 1, 1])).toBeCloseTo(0.75, 6);
    const ignoreIndex = -1;
    expect(expectedCalibrationError(rows, [0, 1, -1, -1], { ignoreIndex })).toBeCloseTo(0.25, 6);
  });

  test("refuses logits, NaN and bins that are none", () => {
    const run =
      (row: number[], options = {}) =>
      () =>
        expectedCalibrationError(tensor([row]), [0], options);
    expect(run([3, 1])).toThrow("sum to 1, got a sum of 4 in row 0. Are these logits?");
    expect(run([NaN, 1])).toThrow("probabilities without NaN, got NaN at position 0");
    expect(run([1, 0], { numBins: 0 })).toThrow("expected numBins to be a whole number");
    expect(run([1, 0], { ignoreIndex: 0 })).toThrow("at least one target that counts");
  });
});
