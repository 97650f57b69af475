/**
 * @file 3A. A gradient of length 1 comes in at the last state. How long is it at every state before?
 *
 *   hₜ = tanh(W·hₜ₋₁ + noise)      L = u·h_T, ‖u‖ = 1
 *
 * 32 units; W is orthogonal times ρ, so that ρ is its spectral radius and its largest singular value.
 */

import type { LagExperimentOptions } from "unrolled";
import {
  atDefaults,
  defineExperiment,
  type Claim,
  type Findings,
  type Knobs,
} from "../../experiments/experiment.ts";
import type { Role, Series } from "../../experiments/plot.ts";
import { geometricMean, normsByLag, power } from "./gradient-norms.ts";

/** Each row of the table is drawn so many times: weights and noise differ. */
const DRAWS = 5;

const KNOBS = {
  cell: {
    kind: "choice",
    label: "cell",
    options: ["tanh", "linear", "relu", "LSTM", "GRU"],
    default: "tanh",
  },
  radius: {
    kind: "number",
    label: "spectral radius ρ (not for LSTM and GRU)",
    min: 0.5,
    max: 2,
    step: 0.05,
    default: 1.1,
  },
  length: { kind: "number", label: "steps T", min: 10, max: 200, step: 10, default: 100 },
} satisfies Knobs;

type Cell = NonNullable<LagExperimentOptions["cell"]>;
const ROLES: Readonly<Record<Cell, Role>> = {
  tanh: "rnn",
  linear: "rnn",
  relu: "rnn",
  lstm: "lstm",
  gru: "gru",
};

/** What the table holds for tanh, and between which powers of ten its means were seen. */
interface Row {
  name: string;
  options: LagExperimentOptions;
  /** log₁₀ of the least and of the most that is expected at lag 100. */
  expected: readonly [low: number, high: number];
}
// The means of ten groups of draws, seeds 1–50: −38.5 … −38.3, −15.8 … −15.3, −12.3 … −11.7,
// −9.3 … −8.5, −1.5 … −0.5, 3.9 … 5.0, and −33.9 … −30.2 with PyTorch's default.
const ROWS: readonly Row[] = [
  { name: "ρ = 0.5", options: { radius: 0.5 }, expected: [-39.2, -37.8] },
  { name: "ρ = 0.9", options: { radius: 0.9 }, expected: [-16.3, -14.8] },
  { name: "ρ = 1", options: { radius: 1 }, expected: [-12.9, -11.2] },
  { name: "ρ = 1.1", options: { radius: 1.1 }, expected: [-10, -8] },
  { name: "ρ = 1.5", options: { radius: 1.5 }, expected: [-2.5, 0.3] },
  { name: "ρ = 2", options: { radius: 2 }, expected: [3, 6] },
  { name: "PyTorch's default", options: { weights: "default" }, expected: [-37, -28] },
];

/** A row, measured. */
interface Measured {
  row: Row;
  /** ‖∂L/∂h₀‖ for each draw. */
  atStart: number[];
  /** By lag, in the first draw. */
  norms: Float64Array;
}

export const experiment = defineExperiment({
  id: "3A",
  title: "A gradient on its way back",
  knobs: KNOBS,
  prediction: {
    question:
      "The recurrent weights are a rotation times 1.1, so their largest eigenvalue is 1.1 in size. Through 100 steps of tanh, what happens to a gradient of length 1?",
    answers: [
      {
        text: "It explodes: 1.1 to the power of 100 is 13,781",
        isRight: false,
        feedback:
          "That is what the weights alone would do. Every step also multiplies by the derivative of tanh, which is below 1 wherever the sum is not 0.",
      },
      {
        text: "It vanishes",
        isRight: true,
        feedback:
          "Weights of 1.1 times derivatives of tanh below 1: the product of each step is below 1 on average, and a hundred of them leave about a billionth.",
      },
      {
        text: "It stays near 1: tanh and the weights balance each other",
        isRight: false,
        feedback:
          "There is a ρ at which they do, between 1.1 and 2 for this noise. Look for it with the knob: a balance over 100 steps has to be exact.",
      },
    ],
  },
  expected:
    "On the log axis every curve is nearly a straight line: each step costs the same factor. With ρ up to 1.1, and with PyTorch's own start, a gradient of length 1 is below 10⁻⁶ after 100 steps; at ρ = 2 it has grown.",
  otherwise:
    "A curve that levels off would mean that far steps lose less than near ones, and the chain rule says otherwise.",
  isInstant: true,

  async *run(settings) {
    const { cell: choice, radius, length, seed } = settings;
    const cell = choice.toLowerCase() as Cell;
    const isGated = cell === "lstm" || cell === "gru";
    const isClaimed = atDefaults(KNOBS, settings, ["radius"]);

    const norms = normsByLag({ cell, seq: length, seed, ...(isGated ? {} : { radius }) });
    const name = isGated ? `${choice} as PyTorch starts it` : `${choice}, ρ = ${radius}`;
    const chosen: Chosen = { name, role: ROLES[cell], norms, radius: isGated ? null : radius };
    const rows = cell === "tanh" ? ROWS : [];
    const measured: Measured[] = [];
    yield findings(chosen, measured, rows.length === 0 ? 1 : 0.1, []);

    for (const row of rows) {
      measured.push(drawn(row, length, seed));
      const progress = 0.1 + (0.9 * measured.length) / rows.length;
      const isLast = measured.length === rows.length;
      yield findings(
        chosen,
        measured,
        isLast ? 1 : progress,
        isLast && isClaimed ? claimsOf(measured) : [],
      );
    }
  },
});

