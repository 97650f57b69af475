/**
 * @file NumPy's .npy format: one array.
 *
 *   6 bytes        \x93NUMPY
 *   2 bytes        the version: 1 0, 2 0 or 3 0
 *   2 or 4 bytes   n, the header's length: uint16 in version 1, uint32 in later ones; little-endian
 *   n bytes        {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 *   the rest       the numbers
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { readFileBytes } from "#platform";
import { FormatError, formatShape } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { tensor } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { float16ToFloat32 } from "./half-precision.ts";
import { recognize } from "./recognize.ts";

/** How each of NumPy's kinds of number comes out. */
const KINDS = {
  b1: { bytes: 1, Array: Uint8Array },
  u1: { bytes: 1, Array: Uint8Array },
  i1: { bytes: 1, Array: Int8Array },
  u2: { bytes: 2, Array: Uint16Array },
  i2: { bytes: 2, Array: Int16Array },
  u4: { bytes: 4, Array: Uint32Array },
  i4: { bytes: 4, Array: Int32Array },
  u8: { bytes: 8, Array: BigUint64Array },
  i8: { bytes: 8, Array: BigInt64Array },
  f2: { bytes: 2, Array: Uint16Array },
  f4: { bytes: 4, Array: Float32Array },
  f8: { bytes: 8, Array: Float64Array },
} as const;

export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** The array of an .npy file. */
export interface NpyArray {
  /** NumPy's name for the kind of number, without the byte order: `"f4"`, `"i8"`, … */
  dtype: keyof typeof KINDS;
  shape: readonly number[];
  /** Row-major. `b1` (bool) as 0 and 1, `f2` as float32, which holds it exactly. */
  data: NpyData;
}

/**
 * The array of an .npy file as a tensor: floating-point numbers as float32 (float64 under the
 * `reference` engine), whole numbers and booleans as int32.
 *
 * @param pathOrBytes a path (Node), or the file's contents (anywhere)
 * @throws FormatError if the file cannot be read, is no .npy file of numbers in C order, or holds
 *   whole numbers beyond int32
 */
export function loadNpy(pathOrBytes: string | Uint8Array | ArrayBuffer): Tensor {
  const isPath = typeof pathOrBytes === "string";
  const where = isPath ? `loadNpy: ${pathOrBytes}` : "loadNpy";
  const bytes = isPath ? readFileBytes(pathOrBytes) : new Uint8Array(pathOrBytes);
  const { shape, data } = parseNpy(bytes, where);
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return tensor(data, { shape, dtype: "float32" });
  }
  const numbers = Int32Array.from(data as Iterable<number | bigint>, (value) => {
    const small = Number(value) | 0;
    if (BigInt(small) === BigInt(value)) return small;
    throw new FormatError(
      `${where}: expected whole numbers that fit into int32, got ${value}. parseNpy gives them as they are.`,
    );
  });
  return tensor(numbers, { shape });
}

/**
 * The array of an .npy file's bytes, copied out.
 *
 * @param where how errors begin
 * @throws FormatError if `bytes` are no .npy file, hold something else than numbers, are big-endian
 *   or in Fortran order, or are more or fewer than the header says
 */
export function parseNpy(bytes: Uint8Array, where = "parseNpy"): NpyArray {
  const { header, dataStart } = readHeader(bytes, where);
  const field = (name: string, value: string) =>
    new RegExp(`'${name}':\\s*${value}`).exec(header)?.[1];
  const descr = field("descr", "'([^']*)'");
  const isFortran = field("fortran_order", "(True|False)");
  const sizes = field("shape", "\\(([\\d,\\sL]*)\\)");
  if (isFortran === undefined || sizes === undefined || !/'descr':/.test(header)) {
    throw new FormatError(
      `${where}: expected a header with descr, fortran_order and shape, got ${JSON.stringify(header.trim())}.`,
    );
  }
  const dtype = /^[<|=]?([biuf]\d)$/.exec(descr ?? "")?.[1];
  if (!dtype || !Object.hasOwn(KINDS, dtype)) {
    throw new FormatError(
      `${where}: expected little-endian numbers (descr <f4, <f8, <i4, |u1, …), got ${descr ? `descr ${descr}` : "records"}. ` +
        "Save it anew in Python: np.save(path, array.astype('<f4')).",
    );
  }
  if (isFortran === "True") {
    throw new FormatError(
      `${where}: expected an array in C order, got one in Fortran order. Save it anew in Python: np.save(path, np.ascontiguousarray(array)).`,
    );
  }
  const shape = sizes.match(/\d+/g)?.map(Number) ?? [];
  const kind = KINDS[dtype as keyof typeof KINDS];
  const expected = kind.bytes * sizeOf(shape);
  if (bytes.length - dataStart !== expected) {
    throw new FormatError(
      `${where}: expected ${expected} bytes of ${dtype} for shape ${formatShape(shape)}, got ${bytes.length - dataStart}. ` +
        (bytes.length - dataStart < expected ? "The file is cut off." : "Something follows it."),
    );
  }
  // Not slice(), which copies nothing if the bytes are a Node Buffer.
  const { buffer } = new Uint8Array(bytes.subarray(dataStart));
  const data = new kind.Array(buffer);
  return {
    dtype: dtype as keyof typeof KINDS,
    shape,
    data: dtype === "f2" ? float16ToFloat32(data as Uint16Array) : data,
  };
}

const MAGIC = "\x93NUMPY";

function readHeader(bytes: Uint8Array, where: string): { header: string; dataStart: number } {
  const start = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (start !== MAGIC) {
    throw new FormatError(
      `${where}: expected an .npy file, which begins with \\x93NUMPY, got ${JSON.stringify(start)}. ${recognize(bytes) ?? ""}`.trimEnd(),
    );
  }
  const version = bytes[6];
  const lengthBytes = version === 1 ? 2 : 4;
  const headerStart = 8 + lengthBytes;
  if (!(version >= 1 && version <= 3) || bytes.length < headerStart) {
    throw new FormatError(
      `${where}: expected version 1, 2 or 3 of the format and a header, got ` +
        (bytes.length < headerStart ? `${bytes.length} bytes.` : `version ${version}.`),
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = headerStart + length;
  if (bytes.length < dataStart) {
    throw new FormatError(
      `${where}: expected a header of ${length} bytes, got ${bytes.length - headerStart}. The file is cut off.`,
    );
  }
  const header = new TextDecoder("utf-8").decode(bytes.subarray(headerStart, dataStart));
  return { header, dataStart };
}
