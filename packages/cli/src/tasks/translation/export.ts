/**
 * @file A model of translation for other programs and for a page.
 */

import { loadTranslationModel, translationOnnx } from "unrolled/tasks/translation";
import type { ExportTask } from "../task.ts";

export const translationExport: ExportTask = {
  onnx: (read) => {
    const { encoder, decoder } = translationOnnx(loadTranslationModel(read));
    return [
      {
        part: "encoder",
        bytes: encoder,
        says: "source [batch, src] and lengths [batch] give the state before the first token.",
      },
      {
        part: "decoder",
        bytes: decoder,
        says: "tokens [batch] and that state give log-probabilities, attention and the next h, c and fed. The metadata has the vocabularies.",
      },
    ];
  },
  page: (read) => {
    const { config, tokenizers } = loadTranslationModel(read);
    const { source, target } = tokenizers;
    return `A translation model: ${config.cell.toUpperCase()}, ${config.hiddenSize} hidden features, attention ${config.attention}, ${source.vocabSize} and ${target.vocabSize} pieces of words. It runs in this page, on this device; nothing that you type leaves it.`;
  },
};
