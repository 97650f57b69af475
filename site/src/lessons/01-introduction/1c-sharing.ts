/** @file 1C. How many parameters do T steps cost, with a matrix per step and with one for all? */

import { nn } from "unrolled";
import { defineExperiment } from "../../experiments/experiment.ts";

const INPUT = 16;
const HIDDEN = 32;
/** The chapter's numbers. */
const MLP_AT_5 = 2592;
const MLP_AT_100 = 51_232;
const RNN = 1568;

export const experiment = defineExperiment({
  id: "1C",
  title: "One set of weights for every step",
  knobs: {
    T: { kind: "number", label: "steps T", min: 1, max: 200, step: 1, default: 100 },
  },
  prediction: {
    question:
      "A feedforward layer of 32 units reads 5 steps of 16 numbers with 2,592 parameters. How many does it need for 100 steps?",
    answers: [
      {
        text: "51,232: nearly twenty times as many",
        isRight: true,
        feedback: "Every step has a matrix of its own: 100 · 16 · 32 weights and 32 biases.",
      },
      {
        text: "2,592: the layer stays the same",
        isRight: false,
        feedback:
          "Its input has grown from 80 numbers to 1,600, and each of them has a weight to each of the 32 units.",
      },
      {
        text: "About 3,200: a little more than before",
        isRight: false,
        feedback: "Nothing is shared between steps: 95 more steps bring 95 · 16 · 32 weights.",
      },
    ],
  },
  expected:
    "The feedforward layer grows with T: 2,592 parameters at T = 5, 51,232 at T = 100. The recurrent one has 1,568 throughout.",
  otherwise: "The counts come from the layers themselves: a difference would be a fault in them.",
  isInstant: true,

  async *run({ T }) {
    const lengths = [...new Set([1, 5, 10, 20, 50, 100, 150, 200, T])]
      .filter((length) => length <= Math.max(T, 100))
      .sort((a, b) => a - b);
    const rows = lengths.map((length) => ({ length, mlp: mlp(length), rnn: rnn() }));
    const here = rows.find(({ length }) => length === T)!;
    const at = (length: number) => rows.find((row) => row.length === length)!;

    yield {
      progress: 1,
      summary: `For T = ${T}: feedforward ${count(here.mlp)} parameters, recurrent ${count(here.rnn)}.`,
      plots: [
        {
          kind: "lines",
          title: "Parameters of one layer of 32 units",
          x: { label: "steps T" },
          y: { label: "parameters", scale: "log", domain: [500, 120_000] },
          series: [
            {
              name: "feedforward",
              role: "feedforward",
              points: rows.map(({ length, mlp }) => [length, mlp] as const),
            },
            {
              name: "RNN",
              role: "rnn",
              points: rows.map(({ length, rnn }) => [length, rnn] as const),
            },
          ],
        },
      ],
      tables: [
        {
          title: "Parameters, counted on the layers",
          columns: ["T", "feedforward: T·d·h + h", "RNN: h·(d + h + 1)"],
          rows: rows.map(({ length, mlp, rnn }) => [length, count(mlp), count(rnn)]),
        },
      ],
      claims: [
        { says: "feedforward, T = 5", observed: at(5).mlp, expected: [MLP_AT_5, MLP_AT_5] },
        { says: "feedforward, T = 100", observed: at(100).mlp, expected: [MLP_AT_100, MLP_AT_100] },
        { says: `RNN, T = ${T}`, observed: here.rnn, expected: [RNN, RNN] },
      ],
    };
  },
});

function mlp(length: number): number {
  return size(new nn.Linear(length * INPUT, HIDDEN));
}

/** With one bias, as the equation has it; PyTorch's form has two, 32 numbers more. */
function rnn(): number {
  return size(new nn.RNN(INPUT, HIDDEN)) - HIDDEN;
}

function size(layer: nn.Module): number {
  return [...layer.parameters()].reduce((sum, { size }) => sum + size, 0);
}

function count(number: number): string {
  return number.toLocaleString("en");
}
