import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitByPosition } from "./split-by-position.ts";

describe("splitByPosition", () => {
  test("cuts at the fraction, and both parts together are the whole", () => {
    expect(splitByPosition("0123456789", 0.9)).toEqual(["012345678", "9"]);
    const [first, second] = splitByPosition(Int32Array.of(1, 2, 3), 0.5);
    expect([[...first], [...second]]).toEqual([[1], [2, 3]]);
  });

  test("never cuts a surrogate pair", () => {
    expect(splitByPosition("a🐌b", 0.5)).toEqual(["a", "🐌b"]);
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme-composite", minLength: 5 }),
        fc.double({ min: 0.4, max: 0.6, noNaN: true }),
        (text, fraction) => {
          const [first, second] = splitByPosition(text, fraction);
          expect(first + second).toBe(text);
          expect(Array.from(first).length + Array.from(second).length).toBe(
            Array.from(text).length,
          );
        },
      ),
    );
  });

  test.each([
    ["", 0.9],
    ["a", 0.9],
    ["abc", 1],
    ["abc", 0],
    ["🐌", 0.5],
  ])("refuses to leave a part empty: %j at %d", (text, fraction) => {
    expect(() => splitByPosition(text, fraction)).toThrow("expected both parts to have something");
  });

  test("refuses a fraction outside 0 to 1", () => {
    expect(() => splitByPosition("abc", 90)).toThrow("expected fraction to be a probability");
  });
});
