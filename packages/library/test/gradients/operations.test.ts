import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import {
  cat,
  randn,
  RandomGenerator,
  stack,
  tensor,
  where,
  linear,
  type Tensor,
} from "../../src/tensor/index.ts";

const generator = new RandomGenerator(11);
const random = (...shape: number[]) => randn(shape, { generator });
/** At least 0.5, for logarithms, roots and divisors. */
const positive = (...shape: number[]) =>
  random(...shape)
    .abs()
    .add(0.5);

type Case = [title: string, fn: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]];

const CASES: Case[] = [
  ["add", (a, b) => a.add(b), [random(2, 3), random(2, 3)]],
  ["add broadcasts", (a, b) => a.add(b), [random(4, 1, 3), random(2, 1)]],
  ["sub broadcasts a scalar", (a, b) => a.sub(b), [random(2, 3), random()]],
  ["mul broadcasts", (a, b) => a.mul(b), [random(2, 3), random(3)]],
  ["mul with itself", (a) => a.mul(a), [random(3)]],
  ["div broadcasts", (a, b) => a.div(b), [random(2, 3), positive(2, 1)]],
  ["pow", (a) => a.pow(2.5), [positive(5)]],
  ["clamp", (a) => a.clamp(-0.5, 0.5), [tensor([-1, -0.3, 0.2, 2])]],
  ["exp", (a) => a.exp(), [random(2, 3)]],
  ["log", (a) => a.log(), [positive(2, 3)]],
  ["sqrt", (a) => a.sqrt(), [positive(4)]],
  ["abs", (a) => a.abs(), [tensor([-2, -0.5, 0.5, 3])]],
  ["neg", (a) => a.neg(), [random(3)]],
  ["tanh", (a) => a.tanh(), [random(2, 3)]],
  ["sigmoid", (a) => a.sigmoid(), [random(2, 3)]],
  ["relu", (a) => a.relu(), [tensor([-2, -0.5, 0.5, 3])]],
  ["matmul of matrices", (a, b) => a.matmul(b), [random(2, 3), random(3, 4)]],
  ["matmul vector · vector", (a, b) => a.matmul(b), [random(3), random(3)]],
  ["matmul matrix · vector", (a, b) => a.matmul(b), [random(2, 3), random(3)]],
  ["matmul vector · batch", (a, b) => a.matmul(b), [random(3), random(2, 3, 4)]],
  ["matmul broadcasts the batch", (a, b) => a.matmul(b), [random(2, 1, 3, 4), random(5, 4, 2)]],
  ["matmul shares a matrix", (a, b) => a.matmul(b), [random(2, 3), random(5, 3, 4)]],
  ["linear", (x, w, b) => linear(x, w, b), [random(2, 3, 4), random(5, 4), random(5)]],
  ["sum of all", (a) => a.sum(), [random(2, 3)]],
  ["sum over two axes", (a) => a.sum([0, -1]), [random(2, 3, 4)]],
  ["mean over an axis, kept", (a) => a.mean(1, { keepdim: true }), [random(2, 3, 4)]],
  ["max of all", (a) => a.max(), [random(2, 3)]],
  ["max over an axis", (a) => a.max(1), [random(2, 3, 4)]],
  ["min over an axis", (a) => a.min(0), [random(2, 3)]],
  ["softmax", (a) => a.softmax(-1), [random(3, 4)]],
  ["softmax over the first axis", (a) => a.softmax(0), [random(3, 4)]],
  ["logSoftmax", (a) => a.logSoftmax(1), [random(3, 4, 2)]],
  ["reshape", (a) => a.reshape(3, -1), [random(2, 3)]],
  ["transpose", (a) => a.transpose(0, 2), [random(2, 3, 4)]],
  ["permute", (a) => a.permute(2, 0, 1), [random(2, 3, 4)]],
  ["squeeze and unsqueeze", (a) => a.squeeze(1).unsqueeze(-1), [random(2, 1, 3)]],
  ["expand", (a) => a.expand(4, 2, -1), [random(2, 3)]],
  ["flatten", (a) => a.flatten(1), [random(2, 3, 2)]],
  ["select", (a) => a.select(1, -1), [random(2, 3, 2)]],
  ["slice", (a) => a.slice(1, 1, 3), [random(2, 4, 2)]],
  ["chunk", (a) => a.chunk(2, -1)[1].exp(), [random(2, 5)]],
  ["flip", (a) => a.flip(0), [random(3, 2)]],
  [
    "gather with an index twice",
    (a) => a.gather(1, tensor([[0, 0, 2]], { dtype: "int32" })),
    [random(2, 3)],
  ],
  ["indexSelect with an index twice", (a) => a.indexSelect(0, tensor([1, 1, 0])), [random(2, 3)]],
  ["maskedFill", (a) => a.maskedFill(tensor([1, 0, 0]), 7), [random(2, 3)]],
  ["where", (a, b) => where(tensor([1, 0, 1]), a, b), [random(2, 3), random(3)]],
  ["cat", (a, b) => cat([a, b], 1), [random(2, 3), random(2, 1)]],
  ["stack", (a, b) => stack([a, b], 1), [random(2, 3), random(2, 3)]],
  ["clone", (a) => a.clone().mul(a), [random(3)]],
];

describe("gradients agree with finite differences in float64", () => {
  test.each(CASES)("%s", (_title, fn, inputs) => {
    expect(gradCheck(fn, inputs, { tolerance: 1e-7 })).toBe(true);
  });

  test("a wrong gradient is caught", () => {
    const wrong = (x: Tensor) => x.mul(x.detach());
    expect(() => gradCheck(wrong, [random(3)])).toThrow(/input 0, element 0: backward gives/);
  });
});
