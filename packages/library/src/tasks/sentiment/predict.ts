/**
 * @file Text in, class and probabilities out.
 */

import { ArgumentError } from "unrolled";
import { softmaxOf } from "./calibrate.ts";
import type { LabelledText } from "./data.ts";
import { encodeTokens, type Example } from "./examples.ts";
import { decider, mixedLogits, voicesOf } from "./evaluate.ts";
import { explain, type WordEffect } from "./explain.ts";
import type { SentimentModel } from "./model.ts";
import { splitTokens } from "./tokens.ts";

export interface SentimentAnswer {
  /** The class. */
  label: string;
  /** Of that class. */
  probability: number;
  /** Of every class, in the order of the model's labels. */
  probabilities: Record<string, number>;
  /** How many tokens the text has, and how many of them the model has never seen. */
  tokens: number;
  unknown: number;
}

/**
 * Classifies texts, as many as there are at once.
 *
 * @throws ArgumentError naming a text that has no words
 */
export function classifyTexts(model: SentimentModel, texts: readonly string[]): SentimentAnswer[] {
  const examples = texts.map((text, i) => exampleOf(model, text, i));
  const decide = decider(model.labels.length, model.positive, model.config.threshold);
  return mixedLogits(model, voicesOf(model, examples)).map((logits, i) => {
    const p = softmaxOf(logits);
    const answer = decide(p);
    const { tokens } = examples[i];
    return {
      label: model.labels[answer],
      probability: p[answer],
      probabilities: Object.fromEntries(model.labels.map((label, c) => [label, p[c]])),
      tokens: tokens.length,
      unknown: tokens.filter((token) => !model.vocabulary.has(token)).length,
    };
  });
}

/** Which words of a text speak for class `label`, or without it for the model's own answer. */
export function explainText(
  model: SentimentModel,
  text: string,
  label = classifyTexts(model, [text])[0].label,
): WordEffect[] {
  const answer = model.labels.indexOf(label);
  if (answer < 0) {
    throw new ArgumentError(
      `sentiment: expected one of ${model.labels.join(", ")}, got ${JSON.stringify(label)}.`,
    );
  }
  return explain(model, exampleOf(model, text, 0), answer);
}

/** Labelled texts for {@link evaluateSentiment}; those without words or with an unknown label are left out. */
export function examplesFor(model: SentimentModel, rows: readonly LabelledText[]): Example[] {
  return rows.flatMap((row) => {
    const target = model.labels.indexOf(row.label);
    const tokens = target < 0 ? [] : splitTokens(row.text, model.config.tokens);
    if (tokens.length === 0) return [];
    const ids = encodeTokens(model.vocabulary, tokens, model.config.maxTokens);
    return [{ text: row.text, tokens, ids, target }];
  });
}

function exampleOf({ vocabulary, config }: SentimentModel, text: string, place: number): Example {
  const tokens = splitTokens(text, config.tokens);
  if (tokens.length === 0) {
    throw new ArgumentError(
      `sentiment: expected a text with words, got ${JSON.stringify(text.slice(0, 20))} at place ${place}.`,
    );
  }
  return { text, tokens, ids: encodeTokens(vocabulary, tokens, config.maxTokens), target: 0 };
}
