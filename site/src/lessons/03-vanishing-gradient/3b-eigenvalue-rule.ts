/**
 * @file 3B. Where does the rule hold that a gradient goes like ρ to the power of the lag? A map over
 * the spectral radius ρ and the noise that drives the network, for tanh and without it, for normal
 * matrices (whose eigenvectors are at right angles: here orthogonal ones) and others.
 */

import type { LagExperimentOptions } from "unrolled";
import {
  atDefaults,
  defineExperiment,
  type Claim,
  type Findings,
  type Knobs,
} from "../../experiments/experiment.ts";
import type { Series } from "../../experiments/plot.ts";
import { normsByLag, power } from "./gradient-norms.ts";

const RADII = [0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2];
const NOISES = [0, 0.05, 0.1, 0.25, 0.5, 1, 2];

const MATRICES = { normal: "orthogonal", "not normal": "gaussian" } as const;

const KNOBS = {
  cell: { kind: "choice", label: "cell", options: ["tanh", "linear"], default: "tanh" },
  matrix: {
    kind: "choice",
    label: "W",
    options: Object.keys(MATRICES),
    default: "normal",
  },
  length: { kind: "number", label: "steps T", min: 10, max: 200, step: 10, default: 100 },
} satisfies Knobs;

/** Decimal places by which a norm is off: log₁₀ of what arrives over what the rule says. */
type Map = { norm: number; off: number }[][];

export const experiment = defineExperiment({
  id: "3B",
  title: "Where the eigenvalue rule holds",
  knobs: KNOBS,
  prediction: {
    question:
      "W is a rotation, ρ = 1: on its own it keeps every length. Noise of size 0.1 is added to the sums of tanh at every step. How much of a gradient is left after 100 steps?",
    answers: [
      {
        text: "All of it: ρ to the power of 100 is 1",
        isRight: false,
        feedback: "That is so for noise 0, where the state stays 0 and the slope of tanh is 1.",
      },
      {
        text: "Some thousandth",
        isRight: true,
        feedback:
          "The states are of size 0.3 or so, the slopes 1 − h² a little below 1, and a hundred steps multiply that little.",
      },
      {
        text: "Nothing that could be measured: tanh always vanishes",
        isRight: false,
        feedback:
          "Noise ten times as large does that: about 10⁻²¹. How far tanh shrinks a gradient depends on what the network reads.",
      },
    ],
  },
  expected:
    "Without tanh and with a normal W the rule is exact everywhere: the map is blank. With tanh it holds only in the row without noise; below, the more the network reads, the more powers of ten are missing, and the more so the larger ρ is. Without tanh but with a W that is not normal it is off by a factor that does not depend on ρ or the noise.",
  otherwise:
    "A tanh network that followed the rule under noise would have units that are never bent: then it would be linear.",

  async *run(settings) {
    const { cell: choice, matrix, length, seed } = settings;
    const cell = choice as "tanh" | "linear";
    const weights = MATRICES[matrix as keyof typeof MATRICES];
    const isClaimed = atDefaults(KNOBS, settings, ["cell", "matrix"]);
    const base: LagExperimentOptions = { seq: length, seed };

    const four = (["linear", "tanh"] as const).flatMap((one) =>
      Object.entries(MATRICES).map(([name, weights]): Curve => {
        const norms = normsByLag({ ...base, cell: one, weights, radius: 1, noise: 0.5 });
        return { cell: one, matrix: name, norms };
      }),
    );
    const map: Map = [];
    yield findings(map, four, length, progressOf(0), []);
    for (const noise of NOISES) {
      const row: Map[number] = [];
      for (const radius of RADII) {
        const norm = normsByLag({ ...base, cell, weights, radius, noise })[length];
        row.push({ norm, off: Math.log10(norm) - length * Math.log10(radius) });
        yield findings(map, four, length, progressOf(map.length * RADII.length + row.length), []);
      }
      map.push(row);
    }
    const claims = isClaimed ? claimsOf(map, four, cell, weights) : [];
    yield findings(map, four, length, 1, claims);
  },
});

/** While it runs, by the networks of the map that are done. */
function progressOf(done: number): number {
  return 0.05 + (0.94 * done) / (NOISES.length * RADII.length);
}

