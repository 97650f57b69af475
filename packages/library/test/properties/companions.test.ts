import { describe, expect, test } from "vitest";
import { withEngine } from "../../src/backends/index.ts";
import { CRF } from "../../src/losses/index.ts";
import {
  AvgPool1d,
  Conv1d,
  EmbeddingBag,
  Flatten,
  GRU,
  Highway,
  Linear,
  MaxPool1d,
  Module,
  outputLengths,
  ReLU,
  Residual,
  Sequential,
  WindowModel,
} from "../../src/nn/index.ts";
import { createStream, type StreamableModel } from "../../src/streaming/index.ts";
import {
  arange,
  cat,
  rand,
  randn,
  RandomGenerator,
  stack,
  tensor,
  type Tensor,
} from "../../src/tensor/index.ts";

const LENGTHS = [9, 4, 6, 1];
const SEQ = 9;

interface WithLengths extends Module {
  forward(x: Tensor, options: { lengths?: readonly number[] }): Tensor;
  outputLengths(lengths: readonly number[]): Int32Array;
}

const LAYERS: [title: string, layer: WithLengths][] = [
  ["Conv1d same", new Conv1d(3, 4, 5, { padding: "same" })],
  ["Conv1d stride", new Conv1d(3, 4, 3, { padding: 2, stride: 2 })],
  ["Conv1d causal, dilated", new Conv1d(3, 4, 2, { padding: "causal", dilation: 3 })],
  ["Conv1d groups", new Conv1d(3, 6, 3, { padding: 1, groups: 3 })],
  ["MaxPool1d", new MaxPool1d(3, { stride: 1, padding: 1 })],
  ["MaxPool1d ceil", new MaxPool1d(4, { stride: 3, padding: 2, ceilMode: true })],
  ["AvgPool1d", new AvgPool1d(3, { stride: 1, padding: 1 })],
  ["AvgPool1d ceil", new AvgPool1d(4, { stride: 3, padding: 2, ceilMode: true })],
];

/** The same sequences with other numbers behind their ends. */
function refilled(x: Tensor): Tensor {
  const inside = arange(SEQ)
    .reshape(1, 1, SEQ)
    .lt(tensor(LENGTHS).reshape(-1, 1, 1));
  const noise = randn(x.shape).mul(100);
  return x.mul(inside.float()).add(noise.mul(inside.eq(0).float()));
}

describe("with lengths, padding never matters", () => {
  test.each(LAYERS)("%s: neither to the output nor to the gradients", (_title, layer) => {
    const run = (x: Tensor) => {
      for (const parameter of layer.parameters()) parameter.grad = null;
      x.requiresGrad = true;
      const y = layer.forward(x, { lengths: LENGTHS });
      y.mul(y).sum().backward();
      return [y, x.grad!, ...layer.parameters().map(({ grad }) => grad!)].map((t) => t.toArray());
    };
    const x = randn([LENGTHS.length, 3, SEQ]);
    expect(run(refilled(x))).toEqual(run(x));
  });

  test.each(LAYERS)("%s: every sequence gets what it would get alone", (_title, layer) => {
    withEngine("reference", () => {
      const x = randn([LENGTHS.length, 3, SEQ]);
      const y = layer.forward(x, { lengths: LENGTHS });
      const ends = layer.outputLengths(LENGTHS);
      LENGTHS.forEach((length, n) => {
        const alone = layer.forward(x.select(0, n).slice(1, 0, length), {});
        const end = ends[n];
        expect(alone.shape[1]).toBe(end);
        const error = y.select(0, n).slice(1, 0, end).sub(alone).abs().max().item();
        expect(error).toBeLessThan(1e-12);
        expect(y.select(0, n).slice(1, end).abs().sum().item()).toBe(0);
      });
    });
  });

  test("EmbeddingBag: ids behind a row's length, and padding ids, change nothing", () => {
    for (const mode of ["mean", "sum", "max"] as const) {
      const bag = new EmbeddingBag(9, 4, { mode, paddingIdx: 0 });
      const short = bag.forward(tensor([[5, 6, 7]])).toArray();
      expect(bag.forward(tensor([[5, 6, 7, 8]]), { lengths: [3] }).toArray()).toEqual(short);
      expect(bag.forward(tensor([[0, 5, 0, 6, 7, 0]])).toArray()).toEqual(short);
      expect(
        bag
          .forward(tensor([[7, 5, 6]]))
          .sub(tensor(short))
          .abs()
          .max()
          .item(),
      ).toBeLessThan(1e-6);
    }
  });

  test("CRF: neither to the loss, nor to the gradients, nor to the path", () => {
    const crf = new CRF(4, { batchFirst: true });
    const lengths = [5, 2, 4];
    const emissions = randn([3, 5, 4]);
    const tags = tensor([
      [0, 3, 1, 1, 2],
      [2, 2, -7, 9, -1],
      [1, 0, 3, 3, 99],
    ]);
    const run = (e: Tensor) => {
      crf.zeroGrad();
      e.requiresGrad = true;
      const loss = crf.forward(e, tags, { lengths });
      loss.backward();
      const grads = [e, ...crf.parameters()].map(({ grad }) => grad!.toArray());
      return { loss: loss.item(), grads, paths: crf.decode(e, { lengths }) };
    };
    const noise = randn([3, 5, 4]).mul(100);
    const outside = arange(5).unsqueeze(0).ge(tensor(lengths).unsqueeze(1)).unsqueeze(-1).float();
    const result = run(emissions.clone());
    expect(run(emissions.mul(outside.eq(0).float()).add(noise.mul(outside)))).toEqual(result);
    // Alone, the second sequence gets what it gets in the batch.
    const alone = crf.forward(emissions.slice(0, 1, 2).slice(1, 0, 2), tensor([[2, 2]]));
    const each = crf.forward(emissions, tags, { lengths, reduction: "none" });
    expect(alone.item()).toBeCloseTo(each.data[1], 5);
  });
});

