/**
 * @file A model of characters has no probability for one that it has never seen: told in the words
 * of somebody who typed a prompt or named a file.
 */

import { ArgumentError } from "unrolled";
import type { TextModel } from "unrolled/tasks/text";
import { FailureError } from "../../errors.ts";
import { formatCount, formatPercent } from "../../terminal/numbers.ts";

/** The ids of `text`, which `where` names in errors. */
export function encodeKnown(model: TextModel, text: string, where: string): Int32Array {
  const { tokenizer } = model;
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new FailureError(
      `${where} has characters that the model has never seen: ${inWords(unknownIn(model, text))}. It knows ${tokenizer.vocabSize} and has no probability for others.`,
    );
  }
}

/** A stray sign or two in a whole book: beyond this share, what is left is another text. */
const MOST_LEFT_OUT = 0.01;

/**
 * `text` without the characters that the model has never seen, and a sentence about them; null where
 * there are none.
 *
 * @throws FailureError if they are more than a hundredth of it
 */
export function leaveOutUnknown(
  model: TextModel,
  text: string,
  where: string,
): { text: string; says: string | null } {
  const unknown = new Set(unknownIn(model, text));
  if (unknown.size === 0) return { text, says: null };
  const characters = Array.from(text);
  const known = characters.filter((character) => !unknown.has(character));
  const left = characters.length - known.length;
  if (left > MOST_LEFT_OUT * characters.length) {
    throw new FailureError(
      `${where} has characters that the model has never seen: ${inWords([...unknown])}. They are ${formatPercent(left / characters.length)} of the text, and up to ${formatPercent(MOST_LEFT_OUT)} can be left out of it. Models of pieces of words (train text --tokens bpe) read every character.`,
    );
  }
  return {
    text: known.join(""),
    says: `Left out, since the model has never seen them: ${formatCount(left)} of ${formatCount(characters.length)} characters (${inWords([...unknown])}). A text without them is a little easier.`,
  };
}

/** In the order in which they first occur. */
function unknownIn(model: TextModel, text: string): string[] {
  return [...new Set(text)].filter((character) => !isKnown(model, character));
}

function isKnown({ tokenizer }: TextModel, character: string): boolean {
  try {
    tokenizer.encode(character);
    return true;
  } catch {
    return false;
  }
}

function inWords(unknown: readonly string[]): string {
  const shown = unknown.slice(0, 8).map((character) => JSON.stringify(character));
  const more = unknown.length > shown.length ? ` and ${unknown.length - shown.length} others` : "";
  return `${shown.join(", ")}${more}`;
}
