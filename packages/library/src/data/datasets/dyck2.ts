/**
 * @file Dyck-2: two kinds of brackets, nested; which one must be closed next?
 */

import { ArgumentError, checkSize } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import type { RandomGenerator } from "../../tensor/random.ts";
import { checkOneOf, shareAllRight, type LengthOrLag, type MemoryTask } from "./memory-task.ts";

export interface Dyck2Options extends LengthOrLag {
  /** The most brackets open at a time. Default: 4. */
  depth?: number;
}

/**
 * Dyck-2 with bounded depth: balanced strings of ( ) and [ ], the language that context-free ones
 * are made of (Chomsky & Schützenberger 1963); for recurrent networks: Suzgun et al. 2019, "LSTM
 * networks can perform dynamic counting", and Hewitt et al. 2020, "RNNs can generate bounded
 * hierarchical languages with optimal memory".
 *
 *   input    (  [  ]  (  )  )        [batch, length] ids: ( 0, [ 1, ) 2, ] 3
 *   target   1  2  1  1  1  0        [batch, length]: the closing bracket that is legal next:
 *                                    ) 1, ] 2; 0 where none is, since nothing is open
 *
 * All shapes of `length` brackets with at most `depth` open are equally likely, and so are both
 * kinds at each opening. After an opening bracket the answer is in the input itself; after a closing
 * one it is the kind of an opening bracket that may lie up to length − 2 steps back (the first, when
 * it alone is left to close), with balanced brackets in between: a stack, where other tasks need a
 * register. Hence lag = length − 2; with `lag` instead of `length`, the shortest strings that reach it.
 *
 * Without memory, both kinds are equally likely after a closing bracket, if anything is open. Let
 * cₜ be the probability that step t closes a bracket, and qₜ that then nothing is open. A model that
 * knows t and what it reads there reaches
 *
 *   1/length · Σₜ cₜ · ( −qₜ ln qₜ − (1 − qₜ) ln(1 − qₜ) + (1 − qₜ) ln 2 )
 *
 * and both follow exactly from counting the ways to go on. Solved is a string whose every step is
 * right.
 *
 * @throws ArgumentError if neither or both of `length` and `lag` are given; if `length` is odd or
 *   below 4, `lag` below 1 or `depth` below 2: "()" and "()[]" need no memory
 *
 * @example
 * const task = dyck2({ length: 6 });
 * task.baseline.score; // 0.2023
 * const { input, targets } = task.batch(1, new RandomGenerator(1));
 * input.toArray(); // [[1, 0, 2, 0, 2, 3]]
 * targets.toArray(); // [[2, 1, 2, 1, 2, 0]]
 */
export function dyck2({ length, lag, depth = 4 }: Dyck2Options): MemoryTask {
  checkOneOf("dyck2", { length, lag });
  checkSize("dyck2", "depth", depth, 2);
  if (lag !== undefined) checkSize("dyck2", "lag", lag);
  const steps = length ?? Math.max(4, 2 * Math.ceil(((lag ?? 0) + 2) / 2));
  checkSize("dyck2", "length", steps, 4);
  if (steps % 2 !== 0) {
    throw new ArgumentError(
      `dyck2: expected an even length, since every bracket is closed, got ${steps}.`,
    );
  }

  const opens = openingProbabilities(steps, depth);
  return {
    name: "dyck2",
    inputSize: 4,
    inputKind: "ids",
    outputSize: 3,
    form: "labelling",
    lag: steps - 2,
    length: steps,
    baseline: {
      score: memorylessEntropy(opens) / steps,
      what: "the bracket just opened; after a closing one, how often each answer is right there",
    },
    loss: "cross-entropy",
    batch(batchSize, generator) {
      checkSize("dyck2, batch", "batchSize", batchSize);
      const input = new Int32Array(batchSize * steps);
      const targets = new Int32Array(batchSize * steps);
      for (let start = 0; start < input.length; start += steps) {
        writeString(input.subarray(start), targets.subarray(start), opens, generator);
      }
      const shape = [batchSize, steps];
      return { input: tensor(input, { shape }), targets: tensor(targets, { shape }) };
    },
    successRate: (predictions, targets) =>
      shareAllRight("dyck2, successRate", predictions, targets),
  };
}

/**
 * For every step t and number h of open brackets before it: the probability that the step opens
 * another, if all ways to reach `steps` with none open are equally likely.
 */
function openingProbabilities(steps: number, depth: number): Float64Array[] {
  // How many ways there are to finish from h open brackets, up to a factor for the whole row: only
  // ratios within a row are used, and the numbers themselves would soon be too large.
  let ways = new Float64Array(depth + 2);
  ways[0] = 1;
  const opens: Float64Array[] = [];
  for (let t = steps - 1; t >= 0; t--) {
    const before = new Float64Array(depth + 2);
    const open = new Float64Array(depth + 1);
    for (let h = 0; h <= depth; h++) {
      const up = h < depth ? ways[h + 1] : 0;
      const down = h > 0 ? ways[h - 1] : 0;
      before[h] = up + down;
      open[h] = up / (up + down || 1);
    }
    const most = Math.max(...before);
    ways = before.map((n) => n / most);
    opens.unshift(open);
  }
  return opens;
}

function memorylessEntropy(opens: Float64Array[]): number {
  let total = 0;
  let height = new Float64Array(opens[0].length + 1); // the probability of h open brackets
  height[0] = 1;
  for (const open of opens) {
    const next = new Float64Array(height.length);
    let closes = 0;
    let closesLast = 0;
    open.forEach((opening, h) => {
      const closing = height[h] * (1 - opening);
      next[h + 1] += height[h] * opening;
      if (h === 0) return;
      next[h - 1] += closing;
      closes += closing;
      if (h === 1) closesLast = closing;
    });
    // c · ( −q ln q − (1 − q) ln(1 − q) + (1 − q) ln 2 ), with c·q = closesLast
    const rest = closes - closesLast;
    if (closesLast > 0) total -= closesLast * Math.log(closesLast / closes);
    if (rest > 0) total -= rest * Math.log(rest / closes / 2);
    height = next;
  }
  return total;
}

function writeString(
  input: Int32Array,
  targets: Int32Array,
  opens: Float64Array[],
  generator: RandomGenerator,
): void {
  const stack: number[] = [];
  for (const [t, open] of opens.entries()) {
    if (generator.random() < open[stack.length]) {
      const kind = generator.integer(2);
      stack.push(kind);
      input[t] = kind;
    } else {
      input[t] = 2 + stack.pop()!;
    }
    targets[t] = stack.length === 0 ? 0 : 1 + stack.at(-1)!;
  }
}
