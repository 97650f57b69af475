import { describe, expect, test } from "vitest";
import { ArgumentError, FormatError, ShapeError } from "../core/errors.ts";
import { encodeStateDict } from "../io/safetensors-files.ts";
import {
  Attention,
  AttentionPooling,
  BatchNorm1d,
  Dropout,
  Embedding,
  GRU,
  GRUCell,
  Linear,
  LSTM,
  Module,
  Parameter,
  PoolOverTime,
  poolOverTime,
  RNN,
  Sequential,
  type Layer,
  type Pooling,
} from "../nn/index.ts";
import { cat, randn, tensor, zeros, type Tensor } from "../tensor/index.ts";
import { createStream } from "./create-stream.ts";

/** As published: the logits come from the last state. */
class SimpleLSTM extends Module {
  readonly embedding = new Embedding(9, 4);
  readonly lstm: LSTM;
  readonly fc: Linear;

  constructor(outputSize = 2, hiddenSize = 5) {
    super();
    this.lstm = new LSTM(4, hiddenSize, { batchFirst: true });
    this.fc = new Linear(hiddenSize, outputSize);
  }

  forward(ids: Tensor): Tensor {
    const [, [hN]] = this.lstm.forward(this.embedding.forward(ids));
    return this.fc.forward(hN.select(0, -1));
  }
}

const close = (a: Tensor, b: Tensor) => {
  expect(a.shape).toEqual(b.shape);
  a.data.forEach((value, i) => expect(value).toBeCloseTo(b.data[i], 5));
};

describe("what a step gives", () => {
  test("a model whose output has no time axis: its answer after what was read so far", () => {
    const model = new SimpleLSTM();
    const stream = createStream(model);
    for (const length of [1, 2, 3]) {
      const ids = tensor([[1, 2, 3].slice(0, length), [4, 5, 6].slice(0, length)]).int();
      close(stream.step(ids.select(1, -1)), model.forward(ids));
    }
  });

  test("one number for each sequence is not taken for a time axis", () => {
    const stream = createStream(new SimpleLSTM(1));
    expect(stream.step(tensor([3]).int()).shape).toEqual([1, 1]);
    expect(stream.step(tensor([3]).int()).shape).toEqual([1, 1]);
  });

  test("of a layer that gives a tuple, the output without its time axis", () => {
    expect(createStream(new GRU(3, 4)).step(randn([2, 3])).shape).toEqual([2, 4]);
    expect(createStream(new GRU(3, 4)).push(randn([6, 2, 3])).shape).toEqual([6, 2, 4]);
  });

  test("nothing is recorded for backward", () => {
    expect(createStream(new LSTM(3, 4)).step(randn([1, 3])).requiresGrad).toBe(false);
  });

  test("reset() begins a new sequence, also with another batch", () => {
    const stream = createStream(new GRU(3, 4));
    const x = randn([2, 3]);
    const first = stream.step(x);
    stream.step(x);
    close(stream.reset().step(x), first);
    expect(stream.reset().step(randn([5, 3])).shape).toEqual([5, 4]);
  });

  test("a step of another shape than the one before is refused, and the layers go on as if it had not been", () => {
    const gru = new GRU(3, 4);
    const x = randn([2, 2, 3]); // [seq, batch, features]
    const stream = createStream(gru);
    stream.step(x.select(0, 0));
    expect(() => stream.step(randn([1, 3]))).toThrow(ShapeError);
    expect(() => stream.push(randn([1, 5, 3]))).toThrow(
      "stream.push: expected steps [2, 3] as before, got [5, 3]. reset() begins a new sequence; a batch of another size needs a stream of its own.",
    );
    close(stream.step(x.select(0, 1)), gru.forward(x)[0].select(0, 1));
  });
});

