/**
 * @file The copy memory task: symbols, a long wait, the same symbols again.
 */

import { checkProbability, checkSize } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import { checkOneOf, shareAllRight, type MemoryTask } from "./memory-task.ts";

export interface CopyMemoryOptions {
  /** The T of the papers: steps from the last symbol to the delimiter. */
  blanks?: number;
  /** Instead: steps from each symbol to where it is to be said again, `blanks + copyLength`. */
  lag?: number;
  /** Different symbols. Default: 8. */
  symbols?: number;
  /** Symbols to remember. Default: 10. */
  copyLength?: number;
  /** The share of the steps before the delimiter that show a random symbol instead of a blank. Default: 0. */
  noise?: number;
}

/**
 * Copy memory (Arjovsky, Shah & Bengio 2016, "Unitary evolution recurrent neural networks", section
 * 5.1, after Hochreiter & Schmidhuber 1997). With S `symbols`, K = `copyLength`, T = `blanks`:
 *
 *   input    s₁ … s_K   T − 1 blanks   delimiter   K blanks        [batch, T + 2K] ids
 *   target   T + K blanks                          s₁ … s_K        [batch, T + 2K] class ids
 *
 * Symbols are the ids 0 … S − 1, the blank is S, the delimiter S + 1. The delimiter is never an
 * answer, so there are S + 1 classes. With the paper's S = 8 and K = 10 there are ten ids.
 *
 * Without memory the best is a blank where there must be one, and an even guess at the last K steps:
 * K · ln S / (T + 2K). Solved is a sequence whose every step is right.
 *
 * `noise` writes random symbols over blanks between the last symbol and the delimiter; the target
 * stays.
 *
 * @throws ArgumentError if neither or both of `blanks` and `lag` are given, or a number is too small:
 *   at least 1 blank, that is a lag of copyLength + 1
 *
 * @example
 * const task = copyMemory({ blanks: 1000 });
 * task.length; // 1020
 * task.lag; // 1010
 * task.baseline.score; // 0.0204
 * const { input, targets } = copyMemory({ blanks: 2, copyLength: 3 }).batch(1, new RandomGenerator(1));
 * input.toArray(); // [[1, 5, 0, 8, 9, 8, 8, 8]]
 * targets.toArray(); // [[8, 8, 8, 8, 8, 1, 5, 0]]
 */
export function copyMemory({
  blanks,
  lag,
  symbols = 8,
  copyLength = 10,
  noise = 0,
}: CopyMemoryOptions): MemoryTask {
  checkOneOf("copyMemory", { blanks, lag });
  checkSize("copyMemory", "symbols", symbols, 2);
  checkSize("copyMemory", "copyLength", copyLength);
  checkProbability("copyMemory", "noise", noise);
  if (lag !== undefined) checkSize("copyMemory", "lag", lag, copyLength + 1);
  const T = blanks ?? (lag ?? 0) - copyLength;
  checkSize("copyMemory", "blanks", T);

  const blank = symbols;
  const delimiter = symbols + 1;
  const length = T + 2 * copyLength;
  return {
    name: "copy-memory",
    inputSize: symbols + 2,
    inputKind: "ids",
    outputSize: symbols + 1,
    form: "labelling",
    lag: T + copyLength,
    length,
    baseline: {
      score: (copyLength * Math.log(symbols)) / length,
      what: `blanks, and an even guess among ${symbols} symbols at the last ${copyLength} steps`,
    },
    loss: "cross-entropy",
    batch(batchSize, generator) {
      checkSize("copyMemory, batch", "batchSize", batchSize);
      const input = new Int32Array(batchSize * length).fill(blank);
      const targets = new Int32Array(batchSize * length).fill(blank);
      for (let start = 0; start < input.length; start += length) {
        for (let k = 0; k < copyLength; k++) {
          const symbol = generator.integer(symbols);
          input[start + k] = symbol;
          targets[start + T + copyLength + k] = symbol;
        }
        const end = start + copyLength + T - 1;
        for (let i = start + copyLength; noise > 0 && i < end; i++) {
          if (generator.random() < noise) input[i] = generator.integer(symbols);
        }
        input[end] = delimiter;
      }
      const shape = [batchSize, length];
      return { input: tensor(input, { shape }), targets: tensor(targets, { shape }) };
    },
    successRate: (predictions, targets) =>
      shareAllRight("copyMemory, successRate", predictions, targets),
  };
}
