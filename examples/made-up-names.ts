/**
 * @file Data for `names-by-kind.ts`: names of three kinds, each put together from its own sounds.
 */

import type { RandomGenerator } from "unrolled";

/** One sound from each group, in this order. */
const SOUNDS = {
  elf: ["l n th f", "a e i", "l r n", "a ie ia", "l n s"],
  dwarf: ["br gr thr d", "o u", "m r n", "b d g", "ar ur in"],
  dragon: ["z x v s", "a y ae", "r l z", "a o", "th x ss"],
};
export const KINDS = Object.keys(SOUNDS) as (keyof typeof SOUNDS)[];

export function randomName(kind: number, generator: RandomGenerator): string {
  const groups = SOUNDS[KINDS[kind]].map((group) => group.split(" "));
  return groups.map((sounds) => sounds[generator.integer(sounds.length)]).join("");
}

export function isOfKind(kind: number, name: string): boolean {
  const groups = SOUNDS[KINDS[kind]].map((group) => `(${group.replaceAll(" ", "|")})`);
  return new RegExp(`^${groups.join("")}$`).test(name);
}
