/**
 * @file Parity: is the number of ones odd?
 */

import { ArgumentError, checkSize } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import { checkOneOf, shareAllRight, type LengthOrLag, type MemoryTask } from "./memory-task.ts";

export interface ParityOptions extends LengthOrLag {
  /** Ask at the last step alone, or at every step for the bits so far. Default: `"last"`. */
  answers?: "last" | "every";
}

/**
 * Parity (Minsky & Papert 1969, "Perceptrons"; for recurrent networks: Hochreiter & Schmidhuber 1996,
 * "LSTM can solve hard long time lag problems", section 2). Input [batch, length], random bits as ids
 * 0 and 1; target: 1 if the number of ones is odd. One forgotten or misread bit spoils the answer, so
 * nothing short of all of them helps.
 *
 * With answers at `"last"`, targets [batch]: the whole sequence's parity. Of all functions of the bits,
 * gradients tell this one least apart from the others (Shalev-Shwartz, Shamir & Shammah 2017,
 * "Failures of gradient-based deep learning"). With answers at `"every"` step, targets
 * [batch, length]: that of the bits so far, which is much easier to learn, since each answer is the
 * one before and one bit. Either way the first bit still matters at the end: lag = length − 1.
 *
 * Without memory the answer is even money, ln 2, wherever there is an earlier bit: for `"last"`
 * ln 2 (0 with length 1, where the only bit is the answer); for `"every"` (length − 1)/length · ln 2,
 * if a model knows which step is the first. Solved is a sequence whose every answer is right.
 *
 * @throws ArgumentError if neither or both of `length` and `lag` are given, or one is too small:
 *   length 1, lag 0
 *
 * @example
 * parity({ length: 10 }).baseline.score; // 0.6931
 * const task = parity({ length: 10, answers: "every" });
 * task.baseline.score; // 0.6238
 * const { input, targets } = task.batch(1, new RandomGenerator(1));
 * input.toArray(); // [[0, 1, 0, 0, 0, 0, 0, 0, 1, 1]]
 * targets.toArray(); // [[0, 1, 1, 1, 1, 1, 1, 1, 0, 1]]
 */
export function parity({ length, lag, answers = "last" }: ParityOptions): MemoryTask {
  checkOneOf("parity", { length, lag });
  if (answers !== "last" && answers !== "every") {
    throw new ArgumentError(
      `parity: expected answers "last" or "every", got ${JSON.stringify(answers)}.`,
    );
  }
  if (lag !== undefined) checkSize("parity", "lag", lag, 0);
  const steps = length ?? (lag ?? 0) + 1;
  checkSize("parity", "length", steps);

  const every = answers === "every";
  const uncertain = every ? (steps - 1) / steps : steps > 1 ? 1 : 0;
  return {
    name: "parity",
    inputSize: 2,
    inputKind: "ids",
    outputSize: 2,
    form: every ? "labelling" : "classification",
    lag: steps - 1,
    length: steps,
    baseline: {
      score: uncertain * Math.LN2,
      what: every ? "the first bit, and even money after it" : "even money",
    },
    loss: "cross-entropy",
    batch(batchSize, generator) {
      checkSize("parity, batch", "batchSize", batchSize);
      const input = Int32Array.from({ length: batchSize * steps }, () => generator.integer(2));
      const soFar = new Int32Array(input.length);
      input.forEach((bit, i) => (soFar[i] = i % steps === 0 ? bit : soFar[i - 1] ^ bit));
      const shape = [batchSize, steps];
      const all = tensor(soFar, { shape });
      return { input: tensor(input, { shape }), targets: every ? all : all.select(1, -1) };
    },
    successRate: (predictions, targets) =>
      shareAllRight("parity, successRate", predictions, targets),
  };
}
