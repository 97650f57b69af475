/**
 * @file Which words spoke for an answer: what becomes of it where they are left unread.
 */

import { noGrad } from "unrolled";
import { collateTexts } from "./batches.ts";
import { placeOfToken, type Example } from "./examples.ts";
import { mixedLogits, voicesOf } from "./evaluate.ts";
import type { SentimentModel } from "./model.ts";
import { HIDDEN } from "./spelling.ts";

export interface WordEffect {
  token: string;
  /**
   * How much less likely the answer is, in nats of log-odds, where the token is read as an unknown
   * word: above 0 it speaks for the answer, below 0 against it.
   */
  effect: number;
  /** With which weight attention looked at it, of 1 for the whole text; null for other poolings. */
  attention: number | null;
}

/** A text is read again so many times at most; of a longer one, neighbours are left out together. */
const MOST_READINGS = 64;

/** The effect of every token of an example on class `answer`. */
export function explain(model: SentimentModel, example: Example, answer: number): WordEffect[] {
  const { tokens } = example;
  const stretch = Math.ceil(tokens.length / MOST_READINGS);
  const starts = Array.from({ length: Math.ceil(tokens.length / stretch) }, (_, i) => i * stretch);
  const variants = [example, ...starts.map((start) => without(model, example, start, stretch))];
  const logits = mixedLogits(model, voicesOf(model, variants));
  const [whole, ...others] = logits.map((row) => logOdds(row, answer));
  const attention = attentionOf(model, example);
  return tokens.map((token, i) => ({
    token,
    effect: (whole - others[Math.floor(i / stretch)]) / stretch,
    attention: attention?.[i] ?? null,
  }));
}

/** The example with `count` tokens from `start` on unread. */
function without(model: SentimentModel, example: Example, start: number, count: number): Example {
  const { tokens, ids } = example;
  const isOut = (i: number) => i >= start && i < start + count;
  return {
    ...example,
    // A token of its own that no n-gram has: pairs across the gap would be pairs nobody wrote.
    tokens: tokens.map((token, i) => (isOut(i) ? HIDDEN : token)),
    ids: ids.map((id, i) => (isOut(placeOfToken(example, i)) ? model.unknownId : id)),
  };
}

/** ln(p / (1 − p)) of a class. */
function logOdds(logits: Float64Array, answer: number): number {
  let largest = -Infinity;
  for (let c = 0; c < logits.length; c++) {
    if (c !== answer) largest = Math.max(largest, logits[c]);
  }
  let others = 0;
  for (let c = 0; c < logits.length; c++) {
    if (c !== answer) others += Math.exp(logits[c] - largest);
  }
  return logits[answer] - largest - Math.log(others);
}

function attentionOf(model: SentimentModel, example: Example): Float32Array | null {
  if (!model.attention || example.ids.length < example.tokens.length) return null;
  const wasTraining = model.training;
  model.eval();
  const { ids, lengths, spelling } = collateTexts([example]);
  const [, weights] = noGrad(() => model.read(ids, lengths, spelling));
  model.train(wasTraining);
  return weights ? (weights.data as Float32Array) : null;
}
