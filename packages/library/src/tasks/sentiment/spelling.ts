/**
 * @file Words by their letters: "unfunny" has most of its n-grams in common with "unfun" and "funny", so
 * that a word that training has seen once, or never, is not all unknown.
 *
 * Source: Bojanowski et al. 2017, "Enriching word vectors with subword information" (fastText).
 */

import { IdSequences, tensor, type Tensor } from "unrolled";
import { placeOfToken, type TrainingExample } from "./examples.ts";

/** The words of a batch, each once. */
export interface Spelling {
  /** The first is no word: padding, and what is hidden from the network. */
  words: readonly string[];
  /** Which of the words stands where, [batch, seq]. */
  places: Tensor;
}

/** Stands in an example's tokens for a word that must not be read. */
export const HIDDEN = "\u0000";

/** Letters of an n-gram, the ends of the word among them. */
const [SHORTEST, LONGEST] = [3, 5];
/** Of one word at most; those of longer words are base64, and the like. */
const MOST_NGRAMS = 64;

/** The distinct words that the network reads in `examples`, `seq` to a row. */
export function spellingOf(examples: readonly TrainingExample[], seq: number): Spelling {
  const words = [HIDDEN];
  const known = new Map([[HIDDEN, 0]]);
  const places = new Int32Array(examples.length * seq);
  for (const [row, example] of examples.entries()) {
    for (let i = 0; i < example.ids.length; i++) {
      const word = example.tokens[placeOfToken(example, i)];
      let place = known.get(word);
      if (place === undefined) {
        place = words.push(word) - 1;
        known.set(word, place);
      }
      places[row * seq + i] = place;
    }
  }
  return { words, places: tensor(places, { shape: [examples.length, seq] }) };
}

/** The n-grams of words as numbers below `buckets`, several n-grams to a number. */
export class LetterNgrams {
  readonly #buckets: number;
  /** The same words come again and again: where the numbers of each are. */
  readonly #places = new Map<string, number>();
  #known = new IdSequences();

  constructor(buckets: number) {
    this.#buckets = buckets;
  }

  /** One bag of numbers after another, and where each begins. */
  bagsOf(words: readonly string[]): { ids: Int32Array; offsets: Int32Array } {
    const bags = words.map((word) => this.#bagOf(word));
    const offsets = new Int32Array(words.length);
    let end = 0;
    for (const [i, bag] of bags.entries()) {
      offsets[i] = end;
      end += bag.length;
    }
    const ids = new Int32Array(end);
    bags.forEach((bag, i) => ids.set(bag, offsets[i]));
    return { ids, offsets };
  }

  #bagOf(word: string): Int32Array {
    const place = this.#places.get(word);
    if (place !== undefined) return this.#known.at(place)!;
    const bag = word === HIDDEN ? new Int32Array(0) : bucketsOf(word, this.#buckets);
    // Bounded, for whoever classifies for years.
    if (this.#places.size > 1e5) {
      this.#places.clear();
      this.#known = new IdSequences();
    }
    this.#places.set(word, this.#known.push(bag));
    return bag;
  }
}

/**
 * The n-grams of 3 to 5 letters of a word, its ends marked by ‹ and ›.
 *
 * @example
 * letterNgrams("cat"); // ["‹ca", "cat", "at›", "‹cat", "cat›", "‹cat›"]
 */
export function letterNgrams(word: string): string[] {
  const letters = ["‹", ...Array.from(word), "›"];
  const ngrams: string[] = [];
  for (let n = SHORTEST; n <= LONGEST; n++) {
    for (let i = 0; i + n <= letters.length; i++) ngrams.push(letters.slice(i, i + n).join(""));
  }
  return ngrams.slice(0, MOST_NGRAMS);
}

function bucketsOf(word: string, buckets: number): Int32Array {
  return Int32Array.from(letterNgrams(word), (ngram) => hash(ngram) % buckets);
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
