import { describe, test } from "vitest";
import {
  cat,
  manualSeed,
  nn,
  ones,
  poolOverTime,
  randn,
  stack,
  tensor,
  where,
  zeros,
  type ExportableModel,
  type Tensor,
} from "../../src/index.ts";
import { checkExport, fillParameters } from "./check-export.ts";

manualSeed(3);

/** A module made of one function. */
class Through extends nn.Module {
  readonly run: (...args: never[]) => unknown;
  constructor(run: (...args: never[]) => unknown) {
    super();
    this.run = run;
  }
  forward(...args: never[]): unknown {
    return this.run(...args);
  }
}

const ids = (rows: number[][]) => tensor(rows, { dtype: "int32" });
const x = (...shape: number[]) => randn(shape);

describe("recurrent layers, by option", () => {
  const KINDS = {
    rnn: (options: object) => new nn.RNN(3, 4, options),
    "rnn relu": (options: object) => new nn.RNN(3, 4, { ...options, nonlinearity: "relu" }),
    lstm: (options: object) => new nn.LSTM(3, 4, options),
    "lstm projected": (options: object) => new nn.LSTM(3, 5, { ...options, projSize: 4 }),
    gru: (options: object) => new nn.GRU(3, 4, options),
    "gru as in 2014": (options: object) => new nn.GRU(3, 4, { ...options, resetAfter: false }),
    mingru: (options: object) => new nn.MinGRU(3, 4, options),
    minlstm: (options: object) => new nn.MinLSTM(3, 4, options),
    "minlstm positive": (options: object) =>
      new nn.MinLSTM(3, 4, { ...options, content: "positive" }),
    peephole: (options: object) => new nn.PeepholeLSTM(3, 4, options),
    "layer norm": (options: object) => new nn.LayerNormLSTM(3, 4, options),
    "any cell": (options: object) =>
      new nn.Recurrent((inputSize) => new nn.GRUCell(inputSize, 4), { inputSize: 3, ...options }),
    zoneout: (options: object) =>
      new nn.Recurrent((inputSize) => new nn.Zoneout(new nn.LSTMCell(inputSize, 4), 0.3), {
        inputSize: 3,
        ...options,
      }),
  };
  const OPTIONS: [string, object][] = [
    ["one layer", {}],
    ["batch first", { batchFirst: true }],
    ["no bias", { bias: false }],
    ["two layers, both directions", { numLayers: 2, bidirectional: true, dropout: 0.5 }],
    ["three layers, batch first", { numLayers: 3, batchFirst: true }],
    ["both directions, batch first", { bidirectional: true, batchFirst: true }],
  ];
  for (const [name, make] of Object.entries(KINDS)) {
    test.for(OPTIONS)(`${name}: %s`, async ([, options], context) => {
      const layer = fillParameters(make(options)) as ExportableModel & nn.LSTM;
      const { batchFirst } = layer;
      const input = (batch: number, seq: number) =>
        batchFirst ? x(batch, seq, 3) : x(seq, batch, 3);
      await checkExport(context, layer, [[input(2, 3)], [input(1, 7)], [input(4, 1)]]);

      const states = (batch: number) => {
        const rows = layer.numLayers * layer.numDirections;
        const isLstm = /lstm|peephole|layer norm|zoneout/.test(name) && !name.startsWith("min");
        const c = x(rows, batch, name === "lstm projected" ? 5 : 4);
        return isLstm ? [x(rows, batch, 4), c] : x(rows, batch, 4);
      };
      const full = (batch: number, seq: number, lengths: number[]) => [
        input(batch, seq),
        states(batch),
        { lengths },
      ];
      await checkExport(context, layer, [
        full(3, 4, [2, 4, 1]),
        full(2, 6, [6, 5]),
        full(1, 2, [1]),
      ]);
    });
  }
});

