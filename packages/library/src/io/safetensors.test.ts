import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { parseSafetensors, serializeSafetensors, type SafetensorsEntry } from "./safetensors.ts";

const encoder = new TextEncoder();

/** A file with any header and any data, right or wrong. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = encoder.encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const entry = (shape: number[], data: number[]): SafetensorsEntry => ({
  dtype: "F32",
  shape,
  data: new Float32Array(data),
});

const weights = new Map([
  ["fc.weight", entry([2, 3], [1, 2, 3, 4, 5, 6])],
  ["fc.bias", entry([2], [7, 8])],
  ["scalar", entry([], [9])],
]);

describe("round trip", () => {
  test("names, shapes, values and metadata come back", () => {
    const { tensors, metadata } = parseSafetensors(serializeSafetensors(weights, { epoch: "3" }));
    expect(tensors).toEqual(weights);
    expect(metadata).toEqual({ epoch: "3" });
  });

  test("names that JavaScript treats specially are names like any other", () => {
    const odd = new Map(
      ["10", "9", "__proto__", "constructor", "", '"\\\n', "日本", "😀"].map((name, i) => [
        name,
        entry([1], [i]),
      ]),
    );
    expect(parseSafetensors(serializeSafetensors(odd)).tensors).toEqual(odd);
  });

  test("no tensors at all is a file too", () => {
    expect(parseSafetensors(serializeSafetensors(new Map())).tensors.size).toBe(0);
  });

  test("data begins at a multiple of 8, and each array at a multiple of its numbers' size", () => {
    const mixed = new Map<string, SafetensorsEntry>([
      ["a", { dtype: "U8", shape: [3], data: new Uint8Array([1, 2, 3]) }],
      ["b", { dtype: "F64", shape: [1], data: new Float64Array([0.5]) }],
      ["c", { dtype: "F16", shape: [1], data: new Float32Array([0.5]) }],
    ]);
    const bytes = serializeSafetensors(mixed);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    expect([...parseSafetensors(bytes).tensors.keys()]).toEqual(["b", "c", "a"]);
  });

  test("a view into a larger buffer, at any offset, is read from where it begins", () => {
    const bytes = serializeSafetensors(weights);
    const around = new Uint8Array(bytes.length + 10);
    around.set(bytes, 3);
    expect(parseSafetensors(around.subarray(3, 3 + bytes.length)).tensors).toEqual(weights);
  });

  test("what comes out does not share memory with the file", () => {
    const bytes = serializeSafetensors(weights);
    const { tensors } = parseSafetensors(bytes);
    bytes.fill(0xff);
    expect(tensors).toEqual(weights);
  });

  test("any names, shapes and numbers come back bit for bit", () => {
    const anyEntry = fc
      .array(fc.nat(3), { maxLength: 4 })
      .chain((shape) =>
        fc
          .float32Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) })
          .map((data): SafetensorsEntry => ({ dtype: "F32", shape, data })),
      );
    const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
    const anyFile = fc.uniqueArray(fc.tuple(name, anyEntry), { selector: ([key]) => key });
    fc.assert(
      fc.property(anyFile, fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
        const read = parseSafetensors(serializeSafetensors(entries, metadata));
        expect(read.tensors).toEqual(new Map(entries));
        expect({ ...read.metadata }).toEqual({ ...metadata });
      }),
    );
  });
});

describe("a file that breaks a rule of the format says which", () => {
  const f32 = (shape: unknown, offsets: unknown) => ({
    dtype: "F32",
    shape,
    data_offsets: offsets,
  });
  const data = new Uint8Array(8);
  const lengthOnly = (length: bigint) => {
    const file = new Uint8Array(16);
    new DataView(file.buffer).setBigUint64(0, length, true);
    return file;
  };

  // prettier-ignore
  const cases: [string, Uint8Array, RegExp][] = [
    ["nothing in it", new Uint8Array(0), /expected at least 8 bytes, got 0\. The file is empty/],
    ["three bytes", new Uint8Array(3), /expected at least 8 bytes, got 3\. Is the file cut off/],
    ["a header beyond the file", lengthOnly(100n), /expected a whole file, got a file of 16 bytes whose header alone ends at 108/],
    ["a header over 100 MB", lengthOnly(100_000_001n), /at most 100 MB, got a length of 100000001/],
    ["an absurd header length", lengthOnly(2n ** 64n - 1n), /at most 100 MB/],
    ["a header that is an array", fileOf([]), /begins with "\{"/],
    ["a header after a space", fileOf(" {}"), /begins with "\{"/],
    ["a header that is not JSON", fileOf("{a: 1}"), /a header in JSON, got .*damaged/],
    ["a header that is not UTF-8", fileOf("{}").fill(0xff, 9, 10), /a header in UTF-8/],
    ["metadata that is not text", fileOf({ __metadata__: { epoch: 3 } }), /to hold text by name, got \{"epoch":3\}/],
    ["an entry that is no object", fileOf({ a: 1 }), /the entry of tensor "a" to be an object, got 1/],
    ["an unknown dtype", fileOf({ a: { ...f32([2], [0, 8]), dtype: "F8_E4M3" } }, data), /dtype of tensor "a" to be one of .*, got F8_E4M3\. Convert it/],
    ["a dtype from the prototype", fileOf({ a: { ...f32([2], [0, 8]), dtype: "toString" } }, data), /got toString/],
    ["no shape", fileOf({ a: { dtype: "F32", data_offsets: [0, 8] } }, data), /shape of tensor "a" .* got nothing/],
    ["a negative size", fileOf({ a: f32([-2], [0, 8]) }, data), /shape of tensor "a" to be an array of whole numbers, got \[-2\]/],
    ["offsets the wrong way round", fileOf({ a: f32([2], [8, 0]) }, data), /begin ≤ end, got \[8,0\]/],
    ["a shape that does not fit", fileOf({ a: f32([3], [0, 8]) }, data), /12 bytes because F32 \[3\] needs them, got 8 bytes/],
    ["a shape beyond all numbers", fileOf({ a: f32([2 ** 53 - 1, 2 ** 53 - 1], [0, 8]) }, data), /got 8 bytes/],
    ["overlapping tensors", fileOf({ a: f32([1], [0, 4]), b: f32([2], [0, 8]) }, data), /"b" to begin at byte 4 of the data, got 0, which overlaps/],
    ["a gap", fileOf({ a: f32([1], [4, 8]) }, data), /"a" to begin at byte 0 of the data, got 4, which leaves a gap/],
    ["too little data", fileOf({ a: f32([3], [0, 12]) }, data), /expected 12 bytes of data after the header, got 8\. Is the file cut off/],
    ["too much data", fileOf({ a: f32([1], [0, 4]) }, data), /expected 4 bytes .* got 8\. Was something appended/],
    ["a name twice", fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', data), /each name once in the header, got "a" twice/],
    ["a web page", encoder.encode("<!DOCTYPE html><html><body>404"), /This is a web page/],
    ["a Git LFS pointer", encoder.encode("version https://git-lfs.github.com/spec/v1\noid sha256:0"), /git lfs pull/],
    ["a PyTorch archive", encoder.encode("PK\x03\x04\x00\x00\x08\x08\x00\x00 archive/data.pkl"), /use loadPyTorch/],
    ["a pickle", new Uint8Array([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9]), /Python pickle/],
    ["an HDF5 file", new Uint8Array([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0]), /HDF5/],
    ["JSON alone", encoder.encode('{"error":"not found"}'), /This is JSON text/],
  ];

  test.each(cases)("%s", (_, bytes, message) => {
    const parse = () => parseSafetensors(bytes, "loadSafetensors: weights.safetensors");
    expect(parse).toThrow(FormatError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^loadSafetensors: weights\.safetensors: expected/);
  });
});

describe("what cannot be written is refused", () => {
  // prettier-ignore
  const cases: [string, [string, SafetensorsEntry][], RegExp][] = [
    ["a shape that does not fit", [["a", entry([3], [1])]], /"a" to have a shape of 1 numbers, as its data, got \[3\]/],
    ["an array of another type", [["a", { dtype: "I32", shape: [1], data: new Float32Array(1) }]], /a Int32Array because its dtype is I32, got Float32Array/],
    ["a name twice", [["a", entry([1], [1])], ["a", entry([1], [2])]], /the name "a" comes twice/],
    ["the metadata's name", [["__metadata__", entry([1], [1])]], /a name of its own/],
    ["half a character", [["\ud800", entry([1], [1])]], /valid Unicode/],
  ];

  test.each(cases)("%s", (_, entries, message) => {
    expect(() => serializeSafetensors(entries)).toThrow(FormatError);
    expect(() => serializeSafetensors(entries)).toThrow(message);
  });
});

describe("damage", () => {
  const whole = serializeSafetensors(weights, { format: "pt" });
  const shapes = (bytes: Uint8Array) =>
    [...parseSafetensors(bytes).tensors.values()].map(({ shape }) => shape);

  test("a file cut off anywhere is a FormatError", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseSafetensors(whole.subarray(0, length))).toThrow(FormatError);
    }
  });

  test("any one bit flipped gives a FormatError or the same shapes", () => {
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = whole.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      expectErrorOr(() => expect(shapes(damaged)).toEqual(shapes(whole)));
    }
  });

  test("any bytes overwritten give a FormatError, or arrays that fit their shapes", () => {
    const place = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 8 }), (places) => {
        const damaged = whole.slice();
        for (const [at, byte] of places) damaged[at] = byte;
        expectErrorOr(() => {
          for (const { shape, data } of parseSafetensors(damaged).tensors.values()) {
            expect(data).toHaveLength(sizeOf(shape));
          }
        });
      }),
      { numRuns: 2000 },
    );
  });

  test("any bytes at all give a FormatError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expectErrorOr(() => expect(parseSafetensors(bytes).tensors.size).toBe(0));
      }),
    );
  });

  function expectErrorOr(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
});
