import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import { sequenceMask } from "../../src/data/index.ts";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  ctcLoss,
  gaussianNllLoss,
  l1Loss,
  linearCrossEntropy,
  mseLoss,
  nllLoss,
  type Reduction,
} from "../../src/losses/index.ts";
import { rand, randn, RandomGenerator, tensor, type Tensor } from "../../src/tensor/index.ts";

const generator = new RandomGenerator(12);
const random = (...shape: number[]) => randn(shape, { generator });
/** Between 0.1 and 1: probabilities, variances, weights. */
const positive = (...shape: number[]) => rand(shape, { generator }).mul(0.9).add(0.1);

const ids = tensor([2, 0, 4, 1]);
const ids3d = tensor([
  [1, 0, 2],
  [3, 1, 1],
]);
const weight = positive(5);
const weight4 = positive(4);
const mask = sequenceMask([2, 4, 1]);
const logProbs = random(7, 3, 4).logSoftmax(-1);
const ctcTargets = tensor([
  [1, 2, 2],
  [3, 1, 0],
  [2, 0, 0],
]);

type Case = [
  title: string,
  fn: (reduction: Reduction, ...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
];

// prettier-ignore
const CASES: Case[] = [
  ["crossEntropy", (reduction, x) => crossEntropy(x, ids, { reduction }), [random(4, 5)]],
  ["crossEntropy, all options",
    (reduction, x) => crossEntropy(x, ids, { reduction, weight, ignoreIndex: 4, labelSmoothing: 0.2 }),
    [random(4, 5)]],
  ["crossEntropy [n, C, d]",
    (reduction, x) => crossEntropy(x, ids3d, { reduction, weight: weight4, labelSmoothing: 0.1 }),
    [random(2, 4, 3)]],
  ["crossEntropy with probabilities, both sides",
    (reduction, x, t) => crossEntropy(x, t, { reduction, weight, labelSmoothing: 0.1 }),
    [random(4, 5), positive(4, 5)]],
  ["crossEntropy with probabilities [n, C, d]",
    (reduction, x, t) => crossEntropy(x, t, { reduction }),
    [random(2, 4, 3), positive(2, 4, 3)]],
  ["linearCrossEntropy, all options",
    (reduction, x, W, linearBias) =>
      linearCrossEntropy(x, W, ids, { linearBias, reduction, weight, ignoreIndex: 4, labelSmoothing: 0.2 }),
    [random(4, 3), random(5, 3), random(5)]],
  ["linearCrossEntropy, class probabilities",
    (reduction, x, W, t) => linearCrossEntropy(x, W, t, { reduction }),
    [random(4, 3), random(5, 3), positive(4, 5)]],
  ["nllLoss", (reduction, x) => nllLoss(x, ids, { reduction, weight, ignoreIndex: 0 }), [random(4, 5)]],
  ["nllLoss [n, C, d]", (reduction, x) => nllLoss(x, ids3d, { reduction }), [random(2, 4, 3)]],
  ["mseLoss", (reduction, x, y) => mseLoss(x, y, { reduction }), [random(3, 4), random(3, 4)]],
  ["l1Loss", (reduction, x, y) => l1Loss(x, y, { reduction }), [random(3, 4), random(3, 4)]],
  ["binaryCrossEntropyWithLogits",
    (reduction, x, z) => binaryCrossEntropyWithLogits(x, z, { reduction }),
    [random(3, 4), positive(3, 4)]],
  ["binaryCrossEntropyWithLogits, weighted",
    (reduction, x, z) => binaryCrossEntropyWithLogits(x, z, { reduction, weight: weight4, posWeight: weight4 }),
    [random(3, 4), positive(3, 4)]],
  ["gaussianNllLoss",
    (reduction, x, y, v) => gaussianNllLoss(x, y, v, { reduction }),
    [random(3, 4), random(3, 4), positive(3, 4)]],
  ["gaussianNllLoss, one variance per row",
    (reduction, x, y, v) => gaussianNllLoss(x, y, v, { reduction, full: true }),
    [random(3, 4), random(3, 4), positive(3)]],
  ["mseLoss with a mask", (reduction, x, y) => mseLoss(x, y, { reduction, mask }), [random(3, 4), random(3, 4)]],
  ["l1Loss with a mask of its first axes",
    (reduction, x, y) => l1Loss(x, y, { reduction, mask }), [random(3, 4, 2), random(3, 4, 2)]],
  ["binaryCrossEntropyWithLogits with a mask, weighted",
    (reduction, x, z) => binaryCrossEntropyWithLogits(x, z, { reduction, mask, posWeight: weight4 }),
    [random(3, 4), positive(3, 4)]],
  ["gaussianNllLoss with a mask, one variance per row",
    (reduction, x, y, v) => gaussianNllLoss(x, y, v, { reduction, mask }),
    [random(3, 4), random(3, 4), positive(3)]],
  ["ctcLoss",
    (reduction, x) => ctcLoss(x, ctcTargets, [7, 4, 5], [3, 2, 0], { reduction }),
    [logProbs]],
  ["ctcLoss through logSoftmax, one target impossible",
    (reduction, x) => ctcLoss(x.logSoftmax(-1), ctcTargets, [3, 4, 5], [3, 2, 1], { reduction, zeroInfinity: true }),
    [random(7, 3, 4)]],
  ["ctcLoss of one sequence, another blank",
    (reduction, x) => ctcLoss(x, tensor([0, 1]), [4], [2], { reduction, blank: 2 }),
    [random(4, 3)]],
];

describe.each(["mean", "sum", "none"] as const)("losses' gradients, reduction %s", (reduction) => {
  test.each(CASES)("%s agrees with finite differences in float64", (_title, fn, inputs) => {
    expect(gradCheck((...xs) => fn(reduction, ...xs), inputs, { tolerance: 1e-7 })).toBe(true);
  });
});