/** At ρ = 1 and noise 0.5. */
interface Curve {
  cell: "linear" | "tanh";
  matrix: string;
  norms: Float64Array;
}

function claimsOf(
  map: Map,
  four: readonly Curve[],
  cell: "tanh" | "linear",
  weights: "orthogonal" | "gaussian",
): Claim[] {
  const linear = (matrix: string) =>
    four.find((curve) => curve.cell === "linear" && curve.matrix === matrix)!;
  const farthest = (norms: Float64Array) =>
    Math.max(...Array.from(norms, (norm) => Math.abs(Math.log10(norm))));
  const claims: Claim[] = [
    {
      says: "linear and normal, ρ = 1: powers of ten by which the rule is off, at most",
      observed: farthest(linear("normal").norms),
      expected: [0, 1e-9],
    },
    {
      says: "linear and not normal, ρ = 1: powers of ten by which the rule is off, at most",
      observed: farthest(linear("not normal").norms),
      // Seeds 1–10: 0.33 … 0.65.
      expected: [0.1, 3],
    },
  ];
  if (cell === "linear") {
    const all = map.flat().map(({ off }) => off);
    claims.push({
      says: "over the whole map: the difference between the largest and the smallest error",
      observed: Math.max(...all) - Math.min(...all),
      expected: [0, 1e-9],
    });
  } else if (weights === "orthogonal") {
    const at = (noise: number) => map[NOISES.indexOf(noise)][RADII.indexOf(1)].norm;
    claims.push(
      {
        says: "tanh, ρ = 1, no noise: what is left",
        observed: at(0),
        expected: [1 - 1e-9, 1 + 1e-9],
      },
      ...([0.1, 0.5, 1] as const).map((noise) => ({
        says: `tanh, ρ = 1, noise ${noise}: log₁₀ of what is left`,
        observed: Math.log10(at(noise)),
        expected: TANH_AT_1[noise],
      })),
    );
  }
  return claims;
}

/** Seeds 1–10: −2.8 … −2.4, −12.4 … −11.1, −21.9 … −19.7. */
const TANH_AT_1 = {
  0.1: [-3.2, -2],
  0.5: [-12.9, -10.8],
  1: [-22.5, -19],
} as const;

function findings(
  map: Map,
  four: readonly Curve[],
  length: number,
  progress: number,
  claims: readonly Claim[],
): Findings {
  const off = map.flat().map((cell) => cell.off);
  return {
    progress,
    summary:
      off.length === 0
        ? "Four networks with ρ = 1 are measured; the map follows."
        : `Over ${off.length} networks the rule is off by ${Math.min(...off).toFixed(1)} to ${Math.max(...off).toFixed(1)} powers of ten, ${length} steps before the end.`,
    plots: [
      {
        kind: "heat-map",
        title: `Powers of ten by which ρ^${length} is off`,
        rows: NOISES.slice(0, map.length).map(String),
        columns: RADII.map(String),
        rowLabel: "noise",
        columnLabel: "ρ",
        values: map.map((row) => row.map((cell) => cell.off)),
        domain: [-30, 30],
      },
      {
        kind: "lines",
        title: "What is left of a gradient, ρ = 1, noise 0.5: the rule says 1",
        x: { label: "steps back" },
        y: { label: "‖∂L/∂h‖", scale: "log" },
        series: four.map(({ cell, matrix, norms }): Series => ({
          name: `${cell}, ${matrix}`,
          role: cell === "tanh" ? "rnn" : "neutral",
          dashed: matrix !== "normal",
          points: Array.from(norms, (norm, lag) => [lag, norm]),
        })),
        references: [{ name: "the rule", y: 1 }],
      },
    ],
    tables: [
      {
        title: `‖∂L/∂h₀‖, ${length} steps before the end; the first row is the rule`,
        columns: ["noise", ...RADII.map((radius) => `ρ = ${radius}`)],
        rows: [
          [`ρ^${length}`, ...RADII.map((radius) => power(radius ** length))],
          ...map.map((row, at) => [NOISES[at], ...row.map(({ norm }) => power(norm))]),
        ],
      },
    ],
    claims,
  };
}
