/**
 * @file Data for `tagging.ts`: noun phrase, verb, noun phrase, with words that are adjective or noun.
 */

import { padSequence, tensor, type RandomGenerator, type Tensor } from "unrolled";

export const TAGS = ["<pad>", "DET", "ADJ", "NOUN", "VERB"];
export const EITHER = ["light", "cold", "green", "secret", "human", "standard"]; // adjective or noun
const WORDS: Record<string, string[]> = {
  DET: ["the", "a", "this", "every"],
  ADJ: ["old", "tall", ...EITHER],
  NOUN: ["box", "dog", ...EITHER],
  VERB: ["fades", "sees", "finds", "helps"],
};
export const VOCABULARY = ["<pad>", ...new Set(Object.values(WORDS).flat())];

export interface Sentence {
  words: string[];
  tags: string[];
}

export function randomSentence(generator: RandomGenerator): Sentence {
  const maybe = (tag: string, p: number) => (generator.random() < p ? [tag] : []);
  const nounPhrase = () => ["DET", ...maybe("ADJ", 0.5), ...maybe("ADJ", 0.3), "NOUN"];
  const tags = [...nounPhrase(), "VERB", ...nounPhrase()];
  return { tags, words: tags.map((tag) => WORDS[tag][generator.integer(WORDS[tag].length)]) };
}

export interface TaggedBatch {
  ids: Tensor; //         [batch, seq]
  tags: Tensor; //        [batch · seq]; 0 is padding
  lengths: Int32Array; // [batch]
}

export function batchOf(sentences: Sentence[]): TaggedBatch {
  const words = padSequence(sentences.map((s) => s.words.map((word) => VOCABULARY.indexOf(word))));
  const tags = padSequence(sentences.map((s) => s.tags.map((tag) => TAGS.indexOf(tag))));
  return {
    ids: tensor(words.ids, { shape: words.shape }),
    tags: tensor(tags.ids),
    lengths: words.lengths,
  };
}
