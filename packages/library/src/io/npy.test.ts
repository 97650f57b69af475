import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realData } from "../../test/support/real-data.ts";
import { loadNpy, parseNpy } from "./npy.ts";

/** Made by scripts/make-npy-fixture.py with NumPy. */
const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../test/parity/fixtures/npy.json"), "utf8"),
) as {
  arrays: Record<string, { npy: string; shape: number[]; values: string[] }>;
  refused: Record<string, string>;
};
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
const { arrays, refused } = fixture;

test.each(Object.entries(arrays))("reads %s as NumPy wrote it", (_, { npy, shape, values }) => {
  const read = parseNpy(bytesOf(npy));
  expect(read.shape).toEqual(shape);
  const isBig = read.dtype === "i8" || read.dtype === "u8";
  const parse = (text: string) => Number(text.replace("inf", "Infinity"));
  expect([...read.data]).toEqual(isBig ? values.map(BigInt) : values.map(parse));
});

describe("loadNpy", () => {
  test("gives floats as float32 and whole numbers as int32", () => {
    const floats = loadNpy(bytesOf(arrays.float64.npy));
    expect([floats.dtype, floats.shape]).toEqual(["float32", [3]]);
    expect(floats.data[0]).toBe(Math.fround(1 / 3));
    const whole = loadNpy(bytesOf(arrays["int64, small"].npy));
    expect([whole.dtype, whole.toArray()]).toEqual(["int32", [[1, -2, 3]]]);
    expect(loadNpy(bytesOf(arrays.bool.npy)).toArray()).toEqual([1, 0, 1]);
    expect(loadNpy(bytesOf(arrays.scalar.npy)).item()).toBe(0.25);
    expect(loadNpy(bytesOf(arrays.empty.npy)).shape).toEqual([0, 5]);
  });

  test("takes an ArrayBuffer, and bytes that lie anywhere in one", () => {
    const bytes = bytesOf(arrays.float32.npy);
    const expected = loadNpy(bytes).toArray();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(loadNpy(shifted.subarray(3)).toArray()).toEqual(expected);
    expect(loadNpy(bytes.buffer).toArray()).toEqual(expected);
  });

  test("refuses whole numbers beyond int32", () => {
    expect(() => loadNpy(bytesOf(arrays.int64.npy))).toThrow(
      `loadNpy: expected whole numbers that fit into int32, got ${2n ** 62n}. parseNpy gives them as they are.`,
    );
    expect(() => loadNpy(bytesOf(arrays.uint32.npy))).toThrow("got 4294967295");
  });

  test("names the file that is not there", () => {
    expect(() => loadNpy("/nowhere/features.npy")).toThrow("/nowhere/features.npy");
  });

  test("reads features of video clips, 387 × 20 × 128", (context) => {
    const path = realData(context, "vidvrd-captions/labelled_resnet152_pca128_f32_387x20x128.npy");
    const features = loadNpy(path);
    expect([features.dtype, features.shape]).toEqual(["float32", [387, 20, 128]]);
    expect(features.data.every(Number.isFinite)).toBe(true);
  });
});

test.each([
  ["big-endian", "expected little-endian numbers (descr <f4, <f8, <i4, |u1, …), got descr >f4"],
  ["fortran", "expected an array in C order, got one in Fortran order"],
  ["records", "expected little-endian numbers (descr <f4, <f8, <i4, |u1, …), got records"],
  ["complex", "got descr <c16"],
  ["text", "got descr <U3"],
  ["objects", "got descr |O"],
])("refuses %s and says what to do", (name, message) => {
  expect(() => parseNpy(bytesOf(refused[name]))).toThrow(message);
  expect(() => parseNpy(bytesOf(refused[name]))).toThrow("Save it anew in Python: np.save(path");
});

describe("a file that is no whole .npy file", () => {
  const whole = bytesOf(arrays.float32.npy);
  const header = (text: string) => {
    const bytes = new Uint8Array(10 + text.length);
    bytes.set(whole.subarray(0, 8));
    bytes[8] = text.length;
    bytes.set(new TextEncoder().encode(text), 10);
    return bytes;
  };

  test.each([
    ["nothing", new Uint8Array(0), 'begins with \\x93NUMPY, got "".'],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0), "compressed with gzip: unpack it first"],
    ["another version", Uint8Array.from(whole, (byte, i) => (i === 6 ? 9 : byte)), "version 9"],
    [
      "only a beginning",
      whole.subarray(0, 9),
      "version 1, 2 or 3 of the format and a header, got 9 bytes",
    ],
    ["half a header", whole.subarray(0, 50), "got 40. The file is cut off."],
    [
      "too few numbers",
      whole.subarray(0, -1),
      "expected 120 bytes of f4 for shape [2, 3, 5], got 119. The file is cut off.",
    ],
    ["too many", new Uint8Array([...whole, 0]), "got 121. Something follows it."],
    [
      "a header of something else",
      header("{'shape': (1,)}"),
      "expected a header with descr, fortran_order and shape, got \"{'shape': (1,)}\"",
    ],
  ])("%s is refused", (_, bytes, message) => {
    expect(() => parseNpy(bytes)).toThrow(message);
  });
});
