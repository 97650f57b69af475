import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import { CRF } from "../../src/losses/index.ts";
import {
  AvgPool1d,
  Conv1d,
  EmbeddingBag,
  GRU,
  Highway,
  Linear,
  LSTM,
  MaxPool1d,
  Residual,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
  WindowModel,
  type Module,
} from "../../src/nn/index.ts";
import { randn, RandomGenerator, tensor, type Tensor } from "../../src/tensor/index.ts";

const generator = new RandomGenerator(17);
const random = (...shape: number[]) => randn(shape, { generator, requiresGrad: true });

/** Weights that start at 1 or 0 would hide a factor left out. */
function withRandomParameters<M extends Module>(module: M): M {
  for (const parameter of module.parameters()) parameter.copy_(random(...parameter.shape));
  return module;
}

const lengths = [7, 3, 5];
const ids = tensor([
  [1, 4, 1, 3],
  [0, 1, 2, 2],
]);

type Case<M extends Module> = [
  title: string,
  layer: M,
  run: (layer: M) => Tensor,
  inputs: Tensor[],
];

function layerCase<M extends Module>(
  title: string,
  layer: M,
  input: Tensor,
  run: (layer: M, input: Tensor) => Tensor,
): Case<Module> {
  return [title, layer, (module) => run(module as M, input), input.requiresGrad ? [input] : []];
}

const CASES: Case<Module>[] = [
  layerCase("Conv1d", new Conv1d(4, 6, 3, { stride: 2, padding: 2 }), random(3, 4, 7), (c, x) =>
    c.forward(x),
  ),
  layerCase(
    "Conv1d with groups, dilation and lengths",
    new Conv1d(4, 6, 3, { groups: 2, dilation: 2, padding: "same" }),
    random(3, 4, 7),
    (c, x) => c.forward(x, { lengths }),
  ),
  layerCase(
    "Conv1d, causal, without bias",
    new Conv1d(2, 3, 4, { padding: "causal", bias: false }),
    random(2, 5),
    (c, x) => c.forward(x),
  ),
  layerCase("MaxPool1d", new MaxPool1d(3, { stride: 2, padding: 1 }), random(3, 2, 7), (p, x) =>
    p.forward(x, { lengths }),
  ),
  layerCase(
    "AvgPool1d",
    new AvgPool1d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    random(3, 2, 7),
    (p, x) => p.forward(x, { lengths }),
  ),
  ...(["sum", "mean", "max"] as const).map((mode) =>
    layerCase(`EmbeddingBag, ${mode}`, new EmbeddingBag(5, 3, { mode }), ids, (bag, x) =>
      bag.forward(x),
    ),
  ),
  layerCase(
    "EmbeddingBag, sum, with a weight for every id",
    new EmbeddingBag(5, 3, { mode: "sum" }),
    random(2, 4),
    (bag, perSampleWeights) => bag.forward(ids, { perSampleWeights }),
  ),
  layerCase(
    "Residual around an LSTM",
    new Residual(new LSTM(3, 3, { batchFirst: true })),
    random(2, 4, 3),
    (residual, x) => {
      const [output, [, cN]] = residual.forward(x, null, { lengths: [4, 2] });
      return output.sum(1).add(cN.select(0, 0));
    },
  ),
  layerCase(
    "Residual with a shortcut",
    new Residual(new Sequential(new Linear(3, 5), new Tanh()), { shortcut: new Linear(3, 5) }),
    random(2, 3),
    (residual, x) => residual.forward(x),
  ),
  layerCase(
    "Highway around a GRU",
    new Highway(new GRU(3, 3), 3),
    random(4, 2, 3),
    (highway, x) => highway.forward(x)[0],
  ),
  layerCase(
    "Highway around a Sequential",
    new Highway(new Sequential(new Linear(3, 3), new Sigmoid(), new Softmax()), 3),
    random(4, 3),
    (highway, x) => highway.forward(x),
  ),
  layerCase("WindowModel", new WindowModel(5, 3, 4, 2, { windowSize: 3 }), ids, (model, x) =>
    model.forward(x),
  ),
];

describe("companions' gradients agree with finite differences in float64", () => {
  test.each(CASES)("%s: input and parameters", (_title, layer, run, inputs) => {
    withRandomParameters(layer);
    const all = [...inputs, ...layer.parameters()];
    expect(gradCheck(() => run(layer), all, { tolerance: 1e-6 })).toBe(true);
  });

  test.each(["mean", "none"] as const)("CRF, reduction %s, with lengths", (reduction) => {
    const crf = withRandomParameters(new CRF(3, { batchFirst: true }));
    const emissions = random(2, 4, 3);
    const tags = tensor([
      [2, 0, 1, 1],
      [1, 2, -1, -1],
    ]);
    const options = { lengths: [4, 2], reduction };
    const inputs = [emissions, ...crf.parameters()];
    const run = () => crf.forward(emissions, tags, options);
    expect(gradCheck(run, inputs, { tolerance: 1e-6 })).toBe(true);
  });
});
