/**
 * @file A trained model as files, and back: the weights, and all that is needed to rebuild it.
 */

import { decodeTaskModel, encodeTaskModel, tokenizerFromJSON } from "unrolled";
import { textConfig, type TextConfig } from "./config.ts";
import { TextModel } from "./model.ts";

/** What a model is like whose configuration does not say, because the first release had no choice. */
const FIRST_RELEASE: Partial<TextConfig> = { tieWeights: false, embeddingDropout: 0 };

/** `model.safetensors` and `config.json`, by name. */
export function saveTextModel(model: TextModel): Record<string, Uint8Array> {
  const { config, tokenizer } = model;
  return encodeTaskModel("text", model, { config, tokenizer: tokenizer.toJSON() });
}

/**
 * Rebuilds a model from its files.
 *
 * @param read gives a file's bytes by name
 * @throws FormatError naming the file and what is wrong with it
 */
export function loadTextModel(read: (name: string) => Uint8Array): TextModel {
  return decodeTaskModel("text", read, ({ config, tokenizer }) => {
    const settings = textConfig({ ...FIRST_RELEASE, ...(config as Partial<TextConfig>) });
    return new TextModel(settings, tokenizerFromJSON(tokenizer));
  });
}
