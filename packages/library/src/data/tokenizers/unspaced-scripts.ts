/**
 * @file Scripts that put no space between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese. What
 * counts words elsewhere counts characters here.
 */

const SCRIPTS = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"];
// The long vowel of Japanese belongs to two of them, and therefore to none.
const CHARACTERS = `[ー${SCRIPTS.map((script) => String.raw`\p{Script=${script}}`).join("")}]`;

/**
 * The source of a regular expression (flag `u`): one letter of a script that puts no space between
 * words, with the marks that belong to it.
 *
 * @example
 * "GRU 很好".match(new RegExp(UNSPACED_LETTER, "gu")); // ["很", "好"]
 */
export const UNSPACED_LETTER = String.raw`(?!\p{M})${CHARACTERS}\p{M}*`;

const EACH_UNSPACED = new RegExp(UNSPACED_LETTER, "gu");

/**
 * Whether words stand apart in a text: whether at least half of its letters are of scripts that put
 * spaces between words.
 *
 * @example
 * spacesWords("Not bad: 不错"); // true
 * spacesWords("私はGRUです"); // false
 */
export function spacesWords(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const unspaced = text.match(EACH_UNSPACED)?.length ?? 0;
  return 2 * unspaced <= letters;
}
