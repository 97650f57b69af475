/**
 * @file The IDX format, in which MNIST comes: one array of numbers.
 *
 *   2 bytes        0 0
 *   1 byte         the kind of number: 0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32,
 *                  0x0E float64
 *   1 byte         n, the number of axes
 *   4·n bytes      their sizes, uint32
 *   the rest       the numbers, row-major
 *
 * all of it big-endian. Source: "THE MNIST DATABASE", http://yann.lecun.com/exdb/mnist/
 */

import { readFileBytes } from "#platform";
import { FormatError, formatShape } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { gunzip } from "./gunzip.ts";
import { recognize } from "./recognize.ts";

export type IdxData =
  Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The array of an IDX file. */
export interface IdxArray {
  shape: readonly number[];
  /** Row-major. */
  data: IdxData;
}

const KINDS: Partial<Record<number, { bytes: number; read: (buffer: ArrayBuffer) => IdxData }>> = {
  0x08: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  0x09: { bytes: 1, read: (buffer) => new Int8Array(buffer) },
  0x0b: { bytes: 2, read: (buffer) => new Int16Array(buffer) },
  0x0c: { bytes: 4, read: (buffer) => new Int32Array(buffer) },
  0x0d: { bytes: 4, read: (buffer) => new Float32Array(buffer) },
  0x0e: { bytes: 8, read: (buffer) => new Float64Array(buffer) },
};

/**
 * {@link parseIdx} of a file, which may be compressed with gzip.
 *
 * @param pathOrBytes a path (Node), or the file's contents (anywhere)
 * @throws FormatError if the file cannot be read or is no IDX file
 */
export async function loadIdx(pathOrBytes: string | Uint8Array | ArrayBuffer): Promise<IdxArray> {
  const isPath = typeof pathOrBytes === "string";
  const where = isPath ? `loadIdx: ${pathOrBytes}` : "loadIdx";
  const bytes = isPath ? readFileBytes(pathOrBytes) : new Uint8Array(pathOrBytes);
  return parseIdx(await gunzip(bytes, where), where);
}

/**
 * The array of an IDX file's bytes, copied out.
 *
 * @param where how errors begin
 * @throws FormatError if `bytes` are no IDX file, or more or fewer than it says
 *
 * @example
 * const { shape, data } = parseIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 255));
 * shape; // [2, 1]
 * data; // [7, 255]
 */
export function parseIdx(bytes: Uint8Array, where = "parseIdx"): IdxArray {
  const [zero, alsoZero, code, numAxes] = bytes;
  const kind = KINDS[code];
  if (bytes.length < 4 || zero !== 0 || alsoZero !== 0 || !kind) {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
    throw new FormatError(
      `${where}: expected an IDX file, which begins with 00 00, a kind of number (08, 09, 0b to 0e) and the number of axes, ` +
        `got ${start.length > 0 ? start.join(" ") : "no bytes"}. ${recognize(bytes) ?? ""}`.trimEnd(),
    );
  }
  const headerBytes = 4 + 4 * numAxes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes) throw wrongLength(where, bytes, headerBytes, `${numAxes} axes`);
  const shape = Array.from({ length: numAxes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = headerBytes + kind.bytes * sizeOf(shape);
  if (bytes.length !== expected) {
    throw wrongLength(where, bytes, expected, `an array ${formatShape(shape)}`);
  }
  const own = new Uint8Array(bytes.subarray(headerBytes));
  if (kind.bytes > 1) swapBytes(own, kind.bytes);
  return { shape, data: kind.read(own.buffer) };
}

function wrongLength(where: string, bytes: Uint8Array, expected: number, what: string) {
  return new FormatError(
    `${where}: expected ${expected} bytes for ${what}, got ${bytes.length}. ` +
      (bytes.length < expected ? "The file is cut off." : "Something follows it."),
  );
}

/** From big-endian to little-endian: every group of `size` bytes the other way round. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}
