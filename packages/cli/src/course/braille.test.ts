import { expect, test } from "vitest";
import { DotCanvas } from "./braille.ts";

test("two by four dots are one character, and a line's ends are where they should be", () => {
  const canvas = new DotCanvas<string>(2, 1);
  canvas.line(0, 3, 3, 0, "ink");
  expect(canvas.toLines((text) => text)).toEqual(["⡠⠊"]);
});

test("what lies outside is left out, and each character has its ink's colour", () => {
  const canvas = new DotCanvas<string>(3, 1);
  canvas.dot(-1, 0, "red");
  canvas.dot(0, 9, "red");
  canvas.dot(4, 0, "red");
  expect(canvas.toLines((text, ink) => `<${ink}>${text}`)).toEqual(["  <red>⠁"]);
});
