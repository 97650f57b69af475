import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  createStream,
  crossEntropy,
  exportOnnx,
  exportSeq2SeqOnnx,
  manualSeed,
  nn,
  noGrad,
  randn,
  stack,
  tensor,
  zeros,
  type RecurrentForwardOptions,
  type Tensor,
} from "../../src/index.ts";
import { openOnnx, type RunnableModel } from "../support/onnx-runtime.ts";
import { checkExport, expectClose, fillParameters, sha256 } from "./check-export.ts";

manualSeed(5);
const ids = (rows: number[][]) => tensor(rows, { dtype: "int32" });

/** DESIGN.md's example: the last layer's last state through a head. */
class SimpleLSTM extends nn.Module {
  readonly embedding = new nn.Embedding(9, 4);
  readonly lstm: nn.LSTM;
  readonly fc = new nn.Linear(5, 3);
  constructor(numLayers = 1) {
    super();
    this.lstm = new nn.LSTM(4, 5, { batchFirst: true, numLayers, dropout: 0.2 });
  }
  forward(x: Tensor, options: RecurrentForwardOptions = {}): Tensor {
    const [, [hN]] = this.lstm.forward(this.embedding.forward(x), null, options);
    return this.fc.forward(hN.select(0, -1));
  }
}

/** One prediction for every character. */
class TextRNN extends nn.Module {
  readonly embedding = new nn.Embedding(9, 5);
  readonly rnn = new nn.RNN(5, 5, { batchFirst: true });
  readonly head: nn.Linear;
  constructor() {
    super();
    this.head = new nn.Linear(5, 9, { weight: this.embedding.weight });
  }
  forward(x: Tensor, state?: Tensor | null): [logits: Tensor, state: Tensor] {
    const [output, next] = this.rnn.forward(this.embedding.forward(x), state);
    return [this.head.forward(output), next];
  }
}

/** A loop over a cell, written by hand. */
class ByHand extends nn.Module {
  readonly cell = new nn.GRUCell(3, 4);
  forward(x: Tensor): Tensor {
    let h = zeros([x.shape[0], 4]);
    for (const step of x.chunk(x.shape[1], 1)) h = this.cell.forward(step.squeeze(1), h);
    return h;
  }
}

describe("models", () => {
  test("SimpleLSTM, at any batch size and length", async (context) => {
    await checkExport(context, fillParameters(new SimpleLSTM()), [
      [ids([[1, 2, 3]])],
      [
        ids([
          [1, 2, 3, 4, 5],
          [8, 7, 6, 5, 4],
        ]),
      ],
      [ids([[1], [2], [3]])],
    ]);
  });

  test("a stacked LSTM that reads sequences of different lengths", async (context) => {
    await checkExport(context, fillParameters(new SimpleLSTM(2)), [
      [
        ids([
          [1, 2, 3],
          [4, 0, 0],
        ]),
        { lengths: [3, 1] },
      ],
      [
        ids([
          [1, 2, 3, 4, 5],
          [8, 7, 0, 0, 0],
          [3, 3, 3, 0, 0],
        ]),
        { lengths: [5, 2, 3] },
      ],
    ]);
  });

  test("tied weights are in the file once", () => {
    const model = fillParameters(new TextRNN());
    const bytes = exportOnnx(model, ids([[1, 2]]));
    const text = new TextDecoder("latin1").decode(bytes);
    expect(text.match(/B.embedding\.weight/g)).toHaveLength(1);
    expect(text).not.toContain("Bhead.weight");
  });

  test("a model that is given its state and returns it reads a text in pieces", async (context) => {
    const model = fillParameters(new TextRNN());
    const state = (batch: number) => randn([1, batch, 5]);
    await checkExport(
      context,
      model,
      [
        [ids([[1, 2, 3]]), state(1)],
        [
          ids([
            [4, 5],
            [6, 7],
          ]),
          state(2),
        ],
      ],
      { inputNames: ["ids", "state"], outputNames: ["logits", "next"] },
    );
  });

  test("with carryStates, pieces give what the whole sequence gives", async (context) => {
    class Tagger extends nn.Module {
      readonly gru = new nn.GRU(3, 4, { batchFirst: true, numLayers: 2 });
      readonly conv = new nn.Conv1d(4, 4, 3, { padding: "causal" });
      readonly lstm = new nn.LSTM(4, 2, { batchFirst: true });
      forward(x: Tensor): Tensor {
        const [output] = this.gru.forward(x);
        return this.lstm.forward(this.conv.forward(output.transpose()).transpose())[0];
      }
    }
    const model = fillParameters(new Tagger()).eval();
    const bytes = exportOnnx(model, randn([2, 3, 3]), { carryStates: true });
    expect(sha256(bytes)).toMatchSnapshot();
    const runnable = await openOnnx(context, bytes);
    expect(runnable.inputNames).toEqual(["input", "gru.h", "conv.past", "lstm.h", "lstm.c"]);
    expect(runnable.outputNames).toEqual([
      "output",
      "gru.h.next",
      "conv.past.next",
      "lstm.h.next",
      "lstm.c.next",
    ]);

    const x = randn([1, 7, 3]);
    let states = [zeros([2, 1, 4]), zeros([1, 4, 2]), zeros([1, 1, 2]), zeros([1, 1, 2])];
    const stream = createStream(model);
    for (const [from, to] of [
      [0, 1],
      [1, 5],
      [5, 7],
    ]) {
      const [output, ...next] = await runnable.run([x.slice(1, from, to), ...states]);
      expectClose([output], [stream.push(x.slice(1, from, to))]);
      states = next;
    }
  });

  test("a loop written by hand is exported for its length, at any batch size", async (context) => {
    await checkExport(context, fillParameters(new ByHand()), [
      [randn([2, 4, 3])],
      [randn([5, 4, 3])],
    ]);
    expect(() =>
      exportOnnx(new ByHand(), randn([2, 4, 3]), {
        dynamicAxes: { input: { 0: "batch", 1: "seq" } },
      }),
    ).toThrow(
      /exportOnnx: the model goes another way for other sizes \(.*\)\. A loop over the steps of an input/,
    );
  });
});

