/**
 * @file The temporal order problem: in which order did the two or three symbols that matter come?
 */

import { ArgumentError, checkProbability, checkSize } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import {
  checkOneOf,
  shareAllRight,
  smallestReaching,
  type LengthOrLag,
  type MemoryTask,
} from "./memory-task.ts";

export interface TemporalOrderOptions extends LengthOrLag {
  /** How many symbols matter: the paper's experiment 6a has two, 6b three. Default: 2. */
  symbols?: 2 | 3;
  /** The share of the other symbols that are random; the rest are all the same. Default: 1. */
  noise?: number;
}

/** Where each symbol that matters may stand, as shares of `length`; each window is `length`/10 wide. */
const WINDOWS = { 2: [0.1, 0.5], 3: [0.1, 0.33, 0.66] };

const FIRST = 0;
const LAST = 1;
/** a b c d */
const OTHERS = { from: 2, count: 4 };
const X = 6;
const Y = 7;

/**
 * Temporal order (Hochreiter & Schmidhuber 1997, "Long short-term memory", experiment 6). Input
 * [batch, seq], eight ids: E = 0 at the start, B = 1 at the end, X = 6 or Y = 7 at two or three random
 * steps, and between them random symbols of a b c d = 2 … 5. Target [batch]: the order,
 *
 *   two     XX → 0,  XY → 1,  YX → 2,  YY → 3                          (the paper's Q R S U)
 *   three   X X X → 0,  X X Y → 1,  X Y X → 2,  …  Y Y Y → 7             (Q R S U V A B C)
 *
 * `length` is the shortest; each batch has a random one up to `length` + `length`/10. With 100 the
 * steps that matter are, as in the paper, from 10 to 20 and from 50 to 60; with three symbols from 10
 * to 20, 33 to 43, and 66 to 76, the E being step 0. With another length these windows scale. With
 * `lag` instead of `length`, the shortest sequences in which the first of them may lie that far before
 * the end.
 *
 * Without memory, all orders are equally likely: ln 4 or ln 8. Solved is a sequence whose right order
 * has the highest score. (The paper, which trained with squared error, asked for an error below 0.3
 * at every output.)
 *
 * `noise` 0 makes all symbols that do not matter `a`.
 *
 * @throws ArgumentError if neither or both of `length` and `lag` are given, or `length` is below
 *   symbols + 2
 *
 * @example
 * const task = temporalOrder({ length: 100 });
 * task.length; // 110
 * task.lag; // 99
 * task.baseline.score; // 1.386
 * const { input, targets } = temporalOrder({ length: 7 }).batch(1, new RandomGenerator(2));
 * input.toArray(); // [[0, 6, 3, 5, 7, 2, 1]]
 * targets.toArray(); // [1]
 */
export function temporalOrder({
  length,
  lag,
  symbols = 2,
  noise = 1,
}: TemporalOrderOptions): MemoryTask {
  checkOneOf("temporalOrder", { length, lag });
  if (symbols !== 2 && symbols !== 3) {
    throw new ArgumentError(`temporalOrder: expected symbols 2 or 3, got ${String(symbols)}.`);
  }
  checkProbability("temporalOrder", "noise", noise);
  if (lag !== undefined) checkSize("temporalOrder", "lag", lag);
  const shortest = symbols + 2;
  const longestLag = (steps: number) =>
    steps + Math.floor(steps / 10) - 1 - windowsOf(steps, symbols)[0].from;
  const minLength = length ?? smallestReaching(lag ?? 0, shortest, longestLag);
  checkSize("temporalOrder", "length", minLength, shortest);

  const windows = windowsOf(minLength, symbols);
  const longer = Math.floor(minLength / 10);
  const classes = 2 ** symbols;
  return {
    name: "temporal-order",
    inputSize: 8,
    inputKind: "ids",
    outputSize: classes,
    form: "classification",
    lag: longestLag(minLength),
    length: minLength + longer,
    baseline: { score: Math.log(classes), what: `an even guess among ${classes} orders` },
    loss: "cross-entropy",
    batch(batchSize, generator) {
      checkSize("temporalOrder, batch", "batchSize", batchSize);
      const steps = minLength + generator.integer(longer + 1);
      const input = new Int32Array(batchSize * steps).fill(OTHERS.from);
      const targets = new Int32Array(batchSize);
      for (let b = 0; b < batchSize; b++) {
        const sequence = input.subarray(b * steps, (b + 1) * steps);
        for (let t = 0; noise > 0 && t < steps; t++) {
          if (generator.random() < noise) {
            sequence[t] = OTHERS.from + generator.integer(OTHERS.count);
          }
        }
        sequence[0] = FIRST;
        sequence[steps - 1] = LAST;
        for (const { from, to } of windows) {
          const isY = generator.integer(2);
          sequence[from + generator.integer(to - from + 1)] = isY ? Y : X;
          targets[b] = 2 * targets[b] + isY;
        }
      }
      return {
        input: tensor(input, { shape: [batchSize, steps] }),
        targets: tensor(targets),
      };
    },
    successRate: (predictions, targets) =>
      shareAllRight("temporalOrder, successRate", predictions, targets),
  };
}

/** The steps at which each symbol that matters may stand, both ends included. */
function windowsOf(steps: number, symbols: 2 | 3): { from: number; to: number }[] {
  return WINDOWS[symbols].map((share) => ({
    from: Math.max(1, Math.round(share * steps)),
    to: Math.min(steps - 2, Math.max(1, Math.round((share + 0.1) * steps))),
  }));
}
