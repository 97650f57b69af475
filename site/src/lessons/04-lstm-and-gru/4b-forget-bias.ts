/**
 * @file 4B. What comes back over 100 steps: the whole gradient and the product of the gates that keep,
 * for the LSTM's forget bias and the GRU's update bias.
 */

import { defineExperiment, type Claim, type Findings } from "../../experiments/experiment.ts";
import type { Series } from "../../experiments/plot.ts";
import { gradientPaths, SEQ, type Paths } from "./paths.ts";

type CellName = "lstm" | "gru";

/**
 * The biases of the table, and what comes back: one network's, over seeds 1–8, spreads from the first
 * number of the comment to the second; the table gives the geometric mean of three.
 */
// prettier-ignore
const TABLE: { cell: CellName; bias: number; expected: [low: number, high: number] }[] = [
  { cell: "lstm", bias: 0, expected: [3e-24, 2e-20] }, // 6e-24 … 4e-21
  { cell: "lstm", bias: 1, expected: [2e-10, 5e-8] }, //  3e-10 … 3e-8
  { cell: "lstm", bias: 2, expected: [1e-3, 3e-2] }, //   1.4e-3 … 1.8e-2
  { cell: "lstm", bias: 3, expected: [0.1, 0.9] }, //     0.15 … 0.78
  { cell: "gru", bias: 0, expected: [3e-24, 5e-20] }, //  6e-24 … 1.7e-20
  { cell: "gru", bias: 2, expected: [5e-6, 4e-5] }, //    9e-6 … 2.4e-5
  { cell: "gru", bias: 3, expected: [5e-3, 2e-2] }, //    6.8e-3 … 1.2e-2
  { cell: "gru", bias: 5, expected: [0.4, 0.6] }, //      0.45 … 0.51
];
const NUM_SEEDS = 3;
/** The foot of the logarithmic axis. */
const FLOOR = 1e-40;

export const experiment = defineExperiment({
  id: "4B",
  title: "The forget bias, and what comes back",
  knobs: {
    forget: {
      kind: "number",
      label: "forget bias b_f of the LSTM",
      min: -2,
      max: 6,
      step: 0.5,
      default: 1,
    },
    update: {
      kind: "number",
      label: "update bias b_z of the GRU (z keeps)",
      min: -2,
      max: 6,
      step: 0.5,
      default: 2,
    },
  },
  prediction: {
    question:
      "A fresh LSTM, all biases 0, reads 100 steps of noise. How much of a gradient of length 1 at the end reaches the start of its cell state?",
    answers: [
      {
        text: "Most of it: preserving gradients is what the LSTM is for",
        isRight: false,
        feedback:
          "A fresh forget gate is near 0.5, and half of half of half, a hundred times, is nothing.",
      },
      {
        text: "About a hundredth",
        isRight: false,
        feedback: "That takes a forget bias of 2.",
      },
      {
        text: "Nothing to speak of, some 10⁻²²",
        isRight: true,
        feedback: "It vanishes as in a plain network. What helps is the bias.",
      },
    ],
  },
  expected:
    "At lag 100 the LSTM keeps some 1e-22 with a forget bias of 0, 1e-9 with 1, a hundredth with 2, a quarter with 3. The GRU with update biases of 0, 2, 3 and 5: 1e-21, 1e-5, 1e-2, a half. (Where z takes the new state, the same biases have a minus.)",
  otherwise:
    "If the gradient came back at a bias of 0, the architecture would preserve it, and not the gates. If the dashed curves agreed with the solid ones, the path through h would not matter.",

  async *run({ seed, forget, update }) {
    const lstm = gradientPaths("lstm", forget, seed);
    const gru = gradientPaths("gru", update, seed);
    const done: Row[] = [];
    const findings = (progress: number): Findings => ({
      progress,
      summary: summaryOf(lstm, gru, forget, update),
      plots: [
        {
          kind: "lines",
          title: "The gradient on its way back, float64",
          x: { label: "steps before the end", domain: [0, SEQ] },
          y: { label: "norm", scale: "log" },
          series: [
            curve(`LSTM, b_f = ${forget}: ‖∂L/∂C‖`, "lstm", lstm.whole),
            curve("its forget gates alone: ∏ f", "forget-gate", lstm.direct, true),
            curve(`GRU, b_z = ${update}: ‖∂L/∂h‖`, "gru", gru.whole),
            curve("its update gates alone: ∏ z", "update-gate", gru.direct, true),
          ],
        },
      ],
      tables: [
        {
          title: `After ${SEQ} steps, geometric means of ${NUM_SEEDS} networks`,
          columns: ["cell", "bias", "whole gradient", "product of gates alone"],
          rows: done.map(({ cell, bias, whole, direct }) => [
            cell.toUpperCase(),
            bias,
            whole.toExponential(1),
            direct.toExponential(1),
          ]),
        },
      ],
      claims: progress < 1 ? [] : done.flatMap(claimOf),
    });

    yield findings(0.05);
    for (const [at, { cell, bias, expected }] of TABLE.entries()) {
      const networks: Paths[] = [];
      for (let n = 0; n < NUM_SEEDS; n++) {
        networks.push(gradientPaths(cell, bias, seed + n));
        yield findings(0.05 + (0.94 * (at + (n + 1) / NUM_SEEDS)) / TABLE.length);
      }
      const middle = (part: keyof Paths) =>
        geometricMean(networks.map((paths) => paths[part][SEQ]));
      done.push({ cell, bias, expected, whole: middle("whole"), direct: middle("direct") });
    }
    yield findings(1);
  },
});

interface Row {
  cell: CellName;
  bias: number;
  expected: [low: number, high: number];
  whole: number;
  direct: number;
}

function claimOf({ cell, bias, whole, expected }: Row): Claim {
  const gate = cell === "lstm" ? "forget" : "update";
  return { says: `${cell.toUpperCase()}, ${gate} bias ${bias}`, observed: whole, expected };
}

function curve(name: string, role: Series["role"], norms: number[], dashed = false): Series {
  const points = norms.map((value, lag) => [lag, Math.max(value, FLOOR)] as const);
  return { name, role, points, dashed };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function summaryOf(lstm: Paths, gru: Paths, forget: number, update: number): string {
  const say = (value: number) => value.toExponential(0);
  return (
    `Over ${SEQ} steps an LSTM with forget bias ${forget} keeps ${say(lstm.whole[SEQ])} of the ` +
    `gradient, its forget gates alone ${say(lstm.direct[SEQ])}; a GRU with update bias ${update} ` +
    `keeps ${say(gru.whole[SEQ])}, its update gates alone ${say(gru.direct[SEQ])}.`
  );
}
