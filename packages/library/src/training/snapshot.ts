/**
 * @file Everything that a training run needs to go on where it stopped, bit for bit.
 */

import { FormatError } from "../core/errors.ts";
import { decodeStateDict, encodeStateDict } from "../io/safetensors-files.ts";
import type { StateDict } from "../nn/module.ts";
import type { Json } from "./batch-source.ts";

/** Tensors by name, and the rest as JSON. Made by {@link fit} for `checkpoint.save`. */
export interface Snapshot {
  tensors: StateDict;
  meta: { [key: string]: Json };
}

const FORMAT = "unrolled-checkpoint-1";

/** One safetensors file: the tensors, and in its metadata the rest. */
export function encodeSnapshot({ tensors, meta }: Snapshot): Uint8Array {
  return encodeStateDict(tensors, { format: FORMAT, meta: JSON.stringify(meta) });
}

/**
 * The inverse of {@link encodeSnapshot}.
 *
 * @throws FormatError if the bytes are no checkpoint, or not a whole one
 */
export function decodeSnapshot(bytes: Uint8Array, where = "decodeSnapshot"): Snapshot {
  const { tensors, metadata } = decodeStateDict(bytes, where);
  if (metadata.format !== FORMAT) {
    throw new FormatError(
      `${where}: expected a checkpoint of a training run (format ${FORMAT}), got ${
        metadata.format ? `format ${metadata.format}` : "a file of weights without a format"
      }. Weights alone cannot be resumed; load them with loadSafetensors.`,
    );
  }
  return { tensors, meta: JSON.parse(metadata.meta) as Snapshot["meta"] };
}

/** The entries under `prefix.`, without it. */
export function underPrefix(dict: StateDict, prefix: string): StateDict {
  const start = `${prefix}.`;
  return Object.fromEntries(
    Object.entries(dict)
      .filter(([key]) => key.startsWith(start))
      .map(([key, value]) => [key.slice(start.length), value]),
  );
}

/** The entries with `prefix.` before their keys. */
export function withPrefix(dict: StateDict, prefix: string): StateDict {
  return Object.fromEntries(
    Object.entries(dict).map(([key, value]) => [`${prefix}.${key}`, value]),
  );
}
