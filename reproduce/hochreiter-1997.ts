/**
 * @file Hochreiter and Schmidhuber 1997, experiments 4 and 6a: how many sequences until the adding
 * problem and that of temporal order are solved.
 */

import { addingProblem, temporalOrder } from "unrolled";
import { trainUntilSolved } from "./memory.ts";
import type { PublishedTable, Row } from "./table.ts";

const PUBLISHED: Record<number, number> = { 100: 74_000, 500: 209_000 };

function adding(T: number): Row {
  return {
    name: `adding-${T}`,
    what: `Adding problem, T = ${T}`,
    published: PUBLISHED[T],
    unit: "sequences",
    better: "lower",
    digits: 0,
    settings: "LSTM of 16, Adam 0.01, batches of 16, chrono initialisation",
    remark:
      "A modern LSTM (1,297 weights, with forget gates) and Adam against their 93 weights and plain " +
      "online gradient descent; their task and their criterion: 2,000 sequences in a row with an " +
      "error below 0.04, and the mean of those below 0.01",
    seeds: T === 100 ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1, 2, 3],
    hoursPerSeed: T === 100 ? 0.002 : 0.02,
    run: (context) =>
      trainUntilSolved(context, {
        task: addingProblem({ length: T, definition: "hochreiter" }),
        cell: "LSTM",
        hiddenSize: 16,
        recipe: { recurrent: "orthogonal", chrono: T },
        batchSize: 16,
        lr: 0.01,
        clipNorm: 1,
        errorBelow: 0.01,
        inARow: 2000,
        maxSequences: 10 * PUBLISHED[T],
      }),
  };
}

const TEMPORAL_ORDER: Row = {
  name: "temporal-order",
  what: "Temporal order of two symbols (6a)",
  published: 31_390,
  unit: "sequences",
  better: "lower",
  digits: 0,
  settings: "LSTM of 16, Adam 0.01, batches of 16, chrono initialisation",
  remark:
    "Softmax and cross-entropy instead of four sigmoids and squared error; their criterion: 2,000 " +
    "sequences in a row with every output less than 0.3 off, and a mean error below 0.1",
  seeds: [1, 2, 3, 4, 5],
  hoursPerSeed: 0.002,
  run: (context) =>
    trainUntilSolved(context, {
      task: temporalOrder({ length: 100 }),
      cell: "LSTM",
      hiddenSize: 16,
      recipe: { recurrent: "orthogonal", chrono: 100 },
      batchSize: 16,
      lr: 0.01,
      clipNorm: 1,
      errorBelow: 0.1,
      inARow: 2000,
      maxSequences: 313_900,
    }),
};

export const HOCHREITER_1997: PublishedTable = {
  name: "hochreiter-1997",
  title: "Sequences until a task with a long lag is solved",
  source:
    "Hochreiter and Schmidhuber 1997, “Long short-term memory”, experiments 4 and 6, tables 7 and 9",
  checked: "numbers and criterion read in the paper",
  rows: [adding(100), adding(500), TEMPORAL_ORDER],
};
