/**
 * @file Delayed recall: one symbol at the start, a long wait, and which one was it?
 */

import { checkProbability, checkSize } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import { shareAllRight, type MemoryTask } from "./memory-task.ts";

export interface DelayedRecallOptions {
  /** Steps from the symbol to the question. */
  lag: number;
  /** Different symbols to remember. Default: 8. */
  classes?: number;
  /** Different symbols in between, none of them one to remember. Default: 4. */
  distractors?: number;
  /** The share of the steps in between that are random; the rest show the first distractor. Default: 1. */
  noise?: number;
}

/**
 * Delayed recall: the smallest task with a lag, Bengio, Simard & Frasconi's latch (1994, "Learning
 * long-term dependencies with gradient descent is difficult", section III) with more than two things
 * to latch, and Hochreiter & Schmidhuber's experiment 2 (1997) with the answer asked at the end alone.
 *
 *   input    s   d d … d   ?         [batch, lag + 1] ids
 *   target                 s         [batch] class ids
 *
 * s is one of `classes` symbols, with ids from 0; the lag − 1 d's are from `distractors` others, whose
 * ids follow; the question ? is the last id. With a lag of 1, the question follows the symbol.
 *
 * Without memory, all symbols are equally likely: ln(classes). Solved is a sequence whose symbol has
 * the highest score.
 *
 * @throws ArgumentError if a number is too small: lag 1, classes 2, distractors 1
 *
 * @example
 * const task = delayedRecall({ lag: 6, classes: 3 });
 * task.baseline.score; // 1.0986
 * const { input, targets } = task.batch(2, new RandomGenerator(1));
 * input.toArray(); // [[0, 3, 4, 4, 5, 6, 7], [1, 6, 4, 4, 6, 6, 7]]
 * targets.toArray(); // [0, 1]
 */
export function delayedRecall({
  lag,
  classes = 8,
  distractors = 4,
  noise = 1,
}: DelayedRecallOptions): MemoryTask {
  checkSize("delayedRecall", "lag", lag);
  checkSize("delayedRecall", "classes", classes, 2);
  checkSize("delayedRecall", "distractors", distractors);
  checkProbability("delayedRecall", "noise", noise);

  const length = lag + 1;
  const question = classes + distractors;
  return {
    name: "delayed-recall",
    inputSize: question + 1,
    inputKind: "ids",
    outputSize: classes,
    form: "classification",
    lag,
    length,
    baseline: { score: Math.log(classes), what: `an even guess among ${classes} symbols` },
    loss: "cross-entropy",
    batch(batchSize, generator) {
      checkSize("delayedRecall, batch", "batchSize", batchSize);
      const input = new Int32Array(batchSize * length).fill(classes);
      const targets = new Int32Array(batchSize);
      for (let b = 0; b < batchSize; b++) {
        const sequence = input.subarray(b * length, (b + 1) * length);
        targets[b] = sequence[0] = generator.integer(classes);
        for (let t = 1; noise > 0 && t < lag; t++) {
          if (generator.random() < noise) sequence[t] = classes + generator.integer(distractors);
        }
        sequence[lag] = question;
      }
      return {
        input: tensor(input, { shape: [batchSize, length] }),
        targets: tensor(targets),
      };
    },
    successRate: (predictions, targets) =>
      shareAllRight("delayedRecall, successRate", predictions, targets),
  };
}
