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

/** Places in sentences where two words meet, at most: 80 MB. */
const MAX_COUPLES = 20_000_000;

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
  const couples = new Couples(
    counted.map(({ source, target }) => ({
      e: sources.encode(source).subarray(0, MAX_WORDS),
      f: targets.encode(target).subarray(0, MAX_WORDS),
    })),
    none,
  );

  // All translations are as likely at first, so the first round counts who stands beside whom.
  let t: Float64Array = new Float64Array(couples.e.length).fill(1);
  for (let round = 0; round < ROUNDS; round++) t = couples.reestimate(t);

  const best = new Map<number, number>(); // source word → couple
  t.forEach((probability, couple) => {
    const e = couples.e[couple];
    if (e !== none && probability > (t[best.get(e) ?? -1] ?? 0)) best.set(e, couple);
  });
  const words = new Map<string, string>();
  for (const [e, couple] of [...best].sort(([a], [b]) => a - b)) {
    words.set(sources.vocabulary.token(e), targets.vocabulary.token(couples.f[couple]));
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

/** Which source words stand beside which target words: each such couple has a place in arrays. */
class Couples {
  /** For each couple, its words. */
  readonly e: number[] = [];
  readonly f: number[] = [];
  /** For each sentence, for each target word: the couples with all source words, "none" the last. */
  readonly #sentences: { couples: Int32Array; numSources: number }[] = [];

  constructor(sentences: readonly { e: ArrayLike<number>; f: ArrayLike<number> }[], none: number) {
    const placesOf = Array.from({ length: none + 1 }, () => new Map<number, number>());
    const placeOf = (e: number, f: number): number => {
      const known = placesOf[e].get(f);
      if (known !== undefined) return known;
      this.f.push(f);
      const place = this.e.push(e) - 1;
      placesOf[e].set(f, place);
      return place;
    };
    let room = MAX_COUPLES;
    for (const { e, f } of sentences) {
      const numSources = e.length + 1;
      room -= numSources * f.length;
      if (room < 0) break;
      const couples = new Int32Array(numSources * f.length);
      for (let j = 0, at = 0; j < f.length; j++) {
        for (let i = 0; i < e.length; i++) couples[at++] = placeOf(e[i], f[j]);
        couples[at++] = placeOf(none, f[j]);
      }
      this.#sentences.push({ couples, numSources });
    }
  }

  /** One round: the counts that t expects, divided by the sum for each source word. */
  reestimate(t: Float64Array): Float64Array {
    const counts = new Float64Array(t.length);
    for (const { couples, numSources } of this.#sentences) {
      for (let from = 0; from < couples.length; from += numSources) {
        const end = from + numSources;
        let total = 0;
        for (let i = from; i < end; i++) total += t[couples[i]];
        for (let i = from; i < end; i++) counts[couples[i]] += t[couples[i]] / total;
      }
    }
    const sums: number[] = [];
    counts.forEach((count, at) => (sums[this.e[at]] = (sums[this.e[at]] ?? 0) + count));
    return counts.map((count, at) => count / sums[this.e[at]]);
  }
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
