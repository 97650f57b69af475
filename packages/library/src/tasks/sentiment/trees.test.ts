import { expect, test } from "vitest";
import { looksLikeTrees, readTrees } from "./trees.ts";

test("a tree gives its sentence, and every phrase with its own label", () => {
  const [tree, other] = readTrees("(3 (2 a) (4 (4 lovely) (2 film)))\n\n(0 bad)\n", "t.txt");
  expect(tree).toEqual({
    text: "a lovely film",
    label: "3",
    parts: [
      { text: "a", label: "2" },
      { text: "lovely", label: "4" },
      { text: "film", label: "2" },
      { text: "lovely film", label: "4" },
    ],
  });
  expect(other).toEqual({ text: "bad", label: "0" });
  expect(readTrees("(1 (0 a) (2 b))", "t", { phrases: false })).toEqual([
    { text: "a b", label: "1" },
  ]);
});

test.each([
  ["(3 (2 a) (4 b)", /t, line 1, column 1: this bracket is never closed/],
  ["(3 a) b", /column 7: there is more behind the tree's end: b/],
  ["a (3 b)", /column 1: got a outside of any bracket/],
  ["(3 ())", /column 4: a bracket has no label/],
  ["(3 (2 ) b)", /column 4: a bracket has no words/],
  ["(1 ".repeat(2000), /nested deeper than 1000/],
])("%j is refused", (text, message) => {
  expect(() => readTrees(text, "t")).toThrow(message);
});

test("trees are told from other text", () => {
  expect(looksLikeTrees("(3 (2 a) (4 b))")).toBe(true);
  expect(looksLikeTrees("(0 bad)")).toBe(true);
  expect(looksLikeTrees("(which I liked) a film, 3")).toBe(false);
});
