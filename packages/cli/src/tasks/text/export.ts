/**
 * @file A model of text for other programs and for a page.
 */

import { loadTextModel, textOnnx } from "unrolled/tasks/text";
import { plural } from "../../terminal/numbers.ts";
import type { ExportTask } from "../task.ts";

export const textExport: ExportTask = {
  onnx: (read) => [
    {
      bytes: textOnnx(loadTextModel(read)),
      says: "ids [batch, seq] and the state before (zeros to begin with) give logits for the token after each, and the state to go on with. The metadata has the vocabulary and the states' shapes.",
    },
  ],
  page: (read) => {
    const { config, tokenizer } = loadTextModel(read);
    const layers = config.numLayers === 1 ? "" : `${config.numLayers} layers, `;
    return `A language model of text: ${config.cell.toUpperCase()}, ${layers}${config.hiddenSize} hidden features, ${plural(tokenizer.vocabSize, config.tokens === "char" ? "character" : "token")}. It runs in this page, on this device; nothing that you type leaves it.`;
  },
};
