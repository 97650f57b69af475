import { describe, expect, test } from "vitest";
import { replaceUnknown } from "./replace-unknown.ts";

describe("replaceUnknown", () => {
  const source = ["Zoë", "trinkt", "Club-Mate"];
  const attention = [
    [0.5, 0.3, 0.2],
    [0.1, 0.8, 0.1],
    [0.3, 0.1, 0.6],
  ];

  test("copies the source word with the largest weight, and leaves other tokens alone", () => {
    expect(replaceUnknown(["<unk>", "drinks", "<unk>"], source, attention)).toEqual([
      "Zoë",
      "drinks",
      "Club-Mate",
    ]);
  });

  test("asks the dictionary first", () => {
    const dictionary = new Map([["trinkt", "drinks"]]);
    expect(
      replaceUnknown(["?", "?", "tea"], source, attention, { unkToken: "?", dictionary }),
    ).toEqual(["Zoë", "drinks", "tea"]);
  });

  test("does not look beyond the source's end, and takes the first of equals", () => {
    expect(replaceUnknown(["<unk>"], ["a", "b"], [[0.2, 0.2, 0.6]])).toEqual(["a"]);
  });

  test("refuses attention that does not fit", () => {
    expect(() => replaceUnknown(["<unk>"], source, [])).toThrow(
      "replaceUnknown: expected a row of attention for each of 1 tokens over a source of at least one word, got 0 rows and 3 words.",
    );
    expect(() => replaceUnknown([], [], [])).toThrow(/0 words/);
  });
});
