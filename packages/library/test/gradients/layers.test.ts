import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import { BatchNorm1d } from "../../src/nn/batch-norm.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { Embedding } from "../../src/nn/embedding.ts";
import { LayerNorm } from "../../src/nn/layer-norm.ts";
import { Linear } from "../../src/nn/linear.ts";
import { Parameter, type Layer } from "../../src/nn/module.ts";
import { Sequential } from "../../src/nn/sequential.ts";
import { randn, RandomGenerator, tensor, type Tensor } from "../../src/tensor/index.ts";

const generator = new RandomGenerator(13);
const random = (...shape: number[]) => randn(shape, { generator });

/** Weights that start at 1 or 0 would hide a factor left out. */
function withRandomParameters<L extends Layer>(layer: L): L {
  for (const parameter of layer.parameters()) parameter.copy_(random(...parameter.shape));
  return layer;
}

const evaluated = new BatchNorm1d(4);
evaluated.forward(random(6, 4));
evaluated.eval();

type Case = [title: string, layer: Layer, input: Tensor];

const CASES: Case[] = [
  ["Linear", new Linear(4, 3), random(2, 5, 4)],
  ["Linear without bias", new Linear(4, 3, { bias: false }), random(4)],
  ["LayerNorm", new LayerNorm(5), random(2, 3, 5)],
  ["LayerNorm over two axes", new LayerNorm([3, 5], { bias: false, eps: 0.1 }), random(2, 3, 5)],
  ["LayerNorm, not affine", new LayerNorm(5, { elementwiseAffine: false }), random(3, 5)],
  ["BatchNorm1d", new BatchNorm1d(4), random(6, 4)],
  ["BatchNorm1d over sequences", new BatchNorm1d(4, { eps: 0.1 }), random(3, 4, 5)],
  ["BatchNorm1d, not affine", new BatchNorm1d(4, { affine: false }), random(6, 4)],
  ["BatchNorm1d in evaluation", evaluated, random(3, 4)],
  ["Sequential", new Sequential(new Linear(4, 3), new LayerNorm(3)), random(2, 4)],
];

describe("layers' gradients agree with finite differences in float64", () => {
  test.each(CASES)("%s: input and parameters", (_title, layer, input) => {
    withRandomParameters(layer);
    const inputs = [input, ...layer.parameters()];
    expect(gradCheck(() => layer.forward(input), inputs, { tolerance: 1e-6 })).toBe(true);
  });

  test("Embedding: a row read several times gets the sum", () => {
    const layer = new Embedding(5, 3);
    const ids = tensor([
      [1, 4, 1],
      [0, 1, 2],
    ]);
    expect(gradCheck(() => layer.forward(ids), [layer.weight])).toBe(true);
  });

  test("Embedding: the padding row gets none", () => {
    const layer = new Embedding(3, 2, { paddingIdx: 1 });
    layer
      .forward(tensor([1, 2, 1]))
      .sum()
      .backward();
    expect(layer.weight.grad!.toArray()).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });

  test("dropout: the same mask forward and backward", () => {
    const masked = (x: Tensor) => dropout(x, 0.4, true, new RandomGenerator(7));
    expect(gradCheck(masked, [random(4, 5)])).toBe(true);
  });

  test("a frozen parameter gets no gradient, and the rest is unchanged", () => {
    const layer = withRandomParameters(new LayerNorm(4));
    const input = new Parameter(random(2, 4));
    layer.bias!.requiresGrad = false;
    layer.forward(input).sum().backward();
    expect(layer.bias!.grad).toBeNull();
    expect(layer.weight!.grad).not.toBeNull();
  });
});
