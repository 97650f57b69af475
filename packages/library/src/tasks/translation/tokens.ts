/**
 * @file Sentences ↔ ids: two tokenizers that begin with the same three specials.
 */

import { BpeTokenizer, WordTokenizer, type Tokenizer } from "unrolled";
import type { TranslationConfig } from "./config.ts";
import type { SentencePair } from "./pairs.ts";

/** Fills up short sentences; begins a target; ends a source and a target. */
export const SPECIALS = ["<pad>", "<s>", "</s>"] as const;
export const [PAD, START, END] = [0, 1, 2];

/** What stands for a word without a token of its own. */
export const UNKNOWN = "<unk>";

export interface TranslationTokenizers {
  source: Tokenizer;
  /** With `joint`, the same as `source`. */
  target: Tokenizer;
}

/** Learned from training pairs alone. */
export function trainTokenizers(
  pairs: readonly SentencePair[],
  config: Pick<TranslationConfig, "tokens" | "joint" | "vocabSize">,
): TranslationTokenizers {
  const sources = pairs.map(({ source }) => source);
  const targets = pairs.map(({ target }) => target);
  if (config.joint) {
    const both = trainTokenizer([...sources, ...targets], config);
    return { source: both, target: both };
  }
  return { source: trainTokenizer(sources, config), target: trainTokenizer(targets, config) };
}

function trainTokenizer(
  sentences: readonly string[],
  { tokens, vocabSize }: Pick<TranslationConfig, "tokens" | "vocabSize">,
): Tokenizer {
  const text = sentences.map(spaced).join("\n");
  switch (tokens) {
    case "bpe":
      return BpeTokenizer.train(text, {
        // The 256 bytes are always there.
        vocabSize: Math.max(vocabSize, 256 + SPECIALS.length),
        specials: SPECIALS,
      });
    case "word":
      return WordTokenizer.train(text, {
        maxSize: Math.max(vocabSize, SPECIALS.length + 2),
        specials: SPECIALS,
        unkToken: UNKNOWN,
      });
  }
}

/** A space in front makes a word at the start of a sentence the same pieces as in the middle. */
const spaced = (sentence: string): string => ` ${sentence}`;

/** The ids of a sentence, without start and end. */
export function encodeSentence(tokenizer: Tokenizer, sentence: string): Int32Array {
  return tokenizer.encode(spaced(sentence));
}

/** A source as the encoder reads it: its ids, and the end. */
export function encodeSource(tokenizer: Tokenizer, sentence: string): Int32Array {
  return framed(encodeSentence(tokenizer, sentence), []);
}

/** A target as the decoder learns it: the start, its ids, and the end. */
export function encodeTarget(tokenizer: Tokenizer, sentence: string): Int32Array {
  return framed(encodeSentence(tokenizer, sentence), [START]);
}

function framed(ids: Int32Array, before: readonly number[]): Int32Array {
  const all = new Int32Array(before.length + ids.length + 1);
  all.set(before);
  all.set(ids, before.length);
  all[all.length - 1] = END;
  return all;
}

/**
 * The sentence that ids spell. For pieces of words, `decode(encode(sentence))` is the sentence,
 * whatever its characters.
 */
export function decodeSentence(tokenizer: Tokenizer, ids: ArrayLike<number>): string {
  const text = tokenizer.decode(ids);
  return text.startsWith(" ") ? text.slice(1) : text;
}
