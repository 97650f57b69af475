import { describe, expect, test } from "vitest";
import { hasHeader, usualWidth } from "./table-format.ts";

describe("a header", () => {
  test("over a column of numbers may have any name, and a gap or a mark among them is no matter", () => {
    expect(
      hasHeader([
        ["Ta", "x"],
        ["NA", "a"],
        ["1.5", "b"],
        ["-2e3", "a"],
      ]),
    ).toBe(true);
  });

  test("is not what stands alone, unless columns are usually called so", () => {
    expect(hasHeader([["fine day", "good"]])).toBe(false);
    expect(hasHeader([["text", "label"]])).toBe(true);
  });

  test("is not a row of dates", () => {
    expect(
      hasHeader([
        ["2020-01-01", "3"],
        ["2020-01-02", "4"],
      ]),
    ).toBe(false);
  });
});

test("the usual width is that of most rows", () => {
  expect(usualWidth([["a"], ["b", "c"], ["d", "e"]])).toEqual({ width: 2, share: 2 / 3 });
});