describe("what cannot be streamed is refused with the layer's path", () => {
  class Model extends Module {
    readonly parts: Sequential;
    constructor(...layers: Module[]) {
      super();
      this.parts = new Sequential(...(layers as Layer[]));
    }
    forward(x: Tensor): Tensor {
      return this.parts.forward(x);
    }
  }

  test.each<[string, Module, string]>([
    [
      "a bidirectional layer",
      new RNN(3, 4, { bidirectional: true }),
      "RNN) cannot be streamed: it is bidirectional, and one direction begins at the end.",
    ],
    [
      "batch statistics",
      new BatchNorm1d(3),
      "BatchNorm1d) cannot be streamed: it uses the batch's statistics while in training mode; call eval() on the model first.",
    ],
    [
      "batch statistics even in evaluation",
      new BatchNorm1d(3, { trackRunningStats: false }).eval(),
      "BatchNorm1d) cannot be streamed: it has no running statistics and so uses the batch's.",
    ],
    ["dropout that is on", new Dropout(0.2), "Dropout) cannot be streamed: it drops features"],
    [
      "dropout between layers that is on",
      new LSTM(3, 4, { numLayers: 2, dropout: 0.1 }),
      "LSTM) cannot be streamed: it drops features",
    ],
    ["pooling", new PoolOverTime("mean"), "PoolOverTime) cannot be streamed: its mean over time"],
    ["attention", new AttentionPooling(3), "AttentionPooling) cannot be streamed: attention over"],
    [
      "attention to a memory",
      new Attention(3, 3),
      "Attention) cannot be streamed: attention looks",
    ],
    ["a bare cell", new GRUCell(3, 4), "GRUCell) cannot be streamed: a cell leaves its state"],
  ])("%s", (_, layer, message) => {
    expect(() => createStream(new Model(new Linear(3, 3), layer))).toThrow(
      `createStream: parts.1 (${message}`,
    );
  });

  test("pooling by a function, when it runs", () => {
    class Pools extends Module {
      readonly gru = new GRU(3, 4, { batchFirst: true });
      pooling: Pooling = "last";
      forward(x: Tensor): Tensor {
        return poolOverTime(this.gru.forward(x)[0], this.pooling, { batchFirst: true });
      }
    }
    const model = new Pools();
    const x = randn([2, 3, 3]);
    const stream = createStream(model);
    stream.push(x.slice(1, 0, 2));
    close(stream.push(x.slice(1, 2)), model.forward(x));
    model.pooling = "max";
    expect(() => stream.push(x)).toThrow(
      "poolOverTime: it cannot be streamed: its max over time needs the whole sequence.",
    );
  });

  test("a bare layer goes by its class", () => {
    expect(() => createStream(new LSTM(3, 4, { bidirectional: true }))).toThrow(
      "createStream: LSTM cannot be streamed",
    );
  });

  test("a model that goes back to training mode, at its next step", () => {
    const model = new Model(new Dropout(0.2));
    const stream = createStream(model.eval());
    stream.step(randn([1, 3]));
    model.train();
    expect(() => stream.step(randn([1, 3]))).toThrow("parts.0 (Dropout)");
  });

  test("layers of both layouts, unless told which is the model's", () => {
    class Mixed extends Module {
      readonly first = new GRU(3, 4, { batchFirst: true });
      readonly second = new GRU(4, 5);
      forward(x: Tensor): Tensor {
        const [output] = this.first.forward(x);
        return this.second.forward(output.transpose(0, 1))[0].transpose(0, 1);
      }
    }
    expect(() => createStream(new Mixed())).toThrow(
      "createStream: first and second differ in batchFirst.",
    );
    const model = new Mixed();
    const x = randn([2, 3, 3]);
    const stream = createStream(model, { batchFirst: true });
    const steps = [0, 1, 2].map((t) => stream.step(x.select(1, t)).unsqueeze(1));
    close(cat(steps, 1), model.forward(x));
  });
});

describe("states", () => {
  test("one that the layer is given is the state to begin with: a learned one works", () => {
    class Learned extends Module {
      readonly gru = new GRU(3, 4, { batchFirst: true });
      readonly h0 = new Parameter(randn([1, 1, 4]));
      forward(x: Tensor): Tensor {
        return this.gru.forward(x, this.h0.expand(1, x.shape[0], 4))[0];
      }
    }
    const model = new Learned();
    const x = randn([2, 3, 3]);
    const stream = createStream(model);
    const steps = [0, 1, 2].map((t) => stream.step(x.select(1, t)).unsqueeze(1));
    close(cat(steps, 1), model.forward(x));
  });

  test("one that depends on what was read is refused", () => {
    class Dependent extends Module {
      readonly gru = new GRU(3, 3, { batchFirst: true });
      forward(x: Tensor): Tensor {
        return this.gru.forward(x, x.select(1, 0).unsqueeze(0))[0];
      }
    }
    const stream = createStream(new Dependent());
    stream.step(randn([1, 3]));
    expect(() => stream.step(randn([1, 3]))).toThrow(
      "stream: the model's GRU was given another h than at the first step.",
    );
  });

  test("a layer that runs over two things in a step has a state for each", () => {
    class Twice extends Module {
      readonly gru = new GRU(3, 4, { batchFirst: true });
      forward(x: Tensor): Tensor {
        return this.gru.forward(x)[0].add(this.gru.forward(x.neg())[0]);
      }
    }
    const model = new Twice();
    const x = randn([2, 4, 3]);
    const stream = createStream(model);
    stream.push(x.slice(1, 0, 3));
    const restored = createStream(model).restore(stream.state());
    close(restored.push(x.slice(1, 3)), model.forward(x).slice(1, 3));
  });

  test("a forward that loops over time is found out", () => {
    class Loop extends Module {
      readonly gru = new GRU(3, 4, { batchFirst: true });
      forward(x: Tensor): Tensor {
        return cat(
          x.chunk(x.shape[1], 1).map((step) => this.gru.forward(step)[0]),
          1,
        );
      }
    }
    const stream = createStream(new Loop());
    stream.push(randn([1, 1, 3]));
    expect(() => stream.push(randn([1, 2, 3]))).toThrow(
      "stream: the model's GRU ran 2 times in this step and 1 in those before",
    );
  });

  test("a step that fails half-way changes no state and leaves no stream open", () => {
    class Fails extends Module {
      readonly gru = new GRU(3, 4, { batchFirst: true });
      fails = false;
      forward(x: Tensor): Tensor {
        const [output] = this.gru.forward(x);
        if (this.fails) throw new Error("half-way");
        return output;
      }
    }
    const model = new Fails();
    const x = randn([1, 3, 3]);
    const stream = createStream(model);
    stream.push(x.slice(1, 0, 2));
    model.fails = true;
    expect(() => stream.push(x.slice(1, 2))).toThrow("half-way");
    model.fails = false;
    close(model.gru.forward(x)[0], model.forward(x)); // outside of a stream, no state is carried
    close(stream.push(x.slice(1, 2)), model.forward(x).slice(1, 2));
  });

  test("layers called outside of a step begin with zeros, whatever a stream has read", () => {
    const gru = new GRU(3, 4);
    const x = randn([5, 1, 3]);
    const [before] = gru.forward(x);
    createStream(gru).push(x);
    close(gru.forward(x)[0], before);
  });
});