describe("a stream gives what the whole sequence gives", () => {
  class Features extends Module {
    readonly conv = new Conv1d(3, 4, 3, { padding: "causal", dilation: 2, groups: 1 });
    readonly stack = new Residual(new GRU(4, 4, { batchFirst: true }));
    readonly pointwise = new Conv1d(4, 4, 1);
    readonly highway = new Highway(new Sequential(new Linear(4, 4), new ReLU()), 4);

    forward(x: Tensor): Tensor {
      const features = this.conv.forward(x.transpose()).relu(); //  [batch, 4, seq]
      const [y] = this.stack.forward(features.transpose());
      return this.highway.forward(this.pointwise.forward(y.transpose()).transpose());
    }
  }

  test.each<[title: string, model: Features | WindowModel, input: Tensor]>([
    ["Conv1d, Residual and Highway", new Features(), randn([2, 9, 3])],
    ["WindowModel", new WindowModel(7, 3, 5, 4, { windowSize: 4 }), rand([2, 9]).mul(7).int()],
  ])("%s: step by step, in pieces, and after its state has travelled", (_title, model, input) => {
    const whole = model.forward(input);
    const stream = createStream(model);
    const steps = [0, 1, 2].map((t) => stream.step(input.select(1, t)));
    const bytes = stream.state();
    const piece = createStream(model)
      .restore(bytes)
      .push(input.slice(1, 3, 7));
    stream.push(input.slice(1, 3, 7));
    const rest = stream.push(input.slice(1, 7));
    const streamed = cat([stack(steps, 1), piece, rest], 1);
    expect(streamed.sub(whole).abs().max().item()).toBeLessThan(1e-6);
  });

  // prettier-ignore
  test.each<[layer: StreamableModel, message: RegExp]>([
    [new Conv1d(2, 2, 3, { padding: "same" }), /Conv1d cannot be streamed: its kernel looks at steps to come; padding: "causal"/],
    [new Conv1d(2, 2, 3), /steps to come/],
    [new Conv1d(2, 2, 3, { padding: "causal", stride: 2 }), /stride of 2/],
    [new MaxPool1d(2), /MaxPool1d cannot be streamed: it makes one step of several/],
    [new EmbeddingBag(3, 2), /EmbeddingBag cannot be streamed/],
    [new Sequential(new Flatten()), /layers.0 .Flatten.|0 .Flatten. cannot be streamed/],
  ])("%o is refused", (layer, message) => {
    expect(() => createStream(layer)).toThrow(message);
  });
});

describe("what is to come is not seen", () => {
  test("by a causal Conv1d", () => {
    const conv = new Conv1d(2, 3, 3, { padding: "causal", dilation: 2 });
    const x = randn([1, 2, 8]);
    const changed = x.clone();
    changed.data[5] += 1; // step 5 of the first channel
    const difference = conv.forward(changed).sub(conv.forward(x)).abs().sum(1);
    const isChanged = [...difference.squeeze(0).data].map((d) => d > 1e-6);
    expect(isChanged).toEqual([false, false, false, false, false, true, false, true]);
  });

  test("by WindowModel, nor what has left its window", () => {
    const model = new WindowModel(20, 4, 8, 3, { windowSize: 3 });
    const ids = [1, 2, 3, 4, 5, 6, 7, 8];
    const run = (list: number[]) => model.forward(tensor([list])).squeeze(0);
    const difference = run(ids.with(3, 19)).sub(run(ids)).abs().sum(1);
    const isChanged = [...difference.data].map((d) => d > 1e-6);
    expect(isChanged).toEqual([false, false, false, true, true, true, false, false]);
  });
});

test("outputLengths goes through layers and looks into Sequential", () => {
  const conv = new Conv1d(1, 1, 5, { stride: 2 });
  const pool = new MaxPool1d(2);
  const lengths = tensor([100, 61, 3], { dtype: "int32" });
  expect([...outputLengths(lengths, conv, new ReLU(), pool)]).toEqual([24, 14, 0]);
  expect([...outputLengths(lengths, new Sequential(conv, new Sequential(pool)))]).toEqual([
    24, 14, 0,
  ]);
});

test("WindowModel is an MLP over the concatenated vectors of the window", () => {
  withEngine("reference", () => {
    const generator = new RandomGenerator(3);
    const model = new WindowModel(9, 3, 5, 4, { windowSize: 2, generator });
    const logits = model.forward(tensor([[7, 1, 4]]));
    const vectors = model.embedding.forward(tensor([1, 4])); //    [window, embeddingDim]
    const { weight, bias } = model.hidden; //                      [hidden, embeddingDim, window]
    const h = weight.mul(vectors.transpose()).sum([1, 2]).add(bias!).tanh();
    const expected = model.head.forward(h);
    expect(logits.select(0, 0).select(0, 2).sub(expected).abs().max().item()).toBeLessThan(1e-12);
  });
});
