import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import { CRF, type CRFOptions } from "../../src/losses/index.ts";
import {
  AvgPool1d,
  Conv1d,
  EmbeddingBag,
  init,
  MaxPool1d,
  type AvgPool1dOptions,
  type Conv1dOptions,
  type EmbeddingBagOptions,
  type MaxPool1dOptions,
  type StateDict,
} from "../../src/nn/index.ts";
import { RandomGenerator, zeros, type Tensor } from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import { checkLayer, readTensor } from "./check-layer.ts";
import { expectClose, fixtureNames, loadFixture, PARITY, type Fixture } from "./load-fixture.ts";

const defaultEngine = engineName();

interface WithLengths {
  forward(x: Tensor, options: { lengths?: Int32Array }): Tensor;
  outputLengths(lengths: Int32Array): Int32Array;
}

/** With the fixture's lengths, if it has any, whose lengths behind the layer are compared too. */
function forwardWithLengths(fixture: Fixture<unknown>) {
  return (layer: WithLengths, x: Tensor): Tensor => {
    if (!fixture.has("lengths")) return layer.forward(x, {});
    const lengths = Int32Array.from(fixture.get("lengths").data);
    expect([...layer.outputLengths(lengths)]).toEqual([...fixture.get("outputLengths").data]);
    return layer.forward(x, { lengths });
  };
}

describe.each(ENGINES)("companions give PyTorch's numbers on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(fixtureNames("conv1d"))("%s: output and gradients", (name) => {
    type Sizes = { inChannels: number; outChannels: number; kernelSize: number };
    const fixture = loadFixture<Sizes & Conv1dOptions>(name);
    const { inChannels, outChannels, kernelSize, ...options } = fixture.options;
    const conv = new Conv1d(inChannels, outChannels, kernelSize, options);
    checkLayer(conv, fixture, forwardWithLengths(fixture));
  });

  test.each(fixtureNames("max-pool1d"))("%s: output and gradient", (name) => {
    const fixture = loadFixture<{ kernelSize: number } & MaxPool1dOptions>(name);
    const { kernelSize, ...options } = fixture.options;
    checkLayer(new MaxPool1d(kernelSize, options), fixture, forwardWithLengths(fixture));
  });

  test.each(fixtureNames("avg-pool1d"))("%s: output and gradient", (name) => {
    const fixture = loadFixture<{ kernelSize: number } & AvgPool1dOptions>(name);
    const { kernelSize, ...options } = fixture.options;
    checkLayer(new AvgPool1d(kernelSize, options), fixture, forwardWithLengths(fixture));
  });

  test.each(fixtureNames("bag-"))("EmbeddingBag, %s: output and gradients", (name) => {
    type Sizes = { numEmbeddings: number; embeddingDim: number };
    const fixture = loadFixture<Sizes & EmbeddingBagOptions>(name);
    const { numEmbeddings, embeddingDim, ...options } = fixture.options;
    const bag = new EmbeddingBag(numEmbeddings, embeddingDim, options);
    const read = (key: string) => (fixture.has(key) ? readTensor(fixture, key) : undefined);
    const [offsets, perSampleWeights] = [read("offsets"), read("perSampleWeights")];
    checkLayer(bag, fixture, (layer, ids) => layer.forward(ids, { offsets, perSampleWeights }));
    if (perSampleWeights) {
      const expected = fixture.get("grad.perSampleWeights").data;
      expectClose(perSampleWeights.grad!.data, expected, PARITY, "grad.perSampleWeights");
    }
  });

  test.each(fixtureNames("crf"))(
    "%s: losses and gradients are those of all sequences of tags, counted out",
    (name) => {
      const fixture = loadFixture<{ numTags: number } & CRFOptions>(name);
      const { numTags, ...options } = fixture.options;
      const crf = new CRF(numTags, options);
      const dict: StateDict = {};
      for (const [key] of crf.namedParameters()) dict[key] = readTensor(fixture, `weights.${key}`);
      crf.loadStateDict(dict);
      const [emissions, tags] = [readTensor(fixture, "emissions"), readTensor(fixture, "tags")];
      const lengths = [...fixture.get("lengths").data];

      const losses = crf.forward(emissions, tags, { lengths, reduction: "none" });
      const loss = crf.forward(emissions, tags, { lengths });
      loss.backward(readTensor(fixture, "gradOutput"));

      expectClose(losses.data, fixture.get("losses").data, PARITY, "losses");
      expectClose(loss.data, fixture.get("output").data, PARITY, "loss");
      for (const [key, { grad }] of [...crf.namedParameters(), ["emissions", emissions] as const]) {
        expectClose(grad!.data, fixture.get(`grad.${key}`).data, PARITY, `grad.${key}`);
      }
      const best = fixture.get("best");
      const paths = lengths.map((length, n) => [
        ...best.data.subarray(n * best.shape[1], n * best.shape[1] + length),
      ]);
      expect(crf.decode(emissions, { lengths })).toEqual(paths);
    },
  );
});

describe("nn.init asks for PyTorch's spread", () => {
  test("calculateGain", () => {
    const fixture = loadFixture<{ nonlinearities: string[] }>("init-gains");
    const gains = fixture.options.nonlinearities.map((words) => {
      const [name, slope] = words.split(" ");
      return init.calculateGain(name as init.Nonlinearity, slope ? Number(slope) : undefined);
    });
    expectClose(gains, fixture.get("gains").data);
  });

  /** Always draws 1: what comes out is the bound of a uniform, or the std of a normal, draw. */
  class AlwaysOne extends RandomGenerator {
    override random = () => 1;
    override normal = () => 1;
  }
  const generator = new AlwaysOne(0);
  const fixture = loadFixture<{ shapes: number[][] }>("init-bounds");

  // prettier-ignore
  test.each<[key: string, fill: (w: Tensor) => Tensor]>([
    ["xavierUniform",            (w) => init.xavierUniform_(w, 1.7, generator)],
    ["xavierNormal",             (w) => init.xavierNormal_(w, 1.7, generator)],
    ["kaimingUniform",           (w) => init.kaimingUniform_(w, { generator })],
    ["kaimingUniformFanOutTanh", (w) => init.kaimingUniform_(w, { mode: "fanOut", nonlinearity: "tanh", generator })],
    ["kaimingNormalSlope",       (w) => init.kaimingNormal_(w, { a: 0.3, generator })],
    ["kaimingNormalFanOutRelu",  (w) => init.kaimingNormal_(w, { mode: "fanOut", nonlinearity: "relu", generator })],
  ])("%s", (key, fill) => {
    const spreads = fixture.options.shapes.map((shape) => fill(zeros(shape)).data[0]);
    expectClose(spreads, fixture.get(key).data);
  });
});
