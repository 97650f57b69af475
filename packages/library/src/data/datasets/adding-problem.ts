/**
 * @file The adding problem: two of many numbers are marked; what is their sum?
 */

import { ArgumentError, checkSize } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import {
  checkOneOf,
  shareWithin,
  smallestReaching,
  type LengthOrLag,
  type MemoryBaseline,
  type MemoryTask,
} from "./memory-task.ts";

/** Which paper's adding problem. */
export type AddingDefinition = "arjovsky" | "hochreiter";

export interface AddingProblemOptions extends LengthOrLag {
  /** Default: `"arjovsky"`, which is also Le et al.'s and Bai et al.'s. */
  definition?: AddingDefinition;
  /** How large the numbers are that are not marked, beside those that are. Default: 1; 0: silence. */
  noise?: number;
}

/**
 * The adding problem. Input [batch, seq, 2]: a random number and a marker; target [batch, 1]: the sum
 * of the two marked numbers.
 *
 * `"arjovsky"` (Arjovsky, Shah & Bengio 2016, "Unitary evolution recurrent neural networks", section
 * 5.2; also Le, Jaitly & Hinton 2015 and Bai et al. 2018): `length` = T steps, numbers uniform in
 * [0, 1], markers 0 but for a 1 at a random step of the first half and another in the second half;
 * the target is the sum. Always answering 1 has the variance of two uniform numbers,
 * 2 · 1/12 = 1/6 = 0.1667.
 *
 * `"hochreiter"` (Hochreiter & Schmidhuber 1997, "Long short-term memory", experiment 4): `length` = T
 * is the shortest, and each batch has a random length from T to T + T/10 (with one sequence in a
 * batch, as in the paper, each sequence its own); numbers uniform in [−1, 1]; markers 0, but −1 at the
 * first and last step. One of the first ten steps is marked with 1 (with T < 20, of the first ⌊T/2⌋),
 * then one of the first ⌊T/2⌋ − 1 of those still unmarked. The first step keeps its −1 if it is
 * chosen, and its number counts as 0. The target is 0.5 + (X₁ + X₂)/4. Always answering 0.5 has, for
 * each number that counts, the variance 1/3 · 1/4² = 1/48; the expected number of those is
 * 2 − 1/n₁ − (1 − 1/n₁)/n₂, with n₁ = 10 and n₂ = ⌊T/2⌋ − 1 the choices for each mark.
 *
 * Instead of `length`, `lag` asks for the shortest sequences whose first marked number may lie that
 * far before the end: T − 1 for `"arjovsky"`, T + ⌊T/10⌋ − 2 for `"hochreiter"`.
 *
 * A sequence is solved if the error is below 4 % of the target's range. That is Hochreiter and
 * Schmidhuber's 0.04 for their targets from 0 to 1, and 0.08 for sums from 0 to 2. (Always answering
 * the mean solves 15 %.)
 *
 * Shortest: length 2 for `"arjovsky"`, where both steps are marked; 4 for `"hochreiter"`.
 *
 * @throws ArgumentError if neither or both of `length` and `lag` are given, or one is too small
 *
 * @example
 * const task = addingProblem({ length: 50 });
 * const { input, targets } = task.batch(32, new RandomGenerator(1));
 * input.shape; // [32, 50, 2]
 * targets.shape; // [32, 1]
 * task.baseline.score; // 0.1667
 * task.successRate(ones([32, 1]), targets); // 0.1875
 */
