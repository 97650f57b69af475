/**
 * @file A classifier for other programs: its graph, and in the metadata all that is needed to use it.
 */

import { exportOnnx, noGrad, tensor } from "unrolled";
import { PAD, UNKNOWN } from "./data.ts";
import { SentimentModel } from "./model.ts";
import { HIDDEN } from "./spelling.ts";

/**
 * The network as an ONNX file. The bag of words stays outside, since its n-grams are text.
 *
 * - in:  `ids` [batch, seq], padded behind their ends with 0, and `lengths` [batch]
 * - out: `logits` [batch, classes], before the softmax
 * - metadata: `task`, `config`, `labels`, `vocabulary` and `mix`, as `config.json` has them: the softmax
 *   of `mix.network` times the logits plus `mix.offsets` has probabilities that mean what they say where
 *   the network was trained without a bag. A word that the vocabulary does not have is `<unk>`
 */
export function sentimentOnnx(model: SentimentModel): Uint8Array {
  const { config, labels, vocabulary, mix } = model;
  const network = model.letters ? withoutLetters(model) : model;
  const unknown = vocabulary.id(UNKNOWN);
  const ids = tensor(
    [
      [unknown, unknown, unknown],
      [unknown, unknown, 0],
    ],
    { dtype: "int32" },
  );
  return exportOnnx(network, [ids, { lengths: tensor([3, 2], { dtype: "int32" }) }], {
    inputNames: ["ids", "lengths"],
    outputNames: ["logits"],
    dynamicAxes: { ids: { 0: "batch", 1: "seq" }, lengths: { 0: "batch" } },
    metadata: { task: "sentiment", config, labels, vocabulary: vocabulary.toJSON(), mix },
  });
}

/** The same network for words of the vocabulary: what their letters say is added to their vectors. */
export function withoutLetters(model: SentimentModel): SentimentModel {
  const { config, labels, vocabulary, grades } = model;
  const plain = new SentimentModel({ ...config, letterNgrams: 0 }, labels, vocabulary, grades);
  const known = new Set([PAD, UNKNOWN]);
  const words = vocabulary.tokens.map((token) => (known.has(token) ? HIDDEN : token));
  const all = Object.entries(model.stateDict());
  const weights = Object.fromEntries(all.filter(([key]) => !/^(letters|bag)\./.test(key)));
  const table = noGrad(() => model.embedding.weight.add(model.lettersOf(words)));
  plain.loadStateDict({ ...weights, "embedding.weight": table });
  return plain.train(model.training);
}