describe("other layers", () => {
  const batches = (...shapes: number[][]) => shapes.map((shape) => [x(...shape)]);
  const withLengths = (...all: [shape: number[], lengths: number[]][]) =>
    all.map(([shape, lengths]) => [x(...shape), { lengths }]);
  const CASES: [string, () => ExportableModel, (readonly unknown[])[]][] = [
    ["Embedding", () => new nn.Embedding(9, 4), [[ids([[1, 2, 3]])], [ids([[0], [8]])]]],
    ["EmbeddingBag", () => new nn.EmbeddingBag(9, 4), [[ids([[1, 2, 3]])], [ids([[0], [8]])]]],
    [
      "EmbeddingBag, largest",
      () => new nn.EmbeddingBag(9, 4, { mode: "max" }),
      [[ids([[1, 2, 3]])], [ids([[0], [8]])]],
    ],
    ["Linear on rows", () => new nn.Linear(3, 5), batches([2, 3], [7, 3])],
    ["Linear on steps", () => new nn.Linear(3, 5), batches([2, 4, 3], [1, 9, 3])],
    ["Linear without bias", () => new nn.Linear(3, 5, { bias: false }), batches([2, 3], [5, 3])],
    ["LayerNorm", () => new nn.LayerNorm(6), batches([2, 3, 6], [1, 8, 6])],
    ["LayerNorm of two axes", () => new nn.LayerNorm([3, 6]), batches([2, 3, 6], [4, 3, 6])],
    [
      "LayerNorm without parameters",
      () => new nn.LayerNorm(6, { elementwiseAffine: false }),
      batches([2, 6], [5, 6]),
    ],
    ["BatchNorm1d", () => new nn.BatchNorm1d(4), batches([3, 4], [5, 4])],
    ["BatchNorm1d over time", () => new nn.BatchNorm1d(4), batches([3, 4, 5], [2, 4, 8])],
    [
      "BatchNorm1d without parameters",
      () => new nn.BatchNorm1d(4, { affine: false }),
      batches([3, 4], [2, 4]),
    ],
    ["Conv1d", () => new nn.Conv1d(3, 4, 3), batches([2, 3, 5], [1, 3, 9])],
    [
      "Conv1d with stride, dilation, groups and padding",
      () => new nn.Conv1d(4, 6, 3, { stride: 2, dilation: 2, groups: 2, padding: 3 }),
      batches([2, 4, 6], [1, 4, 11]),
    ],
    [
      "Conv1d, causal",
      () => new nn.Conv1d(3, 4, 3, { padding: "causal", bias: false }),
      batches([2, 3, 5], [1, 3, 1]),
    ],
    [
      "Conv1d, of sequences of different lengths",
      () => new nn.Conv1d(3, 4, 3, { stride: 2, padding: 1 }),
      withLengths(
        [
          [3, 3, 7],
          [7, 4, 1],
        ],
        [
          [2, 3, 9],
          [0, 8],
        ],
      ),
    ],
    [
      "MaxPool1d",
      () => new nn.MaxPool1d(3, { stride: 2, padding: 1, dilation: 2 }),
      batches([2, 3, 8], [1, 3, 11]),
    ],
    [
      "MaxPool1d, last window past the end",
      () => new nn.MaxPool1d(3, { stride: 2, padding: 1, ceilMode: true }),
      batches([2, 3, 6], [1, 3, 7], [1, 3, 8], [1, 3, 5]),
    ],
    [
      "AvgPool1d",
      () => new nn.AvgPool1d(4, { stride: 3, padding: 2 }),
      batches([2, 3, 8], [1, 3, 10]),
    ],
    [
      "AvgPool1d, without padding in the mean",
      () => new nn.AvgPool1d(4, { stride: 3, padding: 2, countIncludePad: false }),
      batches([2, 3, 8], [1, 3, 9]),
    ],
    [
      "AvgPool1d, last window past the end",
      () => new nn.AvgPool1d(4, { stride: 3, padding: 1, ceilMode: true }),
      batches([2, 3, 8], [1, 3, 9], [1, 3, 10], [1, 3, 7]),
    ],
    ["Flatten", () => new nn.Flatten(), batches([2, 3, 4], [5, 3, 4])],
    [
      "Sequential, activations and dropout",
      () =>
        new nn.Sequential(
          new nn.Linear(3, 5),
          new nn.ReLU(),
          new nn.Dropout(0.5),
          new nn.Linear(5, 4),
          new nn.Tanh(),
          new nn.Linear(4, 4),
          new nn.Sigmoid(),
          new nn.Softmax(),
        ),
      batches([2, 3], [6, 3]),
    ],
    ["Softmax over another axis", () => new nn.Softmax(1), batches([2, 3, 4], [1, 6, 4])],
    ["LogSoftmax", () => new nn.LogSoftmax(), batches([2, 4], [3, 4])],
    [
      "Residual and Highway",
      () =>
        new nn.Sequential(
          new nn.Residual(new nn.Linear(4, 4)),
          new nn.Highway(new nn.Linear(4, 4), 4),
        ),
      batches([2, 4], [3, 5, 4].slice(0, 1).concat(4)),
    ],
    [
      "LockedDropout and EmbeddingDropout",
      () =>
        new nn.Sequential(
          new nn.EmbeddingDropout(new nn.Embedding(9, 4), 0.5),
          new nn.LockedDropout(0.5, { batchFirst: true }),
        ),
      [[ids([[1, 2, 3]])], [ids([[0], [8]])]],
    ],
    [
      "WindowModel",
      () => new nn.WindowModel(9, 4, 5, 9, { windowSize: 3 }),
      [[ids([[1, 2, 3]])], [ids([[0], [8]])]],
    ],
    [
      "PoolOverTime, last",
      () => new nn.PoolOverTime("last", { batchFirst: true }),
      withLengths(
        [
          [3, 4, 2],
          [4, 1, 2],
        ],
        [[1, 6, 2], [5]],
      ),
    ],
    [
      "PoolOverTime, mean",
      () => new nn.PoolOverTime("mean"),
      withLengths(
        [
          [4, 3, 2],
          [4, 1, 2],
        ],
        [[6, 1, 2], [5]],
      ),
    ],
    ["PoolOverTime, mean of all", () => new nn.PoolOverTime("mean"), batches([4, 3, 2], [6, 1, 2])],
    [
      "PoolOverTime, largest",
      () => new nn.PoolOverTime("max", { batchFirst: true }),
      withLengths(
        [
          [3, 4, 2],
          [4, 1, 2],
        ],
        [[1, 6, 2], [5]],
      ),
    ],
    [
      "PoolOverTime, by a mask",
      () => new nn.PoolOverTime("last", { batchFirst: true }),
      [
        [
          x(2, 3, 4),
          {
            mask: ids([
              [1, 1, 0],
              [1, 0, 0],
            ]),
          },
        ],
        [x(1, 5, 4), { mask: ids([[0, 1, 1, 1, 0]]) }],
      ],
    ],
    [
      "AttentionPooling",
      () => new nn.AttentionPooling(4, { batchFirst: true, attentionSize: 3 }),
      withLengths(
        [
          [3, 5, 4],
          [5, 1, 2],
        ],
        [[1, 6, 4], [3]],
      ),
    ],
    [
      "RNNCell",
      () => new nn.RNNCell(3, 4),
      [
        [x(2, 3), x(2, 4)],
        [x(5, 3), x(5, 4)],
      ],
    ],
    ["RNNCell from zeros", () => new nn.RNNCell(3, 4), batches([2, 3], [5, 3])],
    ["LSTMCell", () => new nn.LSTMCell(3, 4), [2, 5].map((n) => [x(n, 3), [x(n, 4), x(n, 4)]])],
    ["GRUCell", () => new nn.GRUCell(3, 4), [2, 1].map((n) => [x(n, 3), x(n, 4)])],
    [
      "GRUCell as in 2014",
      () => new nn.GRUCell(3, 4, { resetAfter: false, bias: false }),
      [2, 1].map((n) => [x(n, 3), x(n, 4)]),
    ],
  ];
  test.for(CASES)("%s", async ([, make, inputs], context) => {
    await checkExport(context, fillParameters(make()), inputs);
  });
});

