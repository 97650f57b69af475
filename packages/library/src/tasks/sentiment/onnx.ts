/**
 * @file A classifier for other programs: its graph, and in the metadata all that is needed to use it.
 */

import { exportOnnx, tensor } from "unrolled";
import { UNKNOWN } from "./data.ts";
import type { SentimentModel } from "./model.ts";

/**
 * The network as an ONNX file. The bag of words stays outside, since its n-grams are text.
 *
 * - in:  `ids` [batch, seq], padded behind their ends with 0, and `lengths` [batch]
 * - out: `logits` [batch, classes], before the softmax
 * - metadata: `task`, `config`, `labels`, `vocabulary` and `mix`, as `config.json` has them: the softmax
 *   of `mix.network` times the logits has probabilities that mean what they say where the network was
 *   trained without a bag. A word that the vocabulary does not have is `<unk>`
 */
export function sentimentOnnx(model: SentimentModel): Uint8Array {
  const { config, labels, vocabulary, mix } = model;
  const unknown = vocabulary.id(UNKNOWN);
  const ids = tensor(
    [
      [unknown, unknown, unknown],
      [unknown, unknown, 0],
    ],
    { dtype: "int32" },
  );
  return exportOnnx(model, [ids, { lengths: tensor([3, 2], { dtype: "int32" }) }], {
    inputNames: ["ids", "lengths"],
    outputNames: ["logits"],
    dynamicAxes: { ids: { 0: "batch", 1: "seq" }, lengths: { 0: "batch" } },
    metadata: { task: "sentiment", config, labels, vocabulary: vocabulary.toJSON(), mix },
  });
}
