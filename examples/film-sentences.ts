/**
 * @file Data for `negation.ts`: sentences of two clauses, of which the one about the film decides.
 */

import { padSequence, tensor, type RandomGenerator, type Tensor } from "unrolled";

const NEGATORS = ["not", "never", "hardly"];
const PRAISE = ["good", "moving", "funny", "clever"];
const BLAME = ["dull", "weak", "silly", "bad"];
const OTHERS = ["plot", "music", "cast", "ending"];
export const WORDS = [
  "<pad>",
  "the",
  "film",
  "is",
  "but",
  ...NEGATORS,
  ...PRAISE,
  ...BLAME,
  ...OTHERS,
];

/** "the plot is weak but the film is not dull" */
export function randomSentence(generator: RandomGenerator): string {
  const pick = (from: readonly string[]) => from[generator.integer(from.length)];
  const clauseAbout = (subject: string) => {
    const negators = Array.from({ length: generator.integer(3) }, () => pick(NEGATORS));
    return ["the", subject, "is", ...negators, pick([...PRAISE, ...BLAME])].join(" ");
  };
  const clauses = [clauseAbout("film"), clauseAbout(pick(OTHERS))];
  if (generator.integer(2) === 0) clauses.reverse();
  return clauses.join(" but ");
}

/** What the film's clause says, turned over by each of its negators. */
export function isPraise(sentence: string): boolean {
  const clause = sentence.split(" but ").find((text) => text.includes("film"))!;
  const words = clause.split(" ");
  const turns = words.filter((word) => NEGATORS.includes(word)).length;
  return PRAISE.includes(words.at(-1)!) === (turns % 2 === 0);
}

export interface SentenceBatch {
  ids: Tensor; //         [batch, seq]
  lengths: Int32Array; // [batch]
  targets: Tensor; //     [batch]: 1 is praise
}

export function batchOf(sentences: string[]): SentenceBatch {
  const { ids, shape, lengths } = padSequence(
    sentences.map((sentence) => sentence.split(" ").map((word) => WORDS.indexOf(word))),
  );
  const targets = tensor(sentences.map((sentence) => (isPraise(sentence) ? 1 : 0)));
  return { ids: tensor(ids, { shape }), lengths, targets };
}
