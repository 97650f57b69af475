/**
 * @file Weights in and out: a state dict to a safetensors file and back.
 */

import { readFileBytes, writeFileAtomic } from "#platform";
import { ArgumentError, FormatError } from "../core/errors.ts";
import type { StateDict } from "../nn/module.ts";
import { tensor, type Tensor } from "../tensor/index.ts";
import { parseSafetensors, serializeSafetensors, type SafetensorsEntry } from "./safetensors.ts";

/**
 * The tensors in a safetensors file, ready for `module.loadStateDict`.
 *
 * Floating-point numbers of any width become float32 (float64 under the `reference` engine), and
 * whole numbers and booleans int32.
 *
 * @param pathOrBytes a path (Node), or the file's contents (anywhere)
 * @throws FormatError if the file cannot be read, breaks a rule of the format, or holds whole
 *   numbers beyond int32
 */
export function loadSafetensors(pathOrBytes: string | Uint8Array | ArrayBuffer): StateDict {
  const where =
    typeof pathOrBytes === "string" ? `loadSafetensors: ${pathOrBytes}` : "loadSafetensors";
  return decodeStateDict(bytesOf("loadSafetensors", pathOrBytes), where).tensors;
}

/** {@link loadSafetensors} for bytes, with the file's metadata. `where` begins every error. */
export function decodeStateDict(
  bytes: Uint8Array,
  where: string,
): { tensors: StateDict; metadata: Record<string, string> } {
  const { tensors, metadata } = parseSafetensors(bytes, where);
  const entries = [...tensors].map(([name, entry]) => [name, toTensor(name, entry, where)]);
  return { tensors: Object.fromEntries(entries) as StateDict, metadata };
}

export interface SaveSafetensorsOptions {
  /** Free text to go along, such as `{ format: "pt" }`. Default: none. */
  metadata?: Record<string, string>;
}

/**
 * Writes tensors to a safetensors file, which Python and {@link loadSafetensors} read back bit for
 * bit. The file is written whole or not at all.
 *
 * @throws FormatError if it cannot be written
 */
export function saveSafetensors(
  path: string,
  dict: StateDict,
  { metadata }: SaveSafetensorsOptions = {},
): void {
  writeFileAtomic(path, encodeStateDict(dict, metadata));
}

/** What {@link saveSafetensors} writes. */
export function encodeStateDict(dict: StateDict, metadata?: Record<string, string>): Uint8Array {
  const entries = Object.entries(dict).map(([name, t]) => [name, toEntry(t)] as const);
  return serializeSafetensors(entries, metadata);
}

export function bytesOf(where: string, pathOrBytes: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (typeof pathOrBytes === "string") return readFileBytes(pathOrBytes);
  if (pathOrBytes instanceof Uint8Array) return pathOrBytes;
  if (pathOrBytes instanceof ArrayBuffer) return new Uint8Array(pathOrBytes);
  throw new ArgumentError(
    `${where}: expected a path or a file's bytes, got ${typeof pathOrBytes}.`,
  );
}

/** float32 or int32, whatever is stored. */
export function toTensor(name: string, { shape, data }: SafetensorsEntry, where: string): Tensor {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return tensor(data, { shape, dtype: "float32" });
  }
  const numbers = Int32Array.from(data as Iterable<number | bigint>, (value) => {
    const small = Number(value) | 0;
    if (BigInt(small) === BigInt(value)) return small;
    throw new FormatError(
      `${where}: expected the whole numbers of tensor ${JSON.stringify(name)} to fit into int32, got ${value}. parseSafetensors gives them as they are.`,
    );
  });
  return tensor(numbers, { shape });
}

function toEntry(t: Tensor): SafetensorsEntry {
  const data = t.storage.array;
  if (data instanceof Int32Array) return { dtype: "I32", shape: t.shape, data };
  return { dtype: data instanceof Float32Array ? "F32" : "F64", shape: t.shape, data };
}
