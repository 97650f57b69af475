/**
 * @file Le, Jaitly and Hinton 2015: a plain RNN with relu and the identity as its initial recurrent
 * weights (IRNN) solves the adding problem.
 */

import { addingProblem } from "unrolled";
import { trainOnTask } from "./memory.ts";
import type { Cell } from "./models.ts";
import type { PublishedTable, Row } from "./table.ts";

function adding(T: number, cell: Cell & ("IRNN" | "LSTM" | "RNN")): Row {
  const lr = { IRNN: 0.0005, LSTM: 0.01, RNN: 0.001 }[cell];
  return {
    name: `adding-${T}-${cell.toLowerCase()}`,
    what: `Adding problem, T = ${T}, ${cell === "RNN" ? "RNN with tanh" : cell}`,
    published: null,
    claim:
      cell === "RNN"
        ? { text: "stays at an MSE of 0.167", holds: (mse) => mse > 0.1 }
        : { text: "an MSE well below 0.167", holds: (mse) => mse < 0.05 },
    unit: "MSE",
    better: "lower",
    digits: 4,
    settings: `1 layer of 100, Adam ${lr}, batches of 16, at most 6,000 steps`,
    remark:
      cell === "IRNN"
        ? "At T = 150 two trials of 3,000 steps (Adam 0.0005 and 0.001) were still at 0.156; theirs trained for far longer"
        : undefined,
    seeds: [1, 2, 3],
    hoursPerSeed: 0.02,
    run: (context) =>
      trainOnTask(context, {
        task: addingProblem({ length: T }),
        cell,
        hiddenSize: 100,
        recipe: cell === "LSTM" ? { recurrent: "orthogonal", chrono: T } : undefined,
        batchSize: 16,
        lr,
        clipNorm: 1,
        steps: 6000,
        stopBelow: 0.003,
      }),
  };
}

export const LE_2015: PublishedTable = {
  name: "le-2015",
  title: "Recurrent networks of rectified linear units",
  source: "Le, Jaitly and Hinton 2015, figure 1, https://arxiv.org/abs/1504.00941",
  checked: "curves, no numbers; what they show is quoted from memory",
  rows: [
    adding(150, "RNN"),
    adding(150, "LSTM"),
    adding(150, "IRNN"),
    adding(300, "LSTM"),
    adding(300, "IRNN"),
  ],
};