describe("states as bytes", () => {
  const read = (model: Module & { forward(x: Tensor): Tensor }) => {
    const stream = createStream(model);
    stream.push(tensor([[1, 2, 3]]).int());
    return stream;
  };

  test("restored elsewhere, the same answers to the bit; before any step, the beginning", () => {
    const model = new SimpleLSTM();
    const stream = read(model);
    const next = tensor([4]).int();
    const restored = createStream(model).restore(stream.state());
    expect(restored.step(next).toArray()).toEqual(stream.step(next).toArray());

    const fresh = createStream(model);
    stream.restore(fresh.state());
    expect(stream.step(next).toArray()).toEqual(fresh.step(next).toArray());
  });

  test("the bytes are a copy: what the stream reads later does not change them", () => {
    const stream = read(new SimpleLSTM());
    const bytes = stream.state();
    const copy = bytes.slice();
    stream.step(tensor([7]).int());
    expect(bytes).toEqual(copy);
  });

  test("bytes that are cut off anywhere are refused, and the stream goes on as before", () => {
    const model = new SimpleLSTM();
    const stream = read(model);
    const bytes = stream.state();
    const expected = createStream(model)
      .restore(bytes)
      .step(tensor([4]).int())
      .toArray();
    for (const length of [0, 7, 8, 40, bytes.length - 1]) {
      expect(() => stream.restore(bytes.subarray(0, length)), `${length} bytes`).toThrow(
        FormatError,
      );
    }
    expect(stream.step(tensor([4]).int()).toArray()).toEqual(expected);
  });

  test("another model's bytes are refused, naming what differs", () => {
    const bytes = read(new SimpleLSTM()).state();
    expect(() => createStream(new SimpleLSTM(2, 6)).restore(bytes)).toThrow(
      "stream.restore: the state is another model's: lstm is LSTM weight_ih_l0 [20, 4] weight_hh_l0 [20, 5] bias_ih_l0 [20] bias_hh_l0 [20] there, and LSTM weight_ih_l0 [24, 4] weight_hh_l0 [24, 6] bias_ih_l0 [24] bias_hh_l0 [24] here.",
    );
    expect(() => createStream(new GRU(4, 5)).restore(bytes)).toThrow(
      "the state is another model's: the model is no layer there, and GRU weight_ih_l0",
    );
  });

  test("a batch of another size than the restored one is refused", () => {
    const model = new SimpleLSTM();
    const restored = createStream(model).restore(read(model).state());
    expect(() => restored.step(tensor([1, 2]).int())).toThrow(
      "expected steps [1] as before, got [2]",
    );
  });

  test("a safetensors file of something else, and a later version, are refused", () => {
    const stream = createStream(new GRU(3, 4));
    const other = encodeStateDict({ weight: zeros([2]) });
    expect(() => stream.restore(other)).toThrow(
      "stream.restore: expected the bytes of a stream's state, got a safetensors file of something else.",
    );
    const later = encodeStateDict({}, { format: "unrolled stream state", version: "2" });
    expect(() => stream.restore(later)).toThrow("expected version 1 of the format, got 2.");
  });
});

test("a forward that gives no tensor is refused", () => {
  class Nothing extends Module {
    forward(): Tensor {
      return "nothing" as unknown as Tensor;
    }
  }
  expect(() => createStream(new Nothing()).step(randn([1, 2]))).toThrow(ArgumentError);
});
