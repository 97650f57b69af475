/**
 * @file The states of a small recurrent layer while it reads a word, letter by letter: what the first
 * page shows. Its weights are fresh, with seed 1: it has learned nothing, and remembers all the same.
 */

import { manualSeed, nn, noGrad, tensor } from "unrolled";

export type CellName = "RNN" | "LSTM" | "GRU";

/** Units of the layer. */
const HIDDEN = 8;
const CODES = 256;

/** `states[t]` is hₜ; the first is h₀ = 0. Each has as many numbers as there are units. */
export function unrolledStates(word: string, cell: CellName): number[][] {
  manualSeed(1);
  const embedding = new nn.Embedding(CODES, 6);
  const layer = new nn[cell](6, HIDDEN);
  const nothing = new Array<number>(HIDDEN).fill(0);
  if (word === "") return [nothing];

  const ids = Int32Array.from(word, (letter) => letter.codePointAt(0)! % CODES);
  const [output] = noGrad(() => layer.forward(embedding.forward(tensor(ids)))); // [seq, HIDDEN]
  return [nothing, ...(output.toArray() as number[][])];
}
