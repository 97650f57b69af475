/**
 * @file Labelled parse trees in Penn bracket format, as the Stanford Sentiment Treebank has them:
 * `(3 (2 It) (4 (4 lovely) (2 film)))`. Every bracket is a phrase with a label of its own.
 */

import { FormatError } from "unrolled";
import type { LabelledText } from "./data.ts";

export interface TreeOptions {
  /** Give each sentence's phrases too, as further texts to learn from. Default: `true`. */
  phrases?: boolean;
}

/** How deep brackets may be nested: real sentences stay below 50. */
const MAX_DEPTH = 1000;

/** Whether a text looks like such trees: `(`, a label, a space, and then a bracket or a word. */
export function looksLikeTrees(text: string): boolean {
  return /^\s*\([^\s()]+ +(\(|[^\s()]+\))/.test(text);
}

/**
 * Reads one tree a line; empty lines are skipped.
 *
 * The text of a sentence is its words with spaces between them. A sentence's phrases, single words
 * among them, are its `parts`: training reads them, and the sentence alone is measured.
 *
 * @param name how errors call the file
 * @throws FormatError naming line and column
 *
 * @example
 * const [{ text, label, parts }] = readTrees("(3 (2 a) (4 (4 lovely) (2 film)))", "train.txt");
 * text; // "a lovely film"
 * label; // "3"
 * parts; // [{ text: "a", label: "2" }, { text: "lovely", label: "4" }, { text: "film", label: "2" }, { text: "lovely film", label: "4" }]
 */
export function readTrees(
  text: string,
  name: string,
  { phrases = true }: TreeOptions = {},
): LabelledText[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const found = readTree(line, `${name}, line ${i + 1}`);
    const sentence = found.pop()!;
    return [phrases && found.length > 0 ? { ...sentence, parts: found } : sentence];
  });
}

/** The phrases of a tree, each after those inside it: the sentence comes last. */
function readTree(line: string, where: string): LabelledText[] {
  const open: { label: string; words: string[]; column: number }[] = [];
  const found: LabelledText[] = [];
  const fail = (column: number, problem: string): never => {
    throw new FormatError(
      `${where}, column ${column + 1}: ${problem} Expected one tree a line, such as (3 (2 a) (4 film)).`,
    );
  };
  let isOver = false;
  for (const { 0: token, index } of line.matchAll(/\(\s*([^\s()]*)|\)|[^\s()]+/g)) {
    if (isOver) fail(index, `there is more behind the tree's end: ${token}.`);
    const top = open.at(-1);
    if (token.startsWith("(")) {
      const label = token.slice(1).trim();
      if (label === "") fail(index, "a bracket has no label.");
      if (open.length === MAX_DEPTH) fail(index, `brackets are nested deeper than ${MAX_DEPTH}.`);
      open.push({ label, words: [], column: index });
    } else if (!top) {
      fail(index, `got ${token} outside of any bracket.`);
    } else if (token === ")") {
      if (top.words.length === 0) fail(top.column, "a bracket has no words.");
      open.pop();
      found.push({ text: top.words.join(" "), label: top.label });
      open.at(-1)?.words.push(...top.words);
      isOver = open.length === 0;
    } else top.words.push(token);
  }
  if (open.length > 0) fail(open[0].column, "this bracket is never closed.");
  return found;
}
