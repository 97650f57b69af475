import { expect, test } from "vitest";
import { BagOfNgrams, frequentNgrams, ngramsOf, trainBag } from "./bag.ts";
import { calibrated, fitCalibration, meanLogLoss, softmaxOf } from "./calibrate.ts";
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
  const { factors, offsets } = fitCalibration([logits], targets, { offsets: false });
  expect(offsets).toEqual([0, 0]);
  const lossAt = (factor: number) =>
    meanLogLoss(calibrated([logits], { factors: [factor], offsets }), targets);
  for (const other of [0.8, 1.2]) {
    expect(lossAt(factors[0] * other)).toBeGreaterThan(lossAt(factors[0]));
  }
  const wrong = targets.map((target) => [target, 1 - target]);
  expect(fitCalibration([logits, wrong], targets).factors[1]).toBeLessThan(0.05);
});

test("three texts, all answered right, do not make a model sure of everything", () => {
  const { factors, offsets } = fitCalibration(
    [
      [
        [1, 0],
        [0, 1],
        [1, 0],
      ],
    ],
    [0, 1, 0],
  );
  expect(factors[0]).toBeGreaterThan(1);
  expect(factors[0]).toBeLessThan(4);
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(0.1);
});

test("offsets find that a class is rarer than among the texts learned from", () => {
  // A model that has learned half of each class, asked where class 1 is one of five: Bayes' rule moves
  // its logits by ln(0.8 / 0.5) and ln(0.2 / 0.5).
  const zs = Array.from({ length: 2000 }, (_, t) => ((t * 0.618034) % 1) * 4 - 2);
  const logits = zs.map((z) => [0, z]);
  const targets = zs.map((z, t) => {
    const p = 1 / (1 + 4 * Math.exp(-z));
    return Number((t * 0.414214) % 1 < p);
  });
  const { factors, offsets } = fitCalibration([logits], targets);
  expect(factors[0]).toBeCloseTo(1, 0);
  expect(offsets[1] - offsets[0]).toBeGreaterThan(-Math.log(4) - 0.15);
  expect(offsets[1] - offsets[0]).toBeLessThan(-Math.log(4) + 0.15);
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

test("a bag ends at the same weights wherever it starts from, and its offsets fit the classes", () => {
  const texts = Array.from({ length: 60 }, (_, t) => [`a${t % 3}`, `b${t % 5}`, `c${t % 7}`]);
  const targets = texts.map((_, t) => (t % 3 === 0 ? 2 : Number(t % 5 < 2)));
  const order = 2;
  const empty = new BagOfNgrams(frequentNgrams(texts, order), order, 3);
  const rows = empty.rows(texts);
  for (const naiveBayes of [false, true]) {
    const train = (start: BagOfNgrams, ridge: number) =>
      trainBag(start, rows, targets, { naiveBayes, ridge });
    const direct = train(empty, 1e-2);
    const roundabout = train(train(empty, 1), 1e-2);
    for (const tokens of texts) {
      const p = softmaxOf(roundabout.scores(tokens));
      softmaxOf(direct.scores(tokens)).forEach((same, c) => expect(p[c]).toBeCloseTo(same, 1));
    }
    // Offsets carry no penalty, so that the probabilities of a class sum to its number of texts.
    const sums = [0, 0, 0];
    for (const tokens of texts) softmaxOf(direct.scores(tokens)).forEach((p, c) => (sums[c] += p));
    sums.forEach((sum, c) => {
      expect(sum).toBeCloseTo(targets.filter((target) => target === c).length, 0);
    });
  }
});

test("n-grams know where a text begins and ends", () => {
  expect(
    [...ngramsOf(["a", "b"], 2)].map((it) =>
      it.replaceAll("\u0001", " ").replaceAll("\u0002", "#"),
    ),
  ).toEqual(["# a", "a", "a b", "b", "b #"]);
});

test("of more n-grams than can be counted the frequent ones are found all the same", () => {
  const texts = Array.from({ length: 2000 }, (_, t) => [
    `once${t}`,
    t % 3 ? "good" : "bad",
    "film",
  ]);
  expect(frequentNgrams(texts, 1, 50)).toEqual(["film", "good", "bad"]);
  expect(frequentNgrams(texts, 2, 50)).toEqual(frequentNgrams(texts, 2));
  expect(frequentNgrams(texts, 2)).toContain("good\u0001film");
});