describe("encoder and decoder as two files", () => {
  const SCORES = [null, "dot", "general", "additive", "scaledDot"] as const;
  test.for(SCORES)(
    "attention %s: written step by step as by the model",
    async (attention, context) => {
      const isFeeding = attention === "general";
      const encoder = new nn.Seq2SeqEncoder(9, 3, 4, {
        bidirectional: true,
        cell: isFeeding ? "gru" : "lstm",
      });
      const decoder = new nn.Seq2SeqDecoder(8, 3, attention?.includes("ot") ? 8 : 5, {
        cell: encoder.cell,
        attention,
        memorySize: encoder.outputSize,
        inputFeeding: isFeeding,
      });
      const model = fillParameters(new nn.Seq2Seq(encoder, decoder)).eval();
      const files = exportSeq2SeqOnnx(model, ids([[1, 2, 3]]));
      expect([files.encoder, files.decoder].map(sha256)).toMatchSnapshot();

      const [reads, writes] = [
        await openOnnx(context, files.encoder),
        await openOnnx(context, files.decoder),
      ];
      const source = ids([
        [1, 2, 3, 4, 5],
        [6, 7, 8, 0, 0],
      ]);
      const lengths = tensor([5, 3], { dtype: "int32" });
      const memory = await named(reads, [source, lengths]);
      let state = noGrad(() => model.start(source, { lengths }));
      for (const tokens of [
        [1, 1],
        [3, 7],
        [2, 5],
      ].map((row) => tensor(row, { dtype: "int32" }))) {
        const given = writes.inputNames.map((name) => (name === "tokens" ? tokens : memory[name]));
        const results = await named(writes, given);
        const wanted = noGrad(() => model.step(state, tokens));
        expectClose([results.logProbs], [wanted.logProbs]);
        if (attention) expectClose([results.attention], [wanted.attention!]);
        state = wanted.state;
        for (const [name, value] of Object.entries(results)) {
          if (name.endsWith(".next")) memory[name.slice(0, -5)] = value;
        }
      }
    },
  );
});

async function named(model: RunnableModel, inputs: readonly Tensor[]) {
  const results = await model.run(inputs);
  return Object.fromEntries(model.outputNames.map((name, i) => [name, results[i]]));
}

