/**
 * @file A trained model as files, and back: the weights, and all that is needed to rebuild it.
 */

import { decodeTaskModel, encodeTaskModel, FormatError, tokenizerFromJSON } from "unrolled";
import { translationConfig, type TranslationConfig } from "./config.ts";
import { TranslationModel } from "./model.ts";

/** `model.safetensors` and `config.json`, by name. */
export function saveTranslationModel(model: TranslationModel): Record<string, Uint8Array> {
  const { source, target } = model.tokenizers;
  return encodeTaskModel("translation", model, {
    config: model.config,
    usualLongest: model.usualLongest,
    tokenizers: { source: source.toJSON(), target: source === target ? null : target.toJSON() },
  });
}

/**
 * Rebuilds a model from its files.
 *
 * @param read gives a file's bytes by name
 * @throws FormatError naming the file and what is wrong with it
 */
export function loadTranslationModel(read: (name: string) => Uint8Array): TranslationModel {
  return decodeTaskModel("translation", read, ({ config, tokenizers, usualLongest }) => {
    if (typeof tokenizers !== "object" || tokenizers === null) {
      throw new FormatError("Expected tokenizers, one for each language, got none.");
    }
    const json = tokenizers as Record<string, unknown>;
    const source = tokenizerFromJSON(json.source);
    const target = json.target === null ? source : tokenizerFromJSON(json.target);
    const settings = translationConfig(config as Partial<TranslationConfig>);
    const model = new TranslationModel(settings, { source, target });
    if (typeof usualLongest === "number") model.usualLongest = usualLongest;
    return model;
  });
}
