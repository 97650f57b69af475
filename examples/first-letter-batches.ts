/**
 * @file Data for `first-training-step.ts`: random strings, whose target is their first letter.
 */

import { RandomGenerator, tensor, type Tensor } from "unrolled";

export interface FirstLetterBatch {
  ids: Tensor; //     [batch, length], letters 0 to 25
  targets: Tensor; // [batch], the first letter of each
}

export function firstLetterBatches(options: { length: number; batchSize: number; seed: number }): {
  train: FirstLetterBatch[];
  held: FirstLetterBatch;
} {
  const generator = new RandomGenerator(options.seed);
  const batch = (): FirstLetterBatch => {
    const { batchSize, length } = options;
    const ids = Int32Array.from({ length: batchSize * length }, () => generator.integer(26));
    const targets = Int32Array.from({ length: batchSize }, (_, i) => ids[i * length]);
    return { ids: tensor(ids, { shape: [batchSize, length] }), targets: tensor(targets) };
  };
  return { train: Array.from({ length: 200 }, batch), held: batch() };
}
