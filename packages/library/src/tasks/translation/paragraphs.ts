/**
 * @file More than one sentence: translated one by one, and put together again.
 */

import type { Translation } from "./predict.ts";

/** No name ends a sentence: "Mr. Smith", "J. Austen", "St. Petersburg". */
const ABBREVIATION = /(?:^|[\s(])(?:\p{Lu}|\p{Lu}\p{L}{0,2})\.\s*$/u;

/** Scripts that put no space between sentences. */
const ENDS_WITHOUT_SPACE = /[。！？．]$/u;

/**
 * The sentences of a text, without white space around them.
 *
 * @example
 * sentencesOf("Mr. Fox ran. Did he fall?"); // ["Mr. Fox ran.", "Did he fall?"]
 */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let open = "";
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(
    text,
  )) {
    open += segment;
    if (ABBREVIATION.test(open)) continue;
    sentences.push(open);
    open = "";
  }
  return [...sentences, open].map((sentence) => sentence.trim()).filter(Boolean);
}

/** One translation out of those of the sentences of a text, in their order. */
export function joinTranslations(parts: readonly Translation[]): Translation {
  if (parts.length === 1) return parts[0];
  const width = parts.reduce((sum, { sourceTokens }) => sum + sourceTokens.length, 0);
  const attention: Float32Array[] = [];
  const targetTokens: string[] = [];
  let text = "";
  let before = 0;
  for (const [i, part] of parts.entries()) {
    if (text !== "" && !ENDS_WITHOUT_SPACE.test(text)) text += " ";
    text += part.text;
    // Of the ends only the last one stays: nothing was looked at for them.
    const isLast = i === parts.length - 1;
    targetTokens.push(
      ...(part.ended && !isLast ? part.targetTokens.slice(0, -1) : part.targetTokens),
    );
    for (const row of part.attention ?? []) {
      const wide = new Float32Array(width);
      wide.set(row, before);
      attention.push(wide);
    }
    before += part.sourceTokens.length;
  }
  const sum = (of: (part: Translation) => number) => parts.reduce((all, it) => all + of(it), 0);
  return {
    text,
    sourceTokens: parts.flatMap(({ sourceTokens }) => sourceTokens),
    targetTokens,
    attention: parts.every((part) => part.attention) ? attention : null,
    score: sum(({ score }) => score) / parts.length,
    logProb: sum(({ logProb }) => logProb),
    ended: parts.every(({ ended }) => ended),
  };
}
