import { describe, expect, test } from "vitest";
import { RandomGenerator, tensor } from "../tensor/index.ts";
import { crpsFromSamples, crpsGaussian, crpsStudentT } from "./crps.ts";
import { mae, mase, pinballLoss, rmse, smape } from "./forecast-errors.ts";
import { intervalCoverage, winklerScore } from "./forecast-intervals.ts";

const generator = new RandomGenerator(5);
const normals = Float64Array.from({ length: 20_000 }, () => generator.normal());

describe("forecast errors", () => {
  test("count what the mask counts, whatever stands elsewhere", () => {
    const mask = [true, false, true];
    const masked = [mae, rmse, smape, pinballLoss].map((metric) =>
      metric([1, NaN, 3], [2, 5, 5], { mask }),
    );
    const alone = [mae, rmse, smape, pinballLoss].map((metric) => metric([1, 3], [2, 5]));
    expect(masked).toEqual(alone);
    expect(
      mae(
        tensor([
          [1, 9],
          [3, 9],
        ]),
        tensor([
          [2, 0],
          [5, 0],
        ]),
        {
          mask: tensor([
            [1, 0],
            [1, 0],
          ]),
        },
      ),
    ).toBe(1.5);
  });

  test("tensors may differ by axes of size 1", () => {
    expect(mae(tensor([[1], [3]]), tensor([2, 5]))).toBe(1.5);
  });

  test("a seasonal naive forecast is compared with its own season", () => {
    const history = [1, 10, 2, 11, 3, 12];
    expect(mase([4], [5], { history, seasonality: 2 })).toBe(1);
    expect(mase([4], [5], { history })).toBeCloseTo(1 / 8.6, 12);
  });

  test("the pinball loss is lowest for the true quantile", () => {
    const loss = (value: number) =>
      pinballLoss(
        normals.map(() => value),
        normals,
        { quantile: 0.9 },
      );
    expect(loss(1.2816)).toBeLessThan(loss(1.1));
    expect(loss(1.2816)).toBeLessThan(loss(1.5));
  });

  test.each([
    [() => mae([1], [1, 2]), "mae: expected as many predictions as targets, got 1 and 2."],
    [
      () =>
        rmse(
          tensor([
            [1, 2, 3],
            [1, 2, 3],
          ]),
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        ),
      "rmse: expected as many predictions as targets, got [2, 3] and [3, 2].",
    ],
    [() => mae([], []), "mae: expected at least one target that counts, got none."],
    [
      () => mae([1], [1], { mask: [0] }),
      "mae: expected at least one target that counts, got none.",
    ],
    [() => mae([1], [1], { mask: [1, 1] }), "mae: expected a mask for 1 targets, got one for 2."],
    [
      () => smape([1, NaN], [1, 1]),
      "smape: expected predictions without NaN, got NaN at position 1.",
    ],
    [() => mae([1], [NaN]), "What is missing is left out by a mask."],
    [() => pinballLoss([1], [1], { quantile: 90 }), "between 0 and 1, such as 0.9, got 90."],
    [
      () => mase([1], [1], { history: [1, 2], seasonality: 2 }),
      "longer than the seasonality 2, got 2",
    ],
    [() => mase([1], [1], { history: [3, 3, 3] }), "mase: expected a history that changes"],
    [() => mase([1], [1], { history: [3, NaN] }), "mase: expected history without NaN"],
  ])("say what is wrong: %#", (run, message) => {
    expect(run).toThrow(message);
  });
});

describe("forecast intervals", () => {
  test("of the true distribution cover what they promise, at the lowest Winkler score", () => {
    const score = (reach: number) =>
      winklerScore(
        normals.map(() => -reach),
        normals.map(() => reach),
        normals,
        { confidence: 0.9 },
      );
    const [lower, upper] = [normals.map(() => -1.645), normals.map(() => 1.645)];
    expect(intervalCoverage(lower, upper, normals)).toBeCloseTo(0.9, 2);
    expect(score(1.645)).toBeLessThan(score(1.4));
    expect(score(1.645)).toBeLessThan(score(1.9));
  });

  test("say what is wrong", () => {
    expect(() => intervalCoverage([2], [1], [1])).toThrow("got 2 above 1. Are the two swapped?");
    expect(() => winklerScore([0], [1], [1], { confidence: 95 })).toThrow("such as 0.95, got 95");
    expect(() => winklerScore([0], [1, 2], [1])).toThrow("as many upper as targets, got 2 and 1");
  });
});

describe("CRPS", () => {
  test("a point forecast has its absolute error", () => {
    expect(crpsGaussian([1, 5], [0, 0], [3, 4])).toBe(1.5);
    expect(crpsFromSamples(tensor([[2], [7]]), [3, 4])).toBe(2);
  });

  test("many samples of a normal distribution come near its closed form", () => {
    const forecast = { shape: [1, normals.length], data: normals };
    expect(crpsFromSamples(forecast, [0.7])).toBeCloseTo(crpsGaussian([0], [1], [0.7]), 2);
  });

  test("fair: few samples estimate it without bias", () => {
    const groups = { shape: [5000, 4], data: normals };
    const targets = new Float64Array(5000).fill(0.7);
    const exact = crpsGaussian([0], [1], [0.7]);
    expect(crpsFromSamples(groups, targets, { fair: true })).toBeCloseTo(exact, 1.5);
    expect(crpsFromSamples(groups, targets)).toBeGreaterThan(exact + 0.1);
  });

  test("a t distribution with many degrees of freedom is a normal one", () => {
    const normal = crpsGaussian([0.5], [2], [-1]);
    expect(crpsStudentT([0.5], [2], [-1], { df: 1e6 })).toBeCloseTo(normal, 5);
  });

  test("say what is wrong", () => {
    expect(() => crpsGaussian([0], [-1], [0])).toThrow("expected std of at least 0, got -1");
    expect(() => crpsStudentT([0], [1], [0], { df: 1 })).toThrow("expected df above 1, got 1");
    expect(() => crpsFromSamples(tensor([[1, 2]]), [1, 2, 3])).toThrow("for 3 targets, got [1, 2]");
    expect(() => crpsFromSamples(tensor([[1, NaN]]), [1])).toThrow(
      "without NaN, got NaN at position 1",
    );
    expect(() => crpsFromSamples(tensor([[1]]), [1], { fair: true })).toThrow("at least 2 samples");
  });
});
