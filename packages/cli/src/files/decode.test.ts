import { expect, test } from "vitest";
import { decode } from "./decode.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test("a last character that is cut off is left out, as head -c cuts", () => {
  expect(decode(utf8("naïve é").subarray(0, 8), "a")).toEqual({
    text: "naïve ",
    encoding: "UTF-8",
  });
  expect(decode(utf8("東京 🐌").subarray(0, 9), "a")).toEqual({ text: "東京 ", encoding: "UTF-8" });
});

test("a last letter of Latin-1 is none", () => {
  const bytes = Uint8Array.of(0x63, 0x61, 0x66, 0xe9);
  expect(decode(bytes, "a")).toEqual({ text: "café", encoding: "windows-1252" });
});
