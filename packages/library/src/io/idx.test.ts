import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { realData } from "../../test/support/real-data.ts";
import { loadIdx, parseIdx } from "./idx.ts";

/** An IDX file of big-endian numbers. */
function idx(code: number, shape: number[], numbers: number[]): Uint8Array {
  const write = {
    0x08: [1, "setUint8"],
    0x09: [1, "setInt8"],
    0x0b: [2, "setInt16"],
    0x0c: [4, "setInt32"],
    0x0d: [4, "setFloat32"],
    0x0e: [8, "setFloat64"],
  } as const;
  const [size, set] = write[code as keyof typeof write];
  const start = 4 + 4 * shape.length;
  const view = new DataView(new ArrayBuffer(start + size * numbers.length));
  view.setUint8(2, code);
  view.setUint8(3, shape.length);
  shape.forEach((n, axis) => view.setUint32(4 + 4 * axis, n));
  numbers.forEach((n, i) => view[set](start + size * i, n));
  return new Uint8Array(view.buffer);
}

test.each([
  [0x08, Uint8Array, [0, 255, 7, 1, 2, 3]],
  [0x09, Int8Array, [-128, 127, 7, 1, 2, 3]],
  [0x0b, Int16Array, [-32768, 32767, 258, 1, 2, 3]],
  [0x0c, Int32Array, [-(2 ** 31), 2 ** 31 - 1, 0x01020304, 1, 2, 3]],
  [0x0d, Float32Array, [-0.5, Infinity, 2 ** -140, 1, 2, 3]],
  [0x0e, Float64Array, [1 / 3, -Infinity, 5e-324, 1, 2, 3]],
])("kind of number %i comes out as it was written", (code, type, numbers) => {
  const { shape, data } = parseIdx(idx(code, [2, 1, 3], numbers));
  expect(shape).toEqual([2, 1, 3]);
  expect(data).toBeInstanceOf(type);
  expect([...data]).toEqual(numbers);
});

test("the bytes may lie anywhere, and may change afterwards", () => {
  const bytes = new Uint8Array([9, 9, 9, ...idx(0x0d, [1], [0.25])]);
  const { data } = parseIdx(bytes.subarray(3));
  bytes.fill(0);
  expect([...data]).toEqual([0.25]);
});

test("an array may be empty", () => {
  expect(parseIdx(idx(0x0c, [0, 28], []))).toEqual({ shape: [0, 28], data: new Int32Array(0) });
});

describe("bytes that are no whole IDX file are refused:", () => {
  const labels = idx(0x08, [3], [1, 2, 3]);
  test.each([
    ["nothing", new Uint8Array(0), "got no bytes."],
    [
      "another beginning",
      Uint8Array.of(1, 0, 8, 1),
      "begins with 00 00, a kind of number (08, 09, 0b to 0e) and the number of axes, got 01 00 08 01.",
    ],
    ["another kind", Uint8Array.of(0, 0, 10, 1), "got 00 00 0a 01."],
    ["gzip", new Uint8Array(gzipSync(labels)), "This is compressed with gzip: unpack it first."],
    [
      "half a header",
      labels.subarray(0, 6),
      "expected 8 bytes for 1 axes, got 6. The file is cut off.",
    ],
    [
      "too few numbers",
      labels.subarray(0, -1),
      "expected 11 bytes for an array [3], got 10. The file is cut off.",
    ],
    [
      "too many",
      new Uint8Array([...labels, 0]),
      "expected 11 bytes for an array [3], got 12. Something follows it.",
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => parseIdx(bytes)).toThrow(message);
  });
});

describe("loadIdx", () => {
  const labels = idx(0x08, [3], [1, 2, 3]);

  test("takes bytes as they are, and compressed", async () => {
    const expected = { shape: [3], data: Uint8Array.of(1, 2, 3) };
    expect(await loadIdx(labels)).toEqual(expected);
    expect(await loadIdx(labels.buffer as ArrayBuffer)).toEqual(expected);
    expect(await loadIdx(new Uint8Array(gzipSync(labels)))).toEqual(expected);
  });

  test("says that gzip is cut off, and which file is not there", async () => {
    const cut = new Uint8Array(gzipSync(labels)).subarray(0, -4);
    await expect(loadIdx(cut)).rejects.toThrow("loadIdx: the gzip data is damaged or cut off");
    await expect(loadIdx("/nowhere/labels.gz")).rejects.toThrow("/nowhere/labels.gz");
  });

  test("reads MNIST's test set", async (context) => {
    const images = await loadIdx(realData(context, "mnist/t10k-images-idx3-ubyte.gz"));
    const { shape, data } = await loadIdx(realData(context, "mnist/t10k-labels-idx1-ubyte.gz"));
    expect(images.shape).toEqual([10_000, 28, 28]);
    expect(shape).toEqual([10_000]);
    expect([...data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    const pixels = images.data as Uint8Array;
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length / 255;
    expect(mean).toBeCloseTo(0.1325, 4); // the mean usually quoted, 0.1307, is that of the training set
  });
});
