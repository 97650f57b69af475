/**
 * @file For the tests of CTC decoding: all paths, one by one.
 */

import { randn, RandomGenerator, type Tensor } from "../tensor/index.ts";

/** [seq, batch, numClasses], or without the batch; `sharpness` scales the logits. */
export function randomLogProbs(shape: number[], seed: number, sharpness = 1): Tensor {
  return randn(shape, { generator: new RandomGenerator(seed) })
    .mul(sharpness)
    .logSoftmax(-1);
}

export interface Path {
  path: number[];
  /** Repeats merged, blanks dropped. */
  labels: number[];
  logProb: number;
}

/** Every path through log-probabilities [seq, numClasses]: numClasses to the power of seq. */
export function allPaths(logProbs: Tensor, blank: number): Path[] {
  const [seq, numClasses] = logProbs.shape;
  return Array.from({ length: numClasses ** seq }, (_, number) => {
    const path = Array.from(
      { length: seq },
      (_, t) => Math.floor(number / numClasses ** t) % numClasses,
    );
    return {
      path,
      labels: path.filter((k, t) => k !== blank && k !== path[t - 1]),
      logProb: path.reduce((sum, k, t) => sum + logProbs.data[t * numClasses + k], 0),
    };
  });
}

/** The probability of every sequence of labels that some path spells, by its labels joined. */
export function allLabellings(logProbs: Tensor, blank: number): Map<string, number> {
  const total = new Map<string, number>();
  for (const { labels, logProb } of allPaths(logProbs, blank)) {
    const key = labels.join();
    total.set(key, (total.get(key) ?? 0) + Math.exp(logProb));
  }
  return total;
}
