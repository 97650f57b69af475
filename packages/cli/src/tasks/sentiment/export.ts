/**
 * @file A classifier for other programs and as a page.
 */

import { loadSentimentModel, sentimentOnnx } from "unrolled/tasks/sentiment";
import type { ExportTask } from "../task.ts";

export const sentimentExport: ExportTask = {
  onnx: (read) => {
    const model = loadSentimentModel(read);
    const bag = model.bag
      ? " The bag of words, which votes beside the network here, is not in it."
      : "";
    const letters = model.letters
      ? " Letters are in the vectors of the words of the vocabulary; other words are <unk>."
      : "";
    return [
      {
        bytes: sentimentOnnx(model),
        says: `ids [batch, seq], padded with 0, and lengths [batch] give a score for each class, before the softmax. The metadata has vocabulary, classes, and the factor and the offsets that calibrate.${letters}${bag}`,
      },
    ];
  },
  page: (read) =>
    `A model that sorts texts into: ${loadSentimentModel(read).labels.join(", ")}. It runs in this page, on this device; nothing that you type leaves it.`,
};
