import { expect, test } from "vitest";
import { BagOfNgrams, ngramsOf, trainBag } from "./bag.ts";
import { fitFactors, meanLogLoss } from "./calibrate.ts";
import { minimize_ } from "./lbfgs.ts";

test("the minimum of Rosenbrock's valley is found", () => {
  const x = Float64Array.of(-1.2, 1);
  const value = minimize_(
    x,
    ([a, b], gradient) => {
      gradient.set([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]);
      return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
    },
    { maxIterations: 200, tolerance: 1e-9 },
  );
  expect(value).toBeLessThan(1e-9);
  expect(x[0]).toBeCloseTo(1, 4);
});

test("no other factor gives a smaller loss, and a voice that is always wrong gets none", () => {
  const logits = Array.from(
    { length: 400 },
    (_, t) =>
      [
        [3, 0],
        [2, 0],
        [0, 4],
        [1, 0],
      ][t % 4],
  );
  const targets = logits.map((_, t) => [0, 1, 1, 0][t % 4]);
  const [factor] = fitFactors([logits], targets);
  const loss = meanLogLoss(logits, targets, factor);
  for (const other of [0.8, 1.2]) {
    expect(meanLogLoss(logits, targets, factor * other)).toBeGreaterThan(loss);
  }
  const wrong = targets.map((target) => [target, 1 - target]);
  expect(fitFactors([logits, wrong], targets)[1]).toBeLessThan(0.05);
});

test("three texts, all answered right, do not make a model sure of everything", () => {
  const [factor] = fitFactors(
    [
      [
        [1, 0],
        [0, 1],
        [1, 0],
      ],
    ],
    [0, 1, 0],
  );
  expect(factor).toBeGreaterThan(1);
  expect(factor).toBeLessThan(4);
});

test("the bag's weights are where the gradient of loss and ridge is zero", () => {
  const texts = [["good"], ["good"], ["bad"], ["bad"], ["good", "bad"]];
  const targets = [1, 1, 0, 0, 1];
  const empty = new BagOfNgrams(["good", "bad"], 1, 2);
  const ridge = 0.1;
  const bag = trainBag(empty, empty.rows(texts), targets, { naiveBayes: false, ridge });
  const weights = bag.weight.toArray() as number[][];
  // By symmetry the classes' weights are opposite.
  expect(weights[0][1]).toBeCloseTo(-weights[0][0], 2);
  const p = texts.map((tokens) => {
    const [a, b] = bag.scores(tokens);
    return 1 / (1 + Math.exp(a - b));
  });
  const slope = texts.reduce((sum, tokens, t) => {
    return sum + (tokens.includes("good") ? (p[t] - targets[t]) / Math.sqrt(tokens.length) : 0);
  }, 0);
  expect(slope / texts.length + ridge * weights[0][1]).toBeCloseTo(0, 2);
});

test("n-grams know where a text begins and ends", () => {
  expect(
    [...ngramsOf(["a", "b"], 2)].map((it) =>
      it.replaceAll("\u0001", " ").replaceAll("\u0002", "#"),
    ),
  ).toEqual(["# a", "a", "a b", "b", "b #"]);
});