describe("operations on tensors", () => {
  const pair = (a: number[], b: number[]) => [x(...a), x(...b)];
  const CASES: [string, (...args: Tensor[]) => unknown, (readonly unknown[])[]][] = [
    [
      "arithmetic with numbers",
      (t) => t.mul(2).add(1).div(3).sub(0.5).neg().abs().sqrt(),
      [[x(2, 3)], [x(5, 4)]],
    ],
    ["functions", (t) => [t.exp(), t.tanh(), t.sigmoid(), t.relu()], [[x(2, 3)], [x(1, 7)]]],
    [
      "powers",
      (t) => [t.pow(2), t.abs().add(0.1).pow(-0.5), t.abs().pow(t)],
      [[x(2, 3)], [x(4, 2)]],
    ],
    ["logarithm and clamp", (t) => t.clamp(0.1, 1).log(), [[x(2, 3)], [x(3, 5)]]],
    [
      "broadcasting of two inputs",
      (a, b) => [a.add(b), a.mul(b), a.sub(b), a.div(b.abs().add(1))],
      [pair([2, 3], [2, 3]), pair([5, 4], [5, 4])],
    ],
    [
      "matrix products",
      (a, b) => a.matmul(b.transpose()),
      [pair([2, 3, 4], [2, 3, 4]), pair([5, 6, 4], [5, 6, 4])],
    ],
    [
      "comparisons as a choice",
      (t) => [where(t.gt(0), t, t.mul(0.1)), t.ge(0.5), t.lt(0), t.le(1), t.eq(0), t.ne(0)],
      [[x(2, 3)], [x(3, 2)]],
    ],
    [
      "whole numbers",
      (t) => [t.add(1), t.mul(3).sub(t), t.float().div(2), t.div(2), t.eq(3), t.add(0.5)],
      [[ids([[1, 2, 3]])], [ids([[7], [3]])]],
    ],
    [
      "sums, means and variances",
      (t) => [t.sum(), t.sum(1), t.mean(1, { keepdim: true }), t.mean(), t.var(1), t.std(0)],
      [[x(3, 4)], [x(5, 7)]],
    ],
    [
      "extremes",
      (t) => [t.max(), t.max(1), t.min(1, { keepdim: true }), t.argmax(1), t.argmin(0)],
      [[x(3, 4)], [x(5, 7)]],
    ],
    [
      "shapes",
      (t) => [
        t.reshape(t.shape[0], -1),
        t.flatten(0, 1),
        t.reshape(t.shape[0] * t.shape[1], 2, 2),
        t.permute(2, 0, 1),
        t.unsqueeze(1),
        t.unsqueeze(1).expand(-1, 3, -1, -1),
        t
          .select(1, 0)
          .unsqueeze(1)
          .expand(...t.shape),
      ],
      [[x(2, 3, 4)], [x(5, 6, 4)]],
    ],
    [
      "parts",
      (t) => [
        t.select(1, -1),
        t.select(1, 0),
        t.slice(1, 1),
        t.slice(1, 0, -1),
        t.slice(1, -2),
        t.slice(2, 1, 3),
        ...t.chunk(2, 2),
        ...t.split([1, 3], 2),
        t.flip(1),
        t.flip(2),
      ],
      [[x(2, 3, 4)], [x(1, 6, 4)]],
    ],
    [
      "tensors put together",
      (t) => [cat([t, t.mul(2)], 1), stack([t, t.neg()], 0), cat([t, ones([t.shape[0], 2])], 1)],
      [[x(2, 3)], [x(5, 4)]],
    ],
    [
      "masks and zeros of the input's size",
      (t) => t.maskedFill(t.lt(0), -7).add(zeros([t.shape[0], 1])),
      [[x(2, 3)], [x(4, 6)]],
    ],
    ["softmax", (t) => [t.softmax(1), t.logSoftmax(0)], [[x(2, 3)], [x(4, 6)]]],
    [
      "elements by index",
      (t) => [t.indexSelect(1, ids([[2, 0]]).flatten()), t.gather(2, t.argmax(2).unsqueeze(2))],
      [[x(2, 3, 4)], [x(3, 5, 4)]],
    ],
    [
      "a product of both sizes",
      (t) =>
        t
          .sum()
          .mul(t.shape[0] * t.shape[1])
          .add(t.shape[1] - 1),
      [[x(2, 3)], [x(4, 6)]],
    ],
  ];
  test.for(CASES)("%s", async ([, run, inputs], context) => {
    await checkExport(context, new Through(run), inputs);
  });

  test("pooling by a function, and a mask of lengths", async (context) => {
    const run = (t: Tensor, { lengths }: { lengths: Tensor }) =>
      poolOverTime(t, "mean", { batchFirst: true, lengths });
    await checkExport(context, new Through(run), [
      [x(2, 3, 4), { lengths: [3, 1] }],
      [x(3, 5, 4), { lengths: [1, 5, 2] }],
    ]);
  });
});
