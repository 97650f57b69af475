/**
 * @file The safetensors format: named arrays in one file, which cannot hide code.
 *
 *   8 bytes        n, the header's length, little-endian
 *   n bytes        JSON: {"__metadata__": {…}, "name": {"dtype", "shape", "data_offsets"}, …}
 *   the rest       the arrays, row-major, little-endian, one after another without gaps
 *
 * Everything is checked before anything is returned: a file that breaks a rule of the format gives
 * a {@link FormatError} and never a wrong array.
 */

import { FormatError, formatShape } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from "./half-precision.ts";
import { findRepeatedKey } from "./json-keys.ts";
import { recognize } from "./recognize.ts";

export type SafetensorsData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/**
 * How each format of number comes out: `F16` and `BF16` as float32, which holds them exactly;
 * `I64` and `U64` as bigint; `BOOL` as 0 and 1. In the order in which they are written, so that
 * every array begins at a multiple of its numbers' size.
 */
const DTYPES = {
  U64: { bytes: 8, Array: BigUint64Array },
  I64: { bytes: 8, Array: BigInt64Array },
  F64: { bytes: 8, Array: Float64Array },
  F32: { bytes: 4, Array: Float32Array },
  U32: { bytes: 4, Array: Uint32Array },
  I32: { bytes: 4, Array: Int32Array },
  BF16: { bytes: 2, Array: Float32Array },
  F16: { bytes: 2, Array: Float32Array },
  U16: { bytes: 2, Array: Uint16Array },
  I16: { bytes: 2, Array: Int16Array },
  I8: { bytes: 1, Array: Int8Array },
  U8: { bytes: 1, Array: Uint8Array },
  BOOL: { bytes: 1, Array: Uint8Array },
} as const;

export type SafetensorsDType = keyof typeof DTYPES;

const WRITING_ORDER = Object.keys(DTYPES) as SafetensorsDType[];

export interface SafetensorsEntry {
  dtype: SafetensorsDType;
  shape: readonly number[];
  data: SafetensorsData;
}

