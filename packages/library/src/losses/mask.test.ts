import { describe, expect, test } from "vitest";
import { sequenceMask } from "../data/index.ts";
import { rand, randn, tensor, zeros, type Tensor } from "../tensor/index.ts";
import {
  BCEWithLogitsLoss,
  GaussianNLLLoss,
  L1Loss,
  MSELoss,
  mseLoss,
  type LossMaskOptions,
  type ReductionOptions,
} from "./index.ts";

type Loss = (options: ReductionOptions, tensors: Tensor[], mask: LossMaskOptions) => Tensor;

const LOSSES: [name: string, loss: Loss][] = [
  ["MSELoss", (options, [x, y], mask) => new MSELoss(options).forward(x, y, mask)],
  ["L1Loss", (options, [x, y], mask) => new L1Loss(options).forward(x, y, mask)],
  [
    "BCEWithLogitsLoss",
    (options, [x, y], mask) =>
      new BCEWithLogitsLoss({ ...options, posWeight: tensor([3]) }).forward(x, y, mask),
  ],
  [
    "GaussianNLLLoss",
    (options, [x, y, v], mask) =>
      new GaussianNLLLoss({ ...options, full: true }).forward(x, y, v, mask),
  ],
];

const lengths = [2, 4, 1];
const mask = sequenceMask(lengths);
/** What counts, one after another. */
const counting = (t: Tensor) => {
  const kept = lengths.flatMap((length, b) => Array.from(t.select(0, b).slice(0, 0, length).data));
  return tensor(kept);
};

describe.each(LOSSES)("%s with a mask", (_, loss) => {
  const tensors = [randn([3, 4]), rand([3, 4]), rand([3, 4]).add(0.1)];

  test.each(["mean", "sum"] as const)("the %s is that of what counts, alone", (reduction) => {
    const masked = loss({ reduction }, tensors, { mask }).item();
    const alone = loss({ reduction }, tensors.map(counting), {}).item();
    expect(masked).toBeCloseTo(alone, 5);
  });

  test('with reduction "none", 0 where nothing counts', () => {
    const all = loss({ reduction: "none" }, tensors, {});
    const masked = loss({ reduction: "none" }, tensors, { mask });
    expect(masked.toArray()).toEqual(all.mul(mask).add(0).toArray());
  });

  test("NaN where nothing counts changes neither loss nor gradient", () => {
    const [clean, dirty] = [0, NaN].map((filler) => {
      const inputs = tensors.map((t) => t.maskedFill(mask.eq(0), filler).detach());
      inputs[0].requiresGrad = true;
      const value = loss({}, inputs, { mask });
      value.backward();
      return { value: value.item(), grad: inputs[0].grad!.toArray() };
    });
    expect(dirty).toEqual(clean);
    expect(clean.value).not.toBeNaN();
  });
});

test("a mask of the first axes counts all that lies below", () => {
  const [x, y] = [randn([3, 4, 2]), zeros([3, 4, 2])];
  const wide = mask.unsqueeze(-1).expand(3, 4, 2);
  expect(mseLoss(x, y, { mask }).item()).toBeCloseTo(mseLoss(x, y, { mask: wide }).item(), 6);
});

test("where nothing counts the mean is NaN, as with PyTorch's ignore_index, and the sum 0", () => {
  const nothing = zeros([2]);
  expect(mseLoss(zeros([2]), zeros([2]), { mask: nothing }).item()).toBeNaN();
  expect(mseLoss(zeros([2]), zeros([2]), { mask: nothing, reduction: "sum" }).item()).toBe(0);
});

test("a mask of another shape is refused", () => {
  expect(() => mseLoss(zeros([3, 4]), zeros([3, 4]), { mask: zeros([4]) })).toThrow(
    "mseLoss: expected mask to have the input's shape [3, 4], or that of its first axes, got [4].",
  );
});
