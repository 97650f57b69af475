/**
 * @file The model of a task as two files, and back: `model.safetensors` has the weights, `config.json`
 * all that is needed to rebuild and run it.
 */

import { FormatError, UnrolledError } from "../core/errors.ts";
import type { Module } from "../nn/module.ts";
import { decodeStateDict, encodeStateDict } from "./safetensors-files.ts";

const FORMAT_VERSION = 1;

/**
 * The files' bytes by name. `config.json` says the format's version and the task, then `fields`.
 *
 * @example
 * const files = encodeTaskModel("parity", new nn.Linear(2, 1), { inFeatures: 2 });
 * Object.keys(files); // ["model.safetensors", "config.json"]
 * const build = ({ inFeatures }: Record<string, unknown>) => new nn.Linear(inFeatures as number, 1);
 * decodeTaskModel("parity", (name) => files[name], build).inFeatures; // 2
 */
export function encodeTaskModel(
  task: string,
  model: Module,
  fields: Record<string, unknown>,
): Record<string, Uint8Array> {
  const config = { formatVersion: FORMAT_VERSION, task, ...fields };
  return {
    "model.safetensors": encodeStateDict(model.stateDict(), { format: "pt" }),
    "config.json": new TextEncoder().encode(`${JSON.stringify(config, null, 1)}\n`),
  };
}

/**
 * Rebuilds a model from its files, in evaluation mode.
 *
 * @param read gives a file's bytes by name
 * @param build makes the model, still without its weights, from the fields of `config.json`
 * @throws FormatError naming the file and what is wrong with it
 */
export function decodeTaskModel<Model extends Module>(
  task: string,
  read: (name: string) => Uint8Array,
  build: (fields: Record<string, unknown>) => Model,
): Model {
  const fields = parseConfig(read("config.json"));
  const { formatVersion } = fields;
  if (formatVersion !== FORMAT_VERSION || fields.task !== task) {
    throw new FormatError(
      `config.json: expected a ${task} model of format version ${FORMAT_VERSION}, got ${JSON.stringify({ task: fields.task, formatVersion })}.`,
    );
  }
  const { tensors } = decodeStateDict(read("model.safetensors"), "model.safetensors");
  try {
    const model = build(fields);
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
