/**
 * @file How long a text is.
 */

/**
 * The characters of a text: its Unicode code points, as the vocabulary counts them, so that an emoji
 * is one, where JavaScript's `length` says 2.
 */
export function countCharacters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return count;
}