export interface SafetensorsContents {
  tensors: Map<string, SafetensorsEntry>;
  /** Free text, such as `{ format: "pt" }`. */
  metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
const OPENING_BRACE = 0x7b;
const METADATA_KEY = "__metadata__";

/**
 * The arrays of a safetensors file, in the order in which they stand in it. Each is a copy, so
 * `bytes` may be let go.
 *
 * @param where how errors begin: the function or file that the caller knows
 * @throws FormatError if `bytes` break any rule of the format
 */
export function parseSafetensors(
  bytes: Uint8Array,
  where = "parseSafetensors",
): SafetensorsContents {
  const { header, dataStart } = readHeader(bytes, where);
  const data = bytes.subarray(dataStart);
  const { [METADATA_KEY]: metadata = {}, ...rest } = header;
  checkMetadata(metadata, where);

  const slots = Object.entries(rest).map(([name, value]) => readSlot(name, value, where));
  slots.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(slots, data.length, where);

  const tensors = new Map<string, SafetensorsEntry>();
  for (const { name, dtype, shape, begin, end } of slots) {
    // Not slice(), which copies nothing if the bytes are a Node Buffer.
    const own = new Uint8Array(data.subarray(begin, end));
    tensors.set(name, { dtype, shape, data: decode(dtype, own.buffer) });
  }
  return { tensors, metadata };
}

/**
 * The bytes of a safetensors file. Arrays are sorted by the size of their numbers and then by name,
 * and data begins at a multiple of 8: what Python's `safetensors` writes, byte for byte.
 *
 * @throws FormatError if an array does not fit its shape or dtype
 *
 * @example
 * const entry = { dtype: "F32", shape: [2], data: new Float32Array([1, 2]) } as const;
 * const bytes = serializeSafetensors(new Map([["weight", entry]]));
 * parseSafetensors(bytes).tensors.get("weight")?.data; // [1, 2]
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, SafetensorsEntry]>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const where = "serializeSafetensors";
  checkMetadata(metadata, where);
  const entries = [...tensors].map(([name, entry]) => {
    checkEntry(name, entry, where);
    return { name, ...entry, nameBytes: new TextEncoder().encode(name) };
  });
  entries.sort(
    (a, b) =>
      WRITING_ORDER.indexOf(a.dtype) - WRITING_ORDER.indexOf(b.dtype) ||
      compareBytes(a.nameBytes, b.nameBytes),
  );

  // Text and not an object, which would move names such as "10" to the front.
  const parts: string[] = [];
  if (Object.keys(metadata).length > 0) {
    parts.push(`${JSON.stringify(METADATA_KEY)}:${JSON.stringify(metadata)}`);
  }
  let end = 0;
  for (const { name, dtype, shape } of entries) {
    const begin = end;
    end += sizeOf(shape) * DTYPES[dtype].bytes;
    parts.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`,
    );
  }
  const json = `{${parts.join(",")}}`;
  const repeated = findRepeatedKey(json);
  if (repeated !== null)
    throw new FormatError(`${where}: the name ${quote(repeated)} comes twice.`);

  const header = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new FormatError(
      `${where}: expected names and metadata of at most 100 MB in all, got ${headerBytes} bytes.`,
    );
  }
  const out = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  out.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { dtype, data } of entries) {
    const stored = encode(dtype, data);
    out.set(stored, at);
    at += stored.length;
  }
  return out;
}

interface Slot {
  name: string;
  dtype: SafetensorsDType;
  shape: number[];
  begin: number;
  end: number;
}

function readHeader(
  bytes: Uint8Array,
  where: string,
): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw notSafetensors(where, "at least 8 bytes", `${bytes.length}`, bytes);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) {
    throw notSafetensors(where, "a header of at most 100 MB", `a length of ${length}`, bytes);
  }
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > bytes.length) {
    const got = `a file of ${bytes.length} bytes whose header alone ends at ${dataStart}`;
    throw notSafetensors(where, "a whole file", got, bytes);
  }
  if (bytes[LENGTH_BYTES] !== OPENING_BRACE) {
    throw notSafetensors(where, 'a header that begins with "{"', "another character", bytes);
  }

  const text = decodeUtf8(bytes.subarray(LENGTH_BYTES, dataStart), where);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new FormatError(
      `${where}: expected a header in JSON, got ${(error as Error).message}. Is the file damaged? Fetch it again.`,
    );
  }
  const repeated = findRepeatedKey(text);
  if (repeated !== null) {
    throw new FormatError(
      `${where}: expected each name once in the header, got ${quote(repeated)} twice. Whoever wrote the file must rename one.`,
    );
  }
  return { header: header as Record<string, unknown>, dataStart };
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(
      `${where}: expected a header in UTF-8, got other bytes. Is the file damaged? Fetch it again.`,
    );
  }
}

function notSafetensors(
  where: string,
  expected: string,
  got: string,
  bytes: Uint8Array,
): FormatError {
  const empty = "The file is empty: was the disk full, or the download cut off?";
  const otherwise = "Is the file cut off, or not a safetensors file?";
  const hint = bytes.length === 0 ? empty : (recognize(bytes) ?? otherwise);
  return new FormatError(`${where}: expected ${expected}, got ${got}. ${hint}`);
}

function checkMetadata(value: unknown, where: string): asserts value is Record<string, string> {
  const isText = isObject(value) && Object.values(value).every((text) => typeof text === "string");
  if (isText) return;
  throw new FormatError(
    `${where}: expected ${METADATA_KEY} to hold text by name, got ${shorten(value)}. Write numbers as text.`,
  );
}

function readSlot(name: string, value: unknown, where: string): Slot {
  const wrong = (field: string, expected: string, got: unknown, hint = "") =>
    new FormatError(
      `${where}: expected ${field} of tensor ${quote(name)} to be ${expected}, got ${shorten(got)}.${hint}`,
    );

  if (!isObject(value)) throw wrong("the entry", "an object", value);
  const { dtype, shape, data_offsets: offsets } = value;

  if (typeof dtype !== "string" || !isDType(dtype)) {
    const hint = " Convert it to F32 in Python and save it anew.";
    throw wrong("dtype", `one of ${WRITING_ORDER.join(", ")}`, dtype, hint);
  }
  if (!isSizes(shape)) throw wrong("shape", "an array of whole numbers", shape);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw wrong("data_offsets", "[begin, end] with begin ≤ end", offsets);
  }
  const [begin, end] = offsets;
  const needed = sizeOf(shape) * DTYPES[dtype].bytes;
  if (end - begin !== needed) {
    const why = `${needed} bytes because ${dtype} ${formatShape(shape)} needs them`;
    throw wrong("data_offsets", why, `${end - begin} bytes`);
  }
  return { name, dtype, shape, begin, end };
}

/** Sorted slots must follow one another from 0 to the end of the data. */
function checkCoverage(slots: Slot[], dataBytes: number, where: string): void {
  let reached = 0;
  for (const { name, begin, end } of slots) {
    if (begin !== reached) {
      const what = begin < reached ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new FormatError(
        `${where}: expected tensor ${quote(name)} to begin at byte ${reached} of the data, got ${begin}, which ${what}. The file is damaged or was not written by a safetensors library.`,
      );
    }
    reached = end;
  }
  if (reached === dataBytes) return;
  const hint =
    reached > dataBytes ? "Is the file cut off? Fetch it again." : "Was something appended to it?";
  throw new FormatError(
    `${where}: expected ${reached} bytes of data after the header, got ${dataBytes}. ${hint}`,
  );
}

function checkEntry(name: string, { dtype, shape, data }: SafetensorsEntry, where: string): void {
  const wrong = (expected: string, got: string) =>
    new FormatError(`${where}: expected tensor ${quote(name)} to have ${expected}, got ${got}.`);

  if (name === METADATA_KEY) throw wrong("a name of its own", METADATA_KEY);
  // Half of a surrogate pair has no UTF-8.
  if (/\p{Surrogate}/u.test(name)) throw wrong("a name in valid Unicode", "a lone surrogate");
  if (!isDType(dtype)) throw wrong(`one of the dtypes ${WRITING_ORDER.join(", ")}`, String(dtype));
  if (!(data instanceof DTYPES[dtype].Array)) {
    throw wrong(
      `a ${DTYPES[dtype].Array.name} because its dtype is ${dtype}`,
      data.constructor.name,
    );
  }
  if (!isSizes(shape) || sizeOf(shape) !== data.length) {
    throw wrong(`a shape of ${data.length} numbers, as its data`, formatShape(shape));
  }
}

/** The numbers in bytes of this type; halves as float32. */
export function decode(dtype: SafetensorsDType, buffer: ArrayBuffer): SafetensorsData {
  if (dtype === "F16") return float16ToFloat32(new Uint16Array(buffer));
  if (dtype === "BF16") return bfloat16ToFloat32(new Uint16Array(buffer));
  return new DTYPES[dtype].Array(buffer);
}

function encode(dtype: SafetensorsDType, data: SafetensorsData): Uint8Array {
  let stored: ArrayBufferView = data;
  if (dtype === "F16") stored = float32ToFloat16(data as Float32Array);
  if (dtype === "BF16") stored = float32ToBfloat16(data as Float32Array);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function isDType(text: string): text is SafetensorsDType {
  return Object.hasOwn(DTYPES, text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

function shorten(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