export function addingProblem({
  length,
  lag,
  definition = "arjovsky",
  noise = 1,
}: AddingProblemOptions): MemoryTask {
  checkOneOf("addingProblem", { length, lag });
  if (!(noise >= 0 && noise < Infinity)) {
    throw new ArgumentError(
      `addingProblem: expected noise to be a number from 0 on, got ${String(noise)}.`,
    );
  }
  const form = Object.hasOwn(DEFINITIONS, definition) ? DEFINITIONS[definition] : undefined;
  if (!form) {
    throw new ArgumentError(
      `addingProblem: expected definition "arjovsky" or "hochreiter", got ${JSON.stringify(definition)}.`,
    );
  }
  if (lag !== undefined) checkSize("addingProblem", "lag", lag);
  const T = length ?? smallestReaching(lag ?? 0, form.shortest, form.lag);
  checkSize("addingProblem", "length", T, form.shortest);

  return {
    name: "adding",
    inputSize: 2,
    inputKind: "features",
    outputSize: 1,
    form: "regression",
    lag: form.lag(T),
    length: form.longest(T),
    baseline: form.baseline(T),
    loss: "mse",
    batch(batchSize, generator) {
      checkSize("addingProblem, batch", "batchSize", batchSize);
      const steps = form.steps(T, generator);
      const input = new Float64Array(batchSize * steps * 2);
      const targets = new Float64Array(batchSize);
      for (let b = 0; b < batchSize; b++) {
        const sequence = input.subarray(b * steps * 2, (b + 1) * steps * 2);
        targets[b] = form.fill(sequence, T, noise, generator);
      }
      return {
        input: tensor(input, { shape: [batchSize, steps, 2], dtype: "float32" }),
        targets: tensor(targets, { shape: [batchSize, 1], dtype: "float32" }),
      };
    },
    successRate: (predictions, targets) =>
      shareWithin("addingProblem, successRate", form.tolerance, predictions, targets),
  };
}

interface Definition {
  shortest: number;
  longest: (T: number) => number;
  lag: (T: number) => number;
  tolerance: number;
  baseline: (T: number) => MemoryBaseline;
  /** The length of one batch. */
  steps: (T: number, generator: RandomGenerator) => number;
  /** Writes number, marker, number, marker, … and gives the target. */
  fill: (sequence: Float64Array, T: number, noise: number, generator: RandomGenerator) => number;
}

const DEFINITIONS: Record<AddingDefinition, Definition> = {
  arjovsky: {
    shortest: 2,
    longest: (T) => T,
    lag: (T) => T - 1,
    tolerance: 0.08,
    baseline: () => ({ score: 1 / 6, what: "always answering 1, the mean of the sums" }),
    steps: (T) => T,
    fill(sequence, T, noise, generator) {
      const half = Math.floor(T / 2);
      const first = generator.integer(half);
      const second = half + generator.integer(T - half);
      for (let t = 0; t < T; t++) {
        const marked = t === first || t === second;
        sequence[2 * t] = generator.random() * (marked ? 1 : noise);
        sequence[2 * t + 1] = marked ? 1 : 0;
      }
      return sequence[2 * first] + sequence[2 * second];
    },
  },
  hochreiter: {
    shortest: 4,
    longest: (T) => T + Math.floor(T / 10),
    // The first step never counts, so the second is the first that may have to be remembered.
    lag: (T) => T + Math.floor(T / 10) - 2,
    tolerance: 0.04,
    baseline(T) {
      const { firstChoices, secondChoices } = hochreiterChoices(T);
      const numbers = 2 - 1 / firstChoices - (1 - 1 / firstChoices) / secondChoices;
      return { score: numbers / 48, what: "always answering 0.5, the mean of the targets" };
    },
    steps: (T, generator) => T + generator.integer(Math.floor(T / 10) + 1),
    fill(sequence, T, noise, generator) {
      const { firstChoices, secondChoices } = hochreiterChoices(T);
      const first = generator.integer(firstChoices);
      const other = generator.integer(secondChoices);
      const second = other < first ? other : other + 1; // steps still unmarked
      const steps = sequence.length / 2;
      let sum = 0;
      for (let t = 0; t < steps; t++) {
        const counts = t > 0 && (t === first || t === second);
        const value = (2 * generator.random() - 1) * (counts ? 1 : noise);
        sequence[2 * t] = value;
        sequence[2 * t + 1] = t === 0 || t === steps - 1 ? -1 : counts ? 1 : 0;
        if (counts) sum += value;
      }
      return 0.5 + sum / 4;
    },
  },
};

function hochreiterChoices(T: number): { firstChoices: number; secondChoices: number } {
  const half = Math.floor(T / 2);
  return { firstChoices: Math.min(10, half), secondChoices: half - 1 };
}
