/**
 * @file "The cat sat on the ___": a small language in which the second word decides between mat and
 * rug. Every frame is there twice, once with a cat and once with a dog, so that whoever does not see
 * the second word is right exactly half of the time.
 */

import { RandomGenerator, tensor } from "unrolled";
import type { Tensor } from "unrolled";

const ARTICLES = ["the", "a", "my", "our"];
const VERBS = ["sat", "slept", "lay", "stood", "waited"];
const PREPOSITIONS = ["on", "near", "under", "by"];
const RIDDLES = { cat: "mat", dog: "rug" };
export const WORDS = [...ARTICLES, ...VERBS, ...PREPOSITIONS, ...Object.entries(RIDDLES).flat()];

/** "the ___ sat on a", and so on: 320 frames. */
const frames = ARTICLES.flatMap((first) =>
  VERBS.flatMap((verb) =>
    PREPOSITIONS.flatMap((preposition) =>
      ARTICLES.map((second) => [first, "", verb, preposition, second]),
    ),
  ),
);

export interface Riddles {
  /** The questions [sentences, 5]. */
  ids: Tensor;
  /** The words that answer them [sentences]. */
  targets: Tensor;
}

/** Ids of the questions [sentences, 5], and of the words that answer them [sentences]. */
function sentences(chosen: string[][]): Riddles {
  const pairs = chosen.flatMap((frame) =>
    Object.entries(RIDDLES).map(([animal, place]) => [...frame.with(1, animal), place]),
  );
  const all = tensor(pairs.map((words) => words.map((word) => WORDS.indexOf(word))));
  return { ids: all.slice(1, 0, 5), targets: all.select(1, 5) };
}

/** 400 sentences to learn from, and 80 of other frames to be asked about. */
export function riddles(generator: RandomGenerator): { train: Riddles; held: Riddles } {
  const order = Array.from(generator.permutation(frames.length), (i) => frames[i]);
  return { train: sentences(order.slice(40, 240)), held: sentences(order.slice(0, 40)) };
}
