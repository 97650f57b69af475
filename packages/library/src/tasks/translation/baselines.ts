/**
 * @file What a dictionary alone reaches: each word replaced by the one it most often stands beside,
 * in the source's order. A network has to beat it before it is worth its training.
 *
 * The dictionary is IBM model 1: with t(f | e) the probability that source word e is translated by f,
 * and n(e, f) the number of times it has been, as far as t can tell,
 *
 *   n(e, f) = Σ_pairs Σ_{f in target} t(f | e) / Σ_{e′ in source, and none} t(f | e′)
 *   t(f | e) ← n(e, f) / Σ_f′ n(e, f′)
 *
 * "None" is a word that every source has: it takes what has no counterpart.
 *
 * Source: Brown et al. 1993, "The mathematics of statistical machine translation", section 4.1
 */

import { WordTokenizer } from "unrolled";
import type { SentencePair } from "./pairs.ts";
import { scoreTranslations, type TranslationScores } from "./evaluate.ts";

/** Rounds of estimation: the likeliest translations hardly change after five. */
const ROUNDS = 5;

/** More pairs than these add little to a dictionary, and time to making one. */
const MAX_PAIRS = 50_000;

/** Words of a sentence that are looked at: the work grows with the square of it. */
const MAX_WORDS = 60;

/** Source words and their translations. */
export interface WordDictionary {
  words: ReadonlyMap<string, string>;
  /** Replaces every word; unknown ones are copied. */
  translate(sentence: string): string;
}

/**
 * Learns which word stands for which from parallel sentences alone.
 *
 * @example
 * const dictionary = learnDictionary([
 *   { source: "the house", target: "das Haus" },
 *   { source: "the book", target: "das Buch" },
 *   { source: "a book", target: "ein Buch" },
 * ]);
 * dictionary.translate("a house"); // "ein Haus"
 */
export function learnDictionary(pairs: readonly SentencePair[]): WordDictionary {
  const counted = pairs.slice(0, MAX_PAIRS);
  const sources = tokenizerOf(counted.map(({ source }) => source));
  const targets = tokenizerOf(counted.map(({ target }) => target));
  const none = sources.vocabSize;
  const sentences = counted.map(({ source, target }) => ({
    e: [...sources.encode(source).subarray(0, MAX_WORDS), none],
    f: targets.encode(target).subarray(0, MAX_WORDS),
  }));

  // All translations are as likely at first, so the first round counts who stands beside whom.
  let t: Map<number, number>[] | null = null;
  for (let round = 0; round < ROUNDS; round++) t = reestimate(sentences, none + 1, t);

  const words = new Map<string, string>();
  for (const [e, translations] of t!.slice(0, none).entries()) {
    let best: [f: number, probability: number] = [-1, 0];
    for (const entry of translations) if (entry[1] > best[1]) best = entry;
    if (best[0] >= 0) words.set(sources.vocabulary.token(e), targets.vocabulary.token(best[0]));
  }
  return wordDictionary(words);
}

/**
 * A dictionary of known words, such as one that was saved.
 *
 * @example
 * wordDictionary(new Map([["dog", "Hund"]])).translate("dog, cat"); // "Hund, cat"
 */
export function wordDictionary(words: ReadonlyMap<string, string>): WordDictionary {
  return {
    words,
    translate(sentence) {
      const splitter = tokenizerOf([sentence]);
      const translated = splitter.split(sentence).map((word) => words.get(word) ?? word);
      // Joined as the tokenizer joins what it knows.
      const joiner = tokenizerOf([translated.join(" ")]);
      return joiner.decode(joiner.vocabulary.encode(translated)).trim();
    },
  };
}

function tokenizerOf(sentences: readonly string[]): WordTokenizer {
  return WordTokenizer.train(sentences.join("\n"), { minFrequency: 1 });
}

/** One round: the counts that t expects, for every source word, normalized. */
function reestimate(
  sentences: readonly { e: readonly number[]; f: Int32Array }[],
  numWords: number,
  t: readonly Map<number, number>[] | null,
): Map<number, number>[] {
  const counts = Array.from({ length: numWords }, () => new Map<number, number>());
  for (const { e: es, f: fs } of sentences) {
    for (const f of fs) {
      let total = 0;
      for (const e of es) total += t ? (t[e].get(f) ?? 0) : 1;
      for (const e of es) {
        const share = (t ? (t[e].get(f) ?? 0) : 1) / total;
        counts[e].set(f, (counts[e].get(f) ?? 0) + share);
      }
    }
  }
  for (const row of counts) {
    const sum = [...row.values()].reduce((a, b) => a + b, 0);
    for (const [f, count] of row) row.set(f, count / sum);
  }
  return counts;
}

/** A way to translate without a network, and its scores. */
export interface TranslationBaseline extends TranslationScores {
  name: "copy" | "dictionary";
}

/** The source as it is, and word for word by a dictionary. */
export function translationBaselines(
  dictionary: WordDictionary,
  test: readonly SentencePair[],
): TranslationBaseline[] {
  const references = test.map(({ target }) => target);
  const translators = {
    copy: (source: string) => source,
    dictionary: (source: string) => dictionary.translate(source),
  };
  return Object.entries(translators).map(([name, translateOne]) => ({
    name: name as TranslationBaseline["name"],
    ...scoreTranslations(
      test.map(({ source }) => translateOne(source)),
      references,
    ),
  }));
}
