/**
 * @file Protocol Buffers' wire format, as far as an ONNX file needs it: a message is its fields one
 * after another, each a tag (number and wire type) and a value.
 *
 *   varint   seven bits a byte, lowest first; the top bit says that more follow
 *   bytes    a varint with their number, then they: text, messages and packed lists too
 *   float    four bytes, little-endian
 *
 * Source: "Encoding", protobuf.dev. Why not a library: docs/decisions/0009-onnx-by-tracing.md
 */

const VARINT = 0;
const BYTES = 2;
const FLOAT = 5;

/**
 * Writes one message, field by field.
 *
 * @example
 * [...new MessageWriter().int(1, 150).text(2, "hi").finish()]; // [8, 150, 1, 18, 2, 104, 105]
 */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** A whole number, negative ones as 64 bits in two's complement. */
  int(field: number, value: number | bigint): this {
    return this.#tag(field, VARINT).#raw(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, FLOAT).#raw(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, BYTES).#raw(varint(value.length)).#raw(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  /** A repeated field of whole numbers, packed. */
  ints(field: number, values: readonly number[]): this {
    return this.bytes(field, joined(values.map(varint)));
  }

  finish(): Uint8Array {
    return joined(this.#parts, this.#length);
  }

  #tag(field: number, wireType: number): this {
    return this.#raw(varint((field << 3) | wireType));
  }

  #raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function joined(
  parts: readonly Uint8Array[],
  length = parts.reduce((sum, part) => sum + part.length, 0),
): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
