/**
 * @file A model that sorts texts into classes, in a worker.
 */

import {
  classifyTexts,
  explainText,
  loadSentimentModel,
  type SentimentAnswer,
  type WordEffect,
} from "unrolled/tasks/sentiment";
import { serve } from "./serve.ts";

export interface SentimentQuestion {
  text: string;
}

/** The answer at once, then what each word had to do with it, which takes longer. */
export type SentimentPart = { answer: SentimentAnswer } | { effects: WordEffect[] };

serve<SentimentQuestion>((read) => {
  const model = loadSentimentModel(read);
  return function* ({ text }): Generator<SentimentPart> {
    const [answer] = classifyTexts(model, [text]);
    yield { answer };
    yield { effects: explainText(model, text, answer.label) };
  };
});
