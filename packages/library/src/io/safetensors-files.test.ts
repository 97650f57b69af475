import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ArgumentError, FormatError } from "../core/errors.ts";
import { LSTM } from "../nn/recurrent/lstm.ts";
import { tensor } from "../tensor/index.ts";
import { loadSafetensors, saveSafetensors } from "./safetensors-files.ts";
import { parseSafetensors, serializeSafetensors, type SafetensorsEntry } from "./safetensors.ts";
import { readFileBytes } from "#platform";

const folder = mkdtempSync(join(tmpdir(), "unrolled-weights-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a saved LSTM's weights make a second one equal to the first", () => {
  const path = join(folder, "lstm.safetensors");
  const first = new LSTM(3, 4, { numLayers: 2, bidirectional: true });
  const second = new LSTM(3, 4, { numLayers: 2, bidirectional: true });

  saveSafetensors(path, first.stateDict(), { metadata: { format: "pt" } });
  second.loadStateDict(loadSafetensors(path));

  for (const [name, weight] of Object.entries(first.stateDict())) {
    expect(second.stateDict()[name].data, name).toEqual(weight.data);
  }
  expect(parseSafetensors(readFileBytes(path)).metadata).toEqual({ format: "pt" });
  expect(readdirSync(folder)).toEqual(["lstm.safetensors"]);
});

test("whole numbers and booleans of any width become int32, floats of any width float32", () => {
  const entries: [string, SafetensorsEntry][] = [
    ["I64", { dtype: "I64", shape: [2], data: BigInt64Array.of(-5n, 2n ** 31n - 1n) }],
    ["U32", { dtype: "U32", shape: [1], data: Uint32Array.of(7) }],
    ["BOOL", { dtype: "BOOL", shape: [2], data: Uint8Array.of(1, 0) }],
    ["F64", { dtype: "F64", shape: [1], data: Float64Array.of(0.5) }],
    ["BF16", { dtype: "BF16", shape: [1], data: Float32Array.of(-2) }],
  ];
  const dict = loadSafetensors(serializeSafetensors(entries));
  const read = Object.entries(dict).map(([name, t]) => [name, t.dtype, t.toArray()]);
  expect(read.sort()).toEqual([
    ["BF16", "float32", [-2]],
    ["BOOL", "int32", [1, 0]],
    ["F64", "float32", [0.5]],
    ["I64", "int32", [-5, 2 ** 31 - 1]],
    ["U32", "int32", [7]],
  ]);
});

test("whole numbers beyond int32 are refused, not cut", () => {
  const bytes = serializeSafetensors([
    ["ids", { dtype: "I64", shape: [1], data: BigInt64Array.of(2n ** 31n) }],
  ]);
  expect(() => loadSafetensors(bytes)).toThrow(FormatError);
  expect(() => loadSafetensors(bytes)).toThrow(/tensor "ids" to fit into int32, got 2147483648/);
});

test("bytes may come as a Uint8Array, a Buffer or an ArrayBuffer, and as nothing else", () => {
  const path = join(folder, "one.safetensors");
  saveSafetensors(path, { a: tensor([1, 2, 3]) });
  const bytes = readFileBytes(path);
  const buffer = bytes.slice().buffer;
  for (const form of [bytes, Buffer.from(bytes), buffer]) {
    expect(loadSafetensors(form).a.toArray()).toEqual([1, 2, 3]);
  }
  expect(() => loadSafetensors(undefined as never)).toThrow(ArgumentError);
});

test("an error names the file", () => {
  const path = join(folder, "page.safetensors");
  writeFileSync(path, "<!doctype html><title>Not found</title>");
  expect(() => loadSafetensors(path)).toThrow(/^loadSafetensors: .*page\.safetensors: .*web page/);
});
