/**
 * Files that Python's `safetensors` wrote: `scripts/make-safetensors-fixture.py`. Where our bytes
 * are Python's bytes, Python can read what we write.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadSafetensors } from "../../src/io/index.ts";
import { parseSafetensors, serializeSafetensors } from "../../src/io/safetensors.ts";
import { realData } from "../support/real-data.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`fixtures/safetensors/${name}`, import.meta.url));
const python = new Uint8Array(readFileSync(fixture("python.safetensors")));

interface Described {
  dtype: string;
  shape: number[];
  values: string[];
}
const described = JSON.parse(readFileSync(fixture("python.json"), "utf8")) as Record<
  string,
  Described
>;

test("every array of Python's file has the name, shape and values that Python gave it", () => {
  const { tensors, metadata } = parseSafetensors(python);
  expect(metadata).toEqual({ format: "pt" });
  expect([...tensors.keys()].sort()).toEqual(Object.keys(described).sort());

  for (const [name, { shape, values }] of Object.entries(described)) {
    const read = tensors.get(name)!;
    expect(read.shape, name).toEqual(shape);
    const isBig = read.dtype === "I64" || read.dtype === "U64";
    const parse = (text: string) => Number(text.replace("inf", "Infinity"));
    expect([...read.data], name).toEqual(isBig ? values.map(BigInt) : values.map(parse));
  }
});

test("what was read from Python's file is written again byte for byte", () => {
  const { tensors, metadata } = parseSafetensors(python);
  expect(serializeSafetensors(tensors, metadata)).toEqual(python);
  expect(serializeSafetensors([...tensors].reverse(), metadata)).toEqual(python);
});

test("the Silero voice activity detector's weights load, and come back equal", (context) => {
  const silero = realData(context, "models-thirdparty/silero-vad/silero_vad_16k.safetensors");
  const dict = loadSafetensors(silero);
  expect(Object.keys(dict)).toHaveLength(15);
  expect(dict["lstm_cell.weight_ih"].shape).toEqual([512, 128]);
  expect(dict["stft_conv.weight"].shape).toEqual([258, 1, 256]);

  const { tensors } = parseSafetensors(new Uint8Array(readFileSync(silero)));
  const again = parseSafetensors(serializeSafetensors(tensors));
  expect(again.tensors).toEqual(new Map([...tensors].sort()));
});
