import { describe, expect, test } from "vitest";
import { ArgumentError, ShapeError } from "../core/errors.ts";
import { arange, ones, randn, RandomGenerator, tensor, type Tensor } from "../tensor/index.ts";
import { EmbeddingDropout } from "./embedding-dropout.ts";
import { Embedding } from "./embedding.ts";
import { LockedDropout } from "./locked-dropout.ts";
import { GRU } from "./recurrent/gru.ts";
import { LSTM } from "./recurrent/lstm.ts";
import { RNN } from "./recurrent/rnn.ts";

const generator = () => new RandomGenerator(6);

describe("LockedDropout", () => {
  test.each([false, true])("has one mask for a sequence; batchFirst %s", (batchFirst) => {
    const layer = new LockedDropout(0.3, { batchFirst, generator: generator() });
    const y = layer.forward(ones(batchFirst ? [50, 4, 40] : [4, 50, 40]));
    const time = batchFirst ? 1 : 0;
    const first = y.select(time, 0);
    for (let t = 1; t < 4; t++) expect(y.select(time, t).toArray()).toEqual(first.toArray());
    const kept = first.data.filter((value) => value !== 0);
    for (const value of kept) expect(value).toBeCloseTo(1 / 0.7, 6);
    // Two thousand draws: four standard deviations are 0.041.
    expect(Math.abs(kept.length / first.size - 0.7)).toBeLessThan(0.045);
    // Sequences and features have masks of their own.
    expect(first.select(0, 0).toArray()).not.toEqual(first.select(0, 1).toArray());
  });

  test("gives the gradient the same mask", () => {
    const x = randn([5, 2, 3], { requiresGrad: true });
    const y = new LockedDropout(0.5).forward(x);
    y.sum().backward();
    expect(x.grad!.mul(x).toArray()).toEqual(y.toArray());
  });

  test("gives its input back in evaluation, and with p = 0", () => {
    const x = randn([5, 2, 3]);
    expect(new LockedDropout(0.5).eval().forward(x)).toBe(x);
    expect(new LockedDropout(0).forward(x)).toBe(x);
  });

  test("refuses what is no probability and what has no time", () => {
    expect(() => new LockedDropout(2)).toThrow(ArgumentError);
    expect(() => new LockedDropout(0.5).forward(randn([2, 3]))).toThrow(ShapeError);
  });
});

describe("EmbeddingDropout", () => {
  test("drops a word everywhere at once, and scales the others", () => {
    const embedding = new Embedding(1000, 3, { generator: generator() });
    const layer = new EmbeddingDropout(embedding, 0.2, { generator: generator() });
    const ids = arange(1000).reshape(2, 500);
    const twice = (t: Tensor) => tensor([...t.data, ...t.data], { dtype: "int32" });
    const y = layer.forward(twice(ids));
    expect(y.slice(0, 0, 1000).toArray()).toEqual(y.slice(0, 1000).toArray());
    let dropped = 0;
    for (let id = 0; id < 1000; id++) {
      const ratio = y.select(0, id).div(embedding.weight.select(0, id)).data;
      if (ratio.every((r) => r === 0)) dropped++;
      else for (const r of ratio) expect(r).toBeCloseTo(1.25, 5);
    }
    // A thousand draws: four standard deviations are 0.05.
    expect(Math.abs(dropped / 1000 - 0.2)).toBeLessThan(0.055);
  });

  test("gives the weight the gradient of what it showed", () => {
    const layer = new EmbeddingDropout(new Embedding(6, 2), 0.5, { generator: generator() });
    const y = layer.forward(tensor([0, 1, 2, 3, 4, 5]));
    y.sum().backward();
    const { weight } = layer.embedding;
    expect(weight.grad!.mul(weight).toArray()).toEqual(y.toArray());
  });

  test("is the embedding in evaluation, with its keys behind embedding.", () => {
    const layer = new EmbeddingDropout(new Embedding(6, 2), 0.5).eval();
    const ids = tensor([3, 1]);
    expect(layer.forward(ids).toArray()).toEqual(layer.embedding.forward(ids).toArray());
    expect(Object.keys(layer.stateDict())).toEqual(["embedding.weight"]);
  });
});

describe("weightDropout", () => {
  const x = randn([4, 2, 3]);

  test.each([RNN, LSTM, GRU])("of %o has no effect in evaluation, and one in training", (Layer) => {
    const layer = new Layer(3, 8, { weightDropout: 0.5 });
    const plain = new Layer(3, 8);
    plain.loadStateDict(layer.stateDict());
    const run = (one: RNN | LSTM | GRU) => one.forward(x)[0].toArray();
    expect(run(layer.eval())).toEqual(run(plain));
    layer.train();
    expect(run(layer)).not.toEqual(run(plain));
    expect(run(layer)).not.toEqual(run(layer));
  });

  test("trains the weights that it shows, and those that it hides not", () => {
    const lstm = new LSTM(3, 8, { weightDropout: 0.5 });
    lstm.forward(x)[0].sum().backward();
    const { grad } = Object.fromEntries(lstm.namedParameters()).weight_hh_l0;
    const hidden = grad!.eq(0).float().mean().item();
    expect(hidden).toBeGreaterThan(0.35);
    expect(hidden).toBeLessThan(0.65);
  });

  test("refuses what is no probability", () => {
    expect(() => new LSTM(3, 8, { weightDropout: -1 })).toThrow("expected weightDropout");
  });
});

describe("lockedDropout between layers", () => {
  /** Two layers that remember nothing: each step shows what the second one was given. */
  function throughTwo(lockedDropout: boolean, batchFirst: boolean): Tensor {
    const rnn = new RNN(20, 20, {
      numLayers: 2,
      bias: false,
      nonlinearity: "relu",
      dropout: 0.5,
      lockedDropout,
      batchFirst,
      generator: generator(),
    });
    const identity = Float32Array.from({ length: 400 }, (_, i) => (i % 21 === 0 ? 1 : 0));
    for (const [key, parameter] of rnn.namedParameters()) {
      parameter.copy_(
        key.startsWith("weight_ih") ? tensor(identity, { shape: [20, 20] }) : parameter.mul(0),
      );
    }
    const y = rnn.forward(ones(batchFirst ? [2, 5, 20] : [5, 2, 20]))[0];
    return batchFirst ? y.transpose(0, 1) : y;
  }

  test.each([false, true])("is one draw for all steps; batchFirst %s", (batchFirst) => {
    const steps = throughTwo(true, batchFirst).toArray() as number[][][];
    for (const step of steps) expect(step).toEqual(steps[0]);
    expect(new Set(steps[0].flat())).toEqual(new Set([0, 2]));
    expect(steps[0][0]).not.toEqual(steps[0][1]);
  });

  test("and one for each step without it", () => {
    const steps = throughTwo(false, false).toArray() as number[][][];
    expect(steps[1]).not.toEqual(steps[0]);
  });
});
