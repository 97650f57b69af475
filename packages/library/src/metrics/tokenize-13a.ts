/**
 * @file The tokenizer that BLEU scores are compared under.
 */

import { splitOnSpace } from "./segments.ts";

/**
 * Splits text as NIST's mteval-v13a does and sacreBLEU after it: punctuation and symbols of ASCII
 * become words of their own, but for `.` and `,` between digits, and apostrophes; a dash only after
 * a digit.
 *
 * @example
 * tokenize13a("Hello, world: 1,000.5-fold!"); // ["Hello", ",", "world", ":", "1,000.5", "-", "fold", "!"]
 */
export function tokenize13a(text: string): string[] {
  const plain = text
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return splitOnSpace(
    ` ${plain} `
      .replaceAll(/([{-~[-` -&(-+:-@/])/gu, " $1 ")
      .replaceAll(/([^0-9])([.,])/gu, "$1 $2 ")
      .replaceAll(/([.,])([^0-9])/gu, " $1 $2")
      .replaceAll(/([0-9])(-)/gu, "$1 $2 "),
  );
}
