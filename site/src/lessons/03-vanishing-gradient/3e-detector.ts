/**
 * @file 3E. A detector that looks at the norm of each weight's gradient, as it stands after
 * `backward()`, beside the parts of which that gradient is the sum, one for every step.
 *
 *   ∂L/∂W = Σₜ δₜ·hₜ₋₁ᵀ      δₜ = ∂L/∂(sum at step t)
 */

import {
  atDefaults,
  defineExperiment,
  type Claim,
  type Findings,
  type Knobs,
} from "../../experiments/experiment.ts";
import type { Cell } from "../../experiments/classifier.ts";
import { flowOf, power } from "./gradient-norms.ts";

/** What the detector takes for a gradient that vanishes or explodes: common thresholds. */
const VANISHING = 1e-6;
const EXPLODING = 100;

const KNOBS = {
  lag: {
    kind: "number",
    label: "look at the step so many before the end",
    min: 5,
    max: 200,
    step: 5,
    default: 100,
  },
} satisfies Knobs;

/** Each as it is usually begun; the last two as the next chapter recommends. */
const NETWORKS = [
  { name: "tanh RNN, orthogonal", role: "rnn", options: { cell: "tanh", radius: 1 } },
  { name: "LSTM, forget bias 3", role: "lstm", options: { cell: "lstm", gateBias: 3 } },
  { name: "GRU, update bias 5", role: "gru", options: { cell: "gru", gateBias: 5 } },
] as const satisfies { name: string; role: Cell; options: object }[];

/** One network's gradient of its recurrent weights. */
interface Measured {
  name: string;
  role: Cell;
  /** The norm of the sum. */
  whole: number;
  /** The norm of each step's part, by lag. */
  byLag: number[];
}

export const experiment = defineExperiment({
  id: "3E",
  title: "What a sum over time cannot show",
  knobs: KNOBS,
  prediction: {
    question:
      "A tanh RNN loses all but 10⁻¹² of its gradient over 100 steps. After backward(), how long is ∂L/∂W of its recurrent weights?",
    answers: [
      {
        text: "Near 10⁻¹²: the gradient has vanished",
        isRight: false,
        feedback:
          "The part of the step 100 before the end has. The gradient is a sum over all steps, and the last ones have nothing to lose.",
      },
      {
        text: "About 3, as in a healthy network",
        isRight: true,
        feedback:
          "The last few steps make up nearly all of it. A norm of 3 says that something is learned, and nothing about from how far back.",
      },
      {
        text: "It depends on the length: the longer the sequence, the smaller",
        isRight: false,
        feedback: "Further steps add parts that are smaller and smaller. The sum does not fall.",
      },
    ],
  },
  expected:
    "All three norms lie between 0.01 and 10, and the detector says healthy three times. By lag, the RNN's parts fall along a straight line to some 10⁻¹² of the sum; those of the gated networks with their biases set stay within a few powers of ten.",
  otherwise:
    "A norm below the threshold at this length would mean that the sum does show what happens far back.",
  isInstant: true,

  async *run(settings) {
    const { lag, seed } = settings;
    const isClaimed = atDefaults(KNOBS, settings);
    const measured: Measured[] = [];
    for (const { name, role, options } of NETWORKS) {
      // The first step reads no state, so the part of W_hh begins with the second.
      const { weights } = flowOf({ ...options, seq: lag + 2, seed });
      const { whole, byLag } = weights.find((weight) => weight.name === "weight_hh_l0")!;
      measured.push({ name, role, whole, byLag: [...byLag.subarray(0, lag + 1)] });
      const progress = measured.length / NETWORKS.length;
      yield findings(measured, lag, progress, progress === 1 && isClaimed);
    }
  },
});

/** log₁₀. Seeds 1–12: −2.5 … −1.8 and −3.1 … −2.6. */
const SHARES = { lstm: [-3.5, -1], gru: [-4, -1.7] } as const;

function verdict(norm: number): string {
  if (norm < VANISHING) return "vanishing";
  return norm > EXPLODING ? "exploding" : "healthy";
}

function findings(
  measured: readonly Measured[],
  lag: number,
  progress: number,
  isClaimed: boolean,
): Findings {
  const share = ({ byLag, whole }: Measured) => byLag[lag] / whole;
  const [rnn, ...gated] = measured;
  const claims: Claim[] = [];
  // Seeds 1–12: norms from 2.6 to 4.1, shares from 10^−12.9 to 10^−11.1.
  if (isClaimed) {
    claims.push(
      { says: "the RNN's norm, summed over time", observed: rnn.whole, expected: [1, 10] },
      {
        says: `log₁₀ of the RNN's share at lag ${lag}`,
        observed: Math.log10(share(rnn)),
        expected: [-14, -10.3],
      },
      ...gated.map((one) => ({
        says: `log₁₀ of the share at lag ${lag}: ${one.name}`,
        observed: Math.log10(share(one)),
        expected: SHARES[one.role as "lstm" | "gru"],
      })),
    );
  }
  return {
    progress,
    summary: measured
      .map(
        (one) =>
          `${one.name}: norm ${power(one.whole)}, ${verdict(one.whole)}; share of lag ${lag} ${power(share(one))}.`,
      )
      .join(" "),
    plots: [
      {
        kind: "lines",
        title: "‖∂L/∂W_hh‖: the part of each step",
        x: { label: "steps before the end" },
        y: { label: "norm of the part", scale: "log" },
        series: measured.map(({ name, role, byLag }) => ({
          name,
          role,
          points: byLag.map((norm, at): [number, number] => [at, norm]),
        })),
      },
      {
        kind: "bars",
        title: "What the detector sees: the norm of the sum",
        y: { label: "‖∂L/∂W_hh‖", scale: "log", domain: [VANISHING, EXPLODING] },
        bars: measured.map(({ name, role, whole }) => ({ name, role, value: whole })),
      },
    ],
    tables: [
      {
        title: "The recurrent weights' gradient",
        columns: [
          "network",
          "norm of the sum",
          "detector",
          `norm of the part at lag ${lag}`,
          "share",
        ],
        rows: measured.map((one) => [
          one.name,
          power(one.whole),
          verdict(one.whole),
          power(one.byLag[lag]),
          power(share(one)),
        ]),
      },
    ],
    claims,
  };
}