describe("what cannot be exported is refused", () => {
  class Model extends nn.Module {
    readonly inner: nn.Module & { forward(x: Tensor): Tensor };
    constructor(run: (x: Tensor) => Tensor) {
      super();
      class Inner extends nn.Module {
        forward(x: Tensor): Tensor {
          return run(x);
        }
      }
      this.inner = new Inner();
    }
    forward(x: Tensor): Tensor {
      return this.inner.forward(x);
    }
  }
  const byBatch = new nn.BatchNorm1d(3, { trackRunningStats: false }).eval();
  const padded = new nn.EmbeddingBag(9, 2, { paddingIdx: 0 });
  const CASES: [string, (x: Tensor) => Tensor, RegExp][] = [
    [
      "a change in place",
      (x) => x.mul(2).add_(x),
      /^exportOnnx: add_ in inner \(Inner\): it changes a tensor in place/,
    ],
    [
      "numbers worked out from the input's values",
      (x) => x.add(tensor([x.data[0] + x.data[1]])),
      /^exportOnnx: add in inner \(Inner\): it uses numbers that the model worked out, outside/,
    ],
    [
      "batch statistics",
      (x) => byBatch.forward(x),
      /^exportOnnx: batchNorm in inner \(Inner\): it normalises by the batch's statistics/,
    ],
    [
      "bags with a padding id",
      (x) => padded.forward(x.int().mul(0)),
      /^exportOnnx: embeddingBag in inner \(Inner\): only whole rows/,
    ],
    [
      "an operation without an operator",
      (x) => crossEntropy(x, tensor([0, 1])),
      /^exportOnnx: crossEntropy in inner \(Inner\): there is no operator of ONNX for it here/,
    ],
  ];
  test.each(CASES)("%s", (_, run, message) => {
    expect(() => exportOnnx(new Model(run), randn([2, 3]))).toThrow(ArgumentError);
    expect(() => exportOnnx(new Model(run), randn([2, 3]))).toThrow(message);
  });

  test("options that do not fit", () => {
    const model = new Model((x) => x.exp());
    const x = randn([2, 3]);
    expect(() => exportOnnx(model, [])).toThrow(/at least one tensor in the example input/);
    expect(() => exportOnnx(model, x, { inputNames: ["a", "b"] })).toThrow(
      "exportOnnx: expected at most 1 different inputNames, for input, got a, b.",
    );
    expect(() => exportOnnx(model, x, { dynamicAxes: { y: { 0: "batch" } } })).toThrow(
      "exportOnnx: dynamicAxes: expected inputs by name, input, and axes that they have, got axis 0 of y.",
    );
    expect(() => exportOnnx(model, x, { dynamicAxes: { input: { 0: "n", 1: "n" } } })).toThrow(
      '"n" is 2 in one place and 3 at axis 1 of input',
    );
    expect(() => exportOnnx(model, x, { carryStates: true })).toThrow(
      /no layer of the model carries/,
    );
    const both = new nn.GRU(3, 4, { bidirectional: true });
    expect(() => exportOnnx(both, randn([2, 1, 3]), { carryStates: true })).toThrow(
      "exportOnnx: GRU cannot be streamed: it is bidirectional",
    );
    const nothing = Object.assign(new Model((t) => t), { forward: () => 3 });
    expect(() => exportOnnx(nothing, x)).toThrow(/to return a tensor, .* got none/);
  });

  test("a model is left as it was, whether or not its export succeeds", () => {
    const model = new SimpleLSTM().train();
    model.fc.eval();
    exportOnnx(model, ids([[1, 2]]));
    expect(() => exportOnnx(model, ids([[99]]))).toThrow(/id 99 .* is not in the vocabulary/);
    expect([model.training, model.lstm.training, model.fc.training]).toEqual([true, true, false]);
    expect(Object.getOwnPropertyNames(model.fc)).not.toContain("forward");
  });
});

test("metadata goes along: texts as they are, the rest as JSON", () => {
  const bytes = exportOnnx(new SimpleLSTM(), ids([[1, 2]]), {
    metadata: { labels: ["bad", "good"], language: "en" },
  });
  const text = new TextDecoder().decode(bytes);
  expect(text).toContain('["bad","good"]');
  expect(text).toContain("language");
});

test("layers side by side keep their names", () => {
  class Two extends nn.Module {
    readonly layers = [new nn.Linear(3, 4), new nn.Linear(3, 4)];
    forward(x: Tensor): Tensor {
      return stack(this.layers.map((layer) => layer.forward(x)));
    }
  }
  const text = new TextDecoder("latin1").decode(exportOnnx(new Two(), randn([2, 3])));
  for (const name of ["layers.0.weight", "layers.1.bias", "/layers/1/Gemm"]) {
    expect(text).toContain(name);
  }
});
