import { expect, test } from "vitest";
import { manualSeed, noGrad, tensor, zeros, type Tensor } from "unrolled";
import { prepareText, textConfig, TextModel, textOnnx, type TextState } from "unrolled/tasks/text";
import {
  prepareSentiment,
  sentimentConfig,
  SentimentModel,
  sentimentOnnx,
} from "unrolled/tasks/sentiment";
import { openOnnx } from "../support/onnx-runtime.ts";
import { expectClose, fillParameters, graphOf, sha256 } from "./check-export.ts";

manualSeed(7);

test.for(["rnn", "gru", "lstm", "mingru", "minlstm", "irnn", "layernorm-lstm", "window"] as const)(
  "a text model of cell %s reads a text in pieces, several at a time",
  async (cell, context) => {
    const shared = { embeddingDim: 5, hiddenSize: 6, seqLength: 4, batchSize: 1, tieWeights: true };
    const config = textConfig({ ...shared, cell });
    const { tokenizer } = prepareText("the cat sat on the mat. ".repeat(9), config);
    const model = fillParameters(new TextModel(config, tokenizer)).eval();
    const bytes = textOnnx(model);
    expect(sha256(graphOf(bytes)), "the graph that ONNX Runtime agreed with").toMatchSnapshot();
    const runnable = await openOnnx(context, bytes);
    expect(runnable.inputNames[0]).toBe("ids");

    const ids = tensor(
      [
        [1, 2, 3, 4, 5, 6],
        [6, 5, 4, 3, 2, 1],
      ],
      { dtype: "int32" },
    );
    const [, [...shapes]] = noGrad(() => model.forward(ids));
    let own: TextState | null = null;
    let theirs: Tensor[] = shapes.map(({ shape }) => zeros(shape));
    for (const [from, to] of [
      [0, 4],
      [4, 5],
      [5, 6],
    ]) {
      const piece = ids.slice(1, from, to);
      const [logits, after] = noGrad(() => model.forward(piece, own));
      const results = await runnable.run([piece, ...theirs]);
      expectClose(results, [logits, ...after]);
      own = after;
      theirs = results.slice(1);
    }
  },
);

const GRADES = { names: ["1", "2", "3", "4"], labels: [1, -1, 0, 0] };

test.for([
  ["last", null],
  ["mean", null],
  ["max", null],
  ["max+mean", null],
  ["attention", null],
  ["max", GRADES],
] as const)(
  "a classifier that pools by %s, with grades %j, reads texts of several lengths together",
  async ([pooling, grades], context) => {
    const shared = { embeddingDim: 5, hiddenSize: 6, letterNgrams: 0, minFrequency: 1 };
    const config = sentimentConfig({ ...shared, pooling });
    const train = ["good film", "bad film", "dull", "fine"].map((text, i) => ({
      text,
      label: i % 2 ? "neg" : "pos",
    }));
    const { labels, vocabulary } = prepareSentiment({ train, validation: [], test: [] }, config);
    const model = fillParameters(new SentimentModel(config, labels, vocabulary, grades)).eval();
    const bytes = sentimentOnnx(model);
    expect(sha256(graphOf(bytes)), "the graph that ONNX Runtime agreed with").toMatchSnapshot();
    const runnable = await openOnnx(context, bytes);
    expect(runnable.inputNames).toEqual(["ids", "lengths"]);
    for (const lengths of [[3], [4, 1, 5], [2, 2]]) {
      const seq = Math.max(...lengths);
      const ids = tensor(
        lengths.map((length, b) =>
          Array.from({ length: seq }, (_, t) => (t < length ? 1 + ((b + t) % 5) : 0)),
        ),
        { dtype: "int32" },
      );
      const own = noGrad(() => model.forward(ids, { lengths }));
      expectClose(await runnable.run([ids, tensor(lengths, { dtype: "int32" })]), [own]);
    }
  },
);
