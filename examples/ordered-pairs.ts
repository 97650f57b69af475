/**
 * @file Which of two words came first? Each text comes twice, the second time with the two words
 * exchanged, so that whoever does not see the order is right exactly half of the time.
 */

import { RandomGenerator, tensor } from "unrolled";
import type { Tensor } from "unrolled";

export const NUM_WORDS = 20;
const SEQ = 8;
const [FIRST, SECOND] = [0, 1]; // the two words; all others mean nothing

/** Texts of random words, each with the two words in both orders: the label is which came first. */
export function pairs(count: number, generator: RandomGenerator): { ids: Tensor; labels: Tensor } {
  const ids: number[][] = [];
  for (let i = 0; i < count; i++) {
    const text = Array.from({ length: SEQ }, () => 2 + generator.integer(NUM_WORDS - 2));
    const [one, other] = generator.permutation(SEQ);
    const [early, late] = [Math.min(one, other), Math.max(one, other)];
    ids.push(
      text.with(early, FIRST).with(late, SECOND),
      text.with(early, SECOND).with(late, FIRST),
    );
  }
  return { ids: tensor(ids), labels: tensor(ids.map((_, i) => i % 2)) };
}
