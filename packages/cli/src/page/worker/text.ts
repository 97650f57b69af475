/**
 * @file A language model in a worker: goes on with a text, and says what may come next.
 */

import { ArgumentError } from "unrolled";
import { loadTextModel, TextSession, type TextModel } from "unrolled/tasks/text";
import { serve } from "./serve.ts";

export interface TextQuestion {
  text: string;
  temperature: number;
  length: number;
  seed: number;
}

/** First what may come next after the text as it stands, then the text that follows, in pieces. */
export type TextPart = { next: { text: string; probability: number }[] } | { piece: string };

/** How many of the likeliest tokens to show. */
const SHOWN = 8;

serve<TextQuestion>((read) => {
  const model = loadTextModel(read);
  return function* ({ text, temperature, length, seed }): Generator<TextPart> {
    const session = new TextSession(model);
    if (text) session.read(known(model, text));
    yield { next: session.nextTokens(SHOWN) };
    for (const piece of session.generate({ temperature, length, seed })) yield { piece };
  };
});

/** The text, if the model has seen all of its characters. */
function known({ tokenizer }: TextModel, text: string): string {
  const unknown = [...new Set(text)].filter((character) => {
    try {
      tokenizer.encode(character);
      return false;
    } catch {
      return true;
    }
  });
  if (unknown.length === 0) return text;
  const shown = unknown.slice(0, 8).join(" ");
  throw new ArgumentError(
    `The model has never seen ${shown} and cannot go on from there: it knows ${tokenizer.vocabSize} characters, those of the text that it has learnt from.`,
  );
}
