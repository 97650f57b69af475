/**
 * @file A model of characters has no probability for one that it has never seen: told in the words
 * of somebody who typed a prompt or named a file.
 */

import { ArgumentError } from "unrolled";
import type { TextModel } from "unrolled/tasks/text";
import { FailureError } from "../../errors.ts";

/** The ids of `text`, which `where` names in errors. */
export function encodeKnown(model: TextModel, text: string, where: string): Int32Array {
  const { tokenizer } = model;
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const unknown = [...new Set(text)].filter((character) => !isKnown(model, character));
    const shown = unknown.slice(0, 8).map((character) => JSON.stringify(character));
    const more =
      unknown.length > shown.length ? ` and ${unknown.length - shown.length} others` : "";
    throw new FailureError(
      `${where} has characters that the model has never seen: ${shown.join(", ")}${more}. It knows ${tokenizer.vocabSize} and has no probability for others.`,
    );
  }
}

function isKnown({ tokenizer }: TextModel, character: string): boolean {
  try {
    tokenizer.encode(character);
    return true;
  } catch {
    return false;
  }
}
