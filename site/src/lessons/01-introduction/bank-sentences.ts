/**
 * @file A small language with two banks: one by the river, one with the money. The words before
 * "bank" decide which it is, and the words after it depend on that.
 */

import { RandomGenerator, tensor, type Tensor } from "unrolled";

const SUBJECTS = ["she", "he", "they", "we"];
export const SENSES = [
  {
    name: "river",
    before: ["rowed to", "swam to", "fished from", "sailed along"],
    after: ["and got wet", "and saw a fish", "under the trees", "and lay in the grass"],
  },
  {
    name: "money",
    before: ["paid into", "borrowed from", "saved at", "worked for"],
    after: ["and got rich", "and signed a form", "for a year", "and asked for a loan"],
  },
] as const;

const END = ".";
export const WORDS = [
  ...new Set([
    END,
    ...SUBJECTS,
    "the",
    "bank",
    ...SENSES.flatMap(({ before, after }) =>
      [...before, ...after].flatMap((text) => text.split(" ")),
    ),
  ]),
];
const LONGEST = 10;

/** The ids of the words that are known, and the words that are not. */
export function idsOf(text: string): { ids: number[]; unknown: string[] } {
  const words = text
    .toLowerCase()
    .split(/[^a-z.]+/)
    .filter(Boolean);
  return {
    ids: words.map((word) => WORDS.indexOf(word)).filter((id) => id >= 0),
    unknown: words.filter((word) => !WORDS.includes(word)),
  };
}

/** Everything that can stand before and with "bank", by sense: "she rowed to the bank". */
export function contexts(sense: (typeof SENSES)[number]): string[] {
  return SUBJECTS.flatMap((subject) => sense.before.map((verb) => `${subject} ${verb} the bank`));
}

/** Random sentences, filled up with full stops [count, LONGEST]. */
export function sentences(count: number, generator: RandomGenerator): Tensor {
  const pick = <T>(list: readonly T[]) => list[generator.integer(list.length)];
  return tensor(
    Array.from({ length: count }, () => {
      const sense = pick(SENSES);
      const text = `${pick(SUBJECTS)} ${pick(sense.before)} the bank ${pick(sense.after)}`;
      const { ids } = idsOf(text);
      return [...ids, ...new Array<number>(LONGEST - ids.length).fill(WORDS.indexOf(END))];
    }),
  );
}
