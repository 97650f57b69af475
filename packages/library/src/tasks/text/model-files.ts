/**
 * @file A trained model as files, and back: the weights, and all that is needed to rebuild it.
 */

import {
  decodeStateDict,
  encodeStateDict,
  FormatError,
  tokenizerFromJSON,
  UnrolledError,
} from "unrolled";
import { textConfig, type TextConfig } from "./config.ts";
import { TextModel } from "./model.ts";

const FORMAT_VERSION = 1;

/** What a model is like whose configuration does not say, because the first release had no choice. */
const FIRST_RELEASE: Partial<TextConfig> = { tieWeights: false, embeddingDropout: 0 };

/** `model.safetensors` and `config.json`, by name. */
export function saveTextModel(model: TextModel): Record<string, Uint8Array> {
  const config = {
    formatVersion: FORMAT_VERSION,
    task: "text",
    config: model.config,
    tokenizer: model.tokenizer.toJSON(),
  };
  return {
    "model.safetensors": encodeStateDict(model.stateDict(), { format: "pt" }),
    "config.json": new TextEncoder().encode(`${JSON.stringify(config, null, 1)}\n`),
  };
}

/**
 * Rebuilds a model from its files.
 *
 * @param read gives a file's bytes by name
 * @throws FormatError naming the file and what is wrong with it
 */
export function loadTextModel(read: (name: string) => Uint8Array): TextModel {
  const { formatVersion, task, config, tokenizer } = parseConfig(read("config.json"));
  if (formatVersion !== FORMAT_VERSION || task !== "text") {
    throw new FormatError(
      `config.json: expected a text model of format version ${FORMAT_VERSION}, got ${JSON.stringify({ task, formatVersion })}.`,
    );
  }
  const { tensors } = decodeStateDict(read("model.safetensors"), "model.safetensors");
  try {
    const model = new TextModel(
      textConfig({ ...FIRST_RELEASE, ...(config as Partial<TextConfig>) }),
      tokenizerFromJSON(tokenizer),
    );
    model.loadStateDict(tensors);
    return model.eval();
  } catch (error) {
    if (!(error instanceof UnrolledError)) throw error;
    throw new FormatError(
      `config.json and model.safetensors do not fit together. ${error.message}`,
    );
  }
}

function parseConfig(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, like anything else that is no object.
  }
  throw new FormatError(
    `config.json: expected a JSON object, got ${bytes.length} bytes that are none. Is the file cut short?`,
  );
}
