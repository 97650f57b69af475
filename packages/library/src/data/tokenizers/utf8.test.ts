import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeUtf8, Utf8Decoder } from "./utf8.ts";

function decode(bytes: ArrayLike<number>): string {
  const decoder = new Utf8Decoder();
  return decoder.push(bytes) + decoder.end();
}

/** Any sequence of UTF-16 units: lone and swapped surrogates are common. */
const anyString = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7ff, max: 0xe000 })))
  .map((units) => String.fromCharCode(...units));

describe("UTF-8", () => {
  test("gives the bytes of TextEncoder for every well-formed string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(encodeUtf8(text)).toEqual(new Uint8Array(new TextEncoder().encode(text)));
      }),
    );
  });

  test("decoding gives back every string, lone surrogates included", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(decode(encodeUtf8(text))).toBe(text);
      }),
    );
  });

  test("writes a lone surrogate in three bytes", () => {
    expect([...encodeUtf8("\ud800")]).toEqual([0xed, 0xa0, 0x80]);
  });

  test("gives TextDecoder's text for any bytes but those of surrogates", () => {
    const likely = fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xff);
    const bytes = fc.array(fc.oneof(likely, fc.integer({ min: 0, max: 255 })));
    const hasSurrogate = (list: number[]) =>
      list.some((byte, i) => byte === 0xed && list[i + 1] >= 0xa0);
    fc.assert(
      fc.property(bytes, (list) => {
        fc.pre(!hasSurrogate(list));
        const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
          Uint8Array.from(list),
        );
        expect(decode(list)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("decodes the same in pieces as at once", () => {
    const bytes = encodeUtf8("a é 漢 🐌");
    const decoder = new Utf8Decoder();
    const pieces = Array.from(bytes, (byte) => decoder.push([byte]));
    expect(pieces.join("") + decoder.end()).toBe("a é 漢 🐌");
    expect(pieces.filter((piece) => piece !== "")).toEqual(["a", " ", "é", " ", "漢", " ", "🐌"]);
  });

  test("is as new after an end inside a character", () => {
    const decoder = new Utf8Decoder();
    expect(decoder.push([0xf0, 0x9f])).toBe("");
    expect(decoder.end()).toBe("\uFFFD");
    expect(decoder.push([0x41]) + decoder.end()).toBe("A");
  });
});
