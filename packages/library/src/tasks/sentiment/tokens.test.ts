import { expect, test } from "vitest";
import { splitCharacters, splitWords } from "./tokens.ts";

test.each([
  ["It isn't GREAT!!!", ["it", "is", "n't", "great", "!!!"]],
  ["I can't; we'll see it’s fine", ["i", "ca", "n't", ";", "we", "'ll", "see", "it", "'s", "fine"]],
  ["did n't 've", ["did", "n't", "'ve"]],
  ["a well-made, 3.5-star film", ["a", "well-made", ",", "3.5-star", "film"]],
  ["wow :-) <3 ...... ok", ["wow", ":-)", "<3", "...", "ok"]],
  ["see https://a.b/c?d @me", ["see", "<url>", "<user>"]],
  ["👍🏽👩‍👩‍👧", ["👍🏽", "👩‍👩‍👧"]],
  ["很好看", ["很", "好", "看"]],
  ["cafe\u0301", ["café"]],
  ["-LRB- yes -RRB-", ["(", "yes", ")"]],
])("%j is split into words", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test("characters keep their marks", () => {
  expect(splitCharacters("Núñez n\u0303")).toEqual(["N", "ú", "ñ", "e", "z", " ", "ñ"]);
});