/** What was measured last, so that a move of ρ does not measure it again. */
const kept = new Map<string, Measured>();

function drawn(row: Row, length: number, seed: number): Measured {
  const key = `${row.name}, ${length}, ${seed}`;
  const known = kept.get(key);
  if (known) return known;
  const draws = Array.from({ length: DRAWS }, (_, draw) =>
    normsByLag({ ...row.options, seq: length, seed: seed + draw }),
  );
  const measured = { row, norms: draws[0], atStart: draws.map((norms) => norms[length]) };
  if (kept.size >= ROWS.length) kept.clear();
  kept.set(key, measured);
  return measured;
}

interface Chosen {
  name: string;
  role: Role;
  norms: Float64Array;
  radius: number | null;
}

function findings(
  { name, role, norms, radius }: Chosen,
  measured: readonly Measured[],
  progress: number,
  claims: readonly Claim[],
): Findings {
  const length = norms.length - 1;
  const series: Series[] = [
    ...measured.map(({ row, norms }) => ({
      name: row.name,
      role: "neutral" as const,
      points: byLag(norms),
    })),
    { name, role, points: byLag(norms) },
  ];
  if (radius !== null) {
    const law = norms.map((_, lag) => radius ** lag);
    series.push({
      name: "ρ to the power of the steps",
      role: "baseline",
      dashed: true,
      points: byLag(law),
    });
  }
  const steps = length === 1 ? "one step" : `${length} steps`;
  return {
    progress,
    summary:
      `${name}: of a gradient of length 1, ${power(norms[length])} is left ${steps} before.` +
      (radius === null
        ? ""
        : ` The weights alone would leave ρ^${length} = ${power(radius ** length)}.`),
    plots: [
      {
        kind: "lines",
        title: "‖∂L/∂hₜ‖, step by step on its way back",
        x: { label: "steps before the end", domain: [0, length] },
        y: { label: "‖∂L/∂hₜ‖", scale: "log" },
        series,
      },
    ],
    tables: [
      {
        title: `‖∂L/∂h₀‖, ${steps} before the end`,
        columns: ["W", "this draw", `${DRAWS} draws, mean`, "from", "to"],
        rows: [
          [name, power(norms[length]), "", "", ""],
          ...measured.map(({ row, atStart }) => [
            row.name,
            power(atStart[0]),
            power(geometricMean(atStart)),
            power(Math.min(...atStart)),
            power(Math.max(...atStart)),
          ]),
        ],
      },
    ],
    claims,
  };
}

function claimsOf(measured: readonly Measured[]): Claim[] {
  return measured.map(({ row, atStart }) => ({
    says: `${row.name}: log₁₀ ‖∂L/∂h₀‖, in the mean of ${DRAWS} draws`,
    observed: Math.log10(geometricMean(atStart)),
    expected: row.expected,
  }));
}

/** From the last state back, so that the curves end apart; 0 has no place on a log axis. */
function byLag(norms: Float64Array): [lag: number, norm: number][] {
  return Array.from(norms, (norm, lag): [number, number] => [lag, norm]).filter(
    ([, norm]) => norm > 0,
  );
}
