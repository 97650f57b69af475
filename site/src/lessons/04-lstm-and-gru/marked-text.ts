/**
 * @file Text with quotation marks and brackets, made by a small grammar: what 4C's network reads.
 *
 *   sentence → phrase ("phrase" phrase | (phrase) phrase)¹⁻³ full stop
 *   phrase   → 1 to 3 words
 *
 * The words are the same everywhere, so that nothing but the mark that was opened tells whether it
 * is still open; and one mark opens and closes quotations.
 */

import type { RandomGenerator } from "unrolled";

const WORDS = ["the", "sea", "is", "a", "calm", "gull", "no", "rain"];

export const ALPHABET = [...new Set(WORDS.join(""))].sort().join("") + ' ."()';

/** One sentence and a space. */
export function sentence(generator: RandomGenerator): string {
  const phrase = () =>
    Array.from({ length: 1 + generator.integer(3) }, () => {
      return WORDS[generator.integer(WORDS.length)];
    }).join(" ");
  const parts = [phrase()];
  for (let left = 1 + generator.integer(3); left > 0; left--) {
    parts.push(generator.integer(2) === 0 ? `"${phrase()}"` : `(${phrase()})`, phrase());
  }
  return `${parts.join(" ")}. `;
}

/** `length` characters: sentences one after the other, the last one cut. */
export function markedText(length: number, generator: RandomGenerator): string {
  let text = "";
  while (text.length < length) text += sentence(generator);
  return text.slice(0, length);
}

/** What can be read off the text itself at each character, after it: what a cell may keep track of. */
export interface TextFeatures {
  inQuotes: boolean[];
  inBrackets: boolean[];
}

export function featuresOf(text: string): TextFeatures {
  let [quoted, bracketed] = [false, false];
  const features: TextFeatures = { inQuotes: [], inBrackets: [] };
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === "(") bracketed = true;
    if (character === ")") bracketed = false;
    features.inQuotes.push(quoted);
    features.inBrackets.push(bracketed);
  }
  return features;
}

/** Ids in {@link ALPHABET}; what is not in it reads as a space. */
export function encode(text: string): Int32Array {
  return Int32Array.from(text, (character) => {
    const id = ALPHABET.indexOf(character.toLowerCase());
    return id < 0 ? ALPHABET.indexOf(" ") : id;
  });
}
