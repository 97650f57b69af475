/**
 * @file 3D. Remedies against vanishing gradients, each on its own, on one task and one budget: the
 * adding problem. The plain tanh RNN and the same with clipping are trained beside the one chosen.
 */

import { cat, nn, type Tensor } from "unrolled";
import {
  atDefaults,
  defineExperiment,
  type Claim,
  type Findings,
  type Knobs,
} from "../../experiments/experiment.ts";
import { inTurns } from "../../experiments/in-turns.ts";
import type { Role } from "../../experiments/plot.ts";
import { AddingTrial, HIDDEN, LEARNED, NO_MEMORY, type Layer } from "./adding-trial.ts";

const SCORED_EVERY = 50;

interface Remedy {
  createLayer: () => Layer;
  /** What 0.003 and 0.01 compared best, or less badly. */
  lr: number;
  clipNorm?: number;
  role: Role;
}

/** h′ = tanh(LN(W·[x, h])) */
class NormalizedCell extends nn.Module {
  readonly stateSize = HIDDEN;
  readonly sums = new nn.Linear(2 + HIDDEN, HIDDEN);
  readonly norm = new nn.LayerNorm(HIDDEN);

  forward(x: Tensor, h: Tensor): Tensor {
    return this.norm.forward(this.sums.forward(cat([x, h], 1))).tanh();
  }
}

/** h′ = h + tanh(W·[x, h]) */
class ResidualCell extends nn.Module {
  readonly stateSize = HIDDEN;
  readonly sums = new nn.Linear(2 + HIDDEN, HIDDEN);

  forward(x: Tensor, h: Tensor): Tensor {
    return h.add(this.sums.forward(cat([x, h], 1)).tanh());
  }
}

const rnn = (nonlinearity: "tanh" | "relu", recipe?: nn.InitRecipe) => (): Layer => {
  const layer = new nn.RNN(2, HIDDEN, { nonlinearity, batchFirst: true });
  if (recipe) nn.initialize(layer, recipe);
  return layer;
};

const NONE: Remedy = { createLayer: rnn("tanh"), lr: 0.003, role: "baseline" };
const CLIPPING: Remedy = { ...NONE, clipNorm: 5, role: "rnn" };
const REMEDIES: Readonly<Record<string, Remedy>> = {
  Xavier: {
    ...NONE,
    createLayer: rnn("tanh", { input: "xavierUniform", recurrent: "xavierUniform", bias: 0 }),
  },
  orthogonal: { ...NONE, createLayer: rnn("tanh", { recurrent: "orthogonal", bias: 0 }) },
  "relu, He": {
    ...NONE,
    createLayer: rnn("relu", { input: "kaimingNormal", recurrent: "kaimingNormal", bias: 0 }),
  },
  "relu, identity": {
    ...NONE,
    createLayer: rnn("relu", {
      input: (block) => nn.init.normal_(block, 0, 0.001),
      recurrent: "identity",
      bias: 0,
    }),
  },
  "layer norm": {
    ...NONE,
    createLayer: () => new nn.Recurrent(new NormalizedCell(), { batchFirst: true }),
  },
  residual: {
    ...NONE,
    createLayer: () => new nn.Recurrent(new ResidualCell(), { batchFirst: true }),
  },
  GRU: { createLayer: () => new nn.GRU(2, HIDDEN, { batchFirst: true }), lr: 0.01, role: "gru" },
  LSTM: { createLayer: () => new nn.LSTM(2, HIDDEN, { batchFirst: true }), lr: 0.01, role: "lstm" },
};

const KNOBS = {
  remedy: {
    kind: "choice",
    label: "remedy",
    options: Object.keys(REMEDIES),
    default: "GRU",
  },
  clip: {
    kind: "choice",
    label: "with clipping at 5",
    options: ["no", "yes"],
    default: "no",
  },
  length: { kind: "number", label: "steps T", min: 10, max: 200, step: 10, default: 50 },
  steps: {
    kind: "number",
    label: "training steps",
    min: 100,
    max: 5000,
    step: 100,
    scale: "log",
    default: 1000,
  },
} satisfies Knobs;

interface Run {
  name: string;
  role: Role;
  dashed: boolean;
  /** Steps whose gradient was clipped; null without clipping. */
  clipped: number | null;
  curve: [step: number, score: number][];
}

export const experiment = defineExperiment({
  id: "3D",
  title: "One remedy at a time",
  knobs: KNOBS,
  prediction: {
    question:
      "The plain RNN learns nothing about two numbers 50 steps apart. Will it, when its gradients are clipped at 5?",
    answers: [
      {
        text: "Yes: clipping keeps training stable, and that is what it lacked",
        isRight: false,
        feedback:
          "Its training was stable all along: the gradients that are missing are too short.",
      },
      {
        text: "No",
        isRight: true,
        feedback: "Clipping shortens gradients that are too long. Here they are too short.",
      },
    ],
  },
  expected:
    "The plain RNN stays near 1/6, with clipping as without: few of its gradients, or none, are longer than 5. GRU and LSTM fall below a tenth of it. The other remedies, in this budget, do not.",
  otherwise:
    "If clipping alone sufficed, then what kept the RNN from learning would have been long gradients.",

  async *run(settings) {
    const { remedy, clip, length, steps, seed } = settings;
    const isClaimed = atDefaults(KNOBS, settings, ["remedy"]) && ["GRU", "LSTM"].includes(remedy);
    const chosen = REMEDIES[remedy];
    const clipNorm = clip === "yes" ? 5 : undefined;
    const name = clipNorm ? `${remedy}, clipping` : remedy;
    const plan: [name: string, remedy: Remedy][] = [
      ["none", NONE],
      ["clipping", CLIPPING],
      [name, { ...chosen, clipNorm }],
    ];
    const runs: Run[] = [];
    for (const [name, { createLayer, lr, clipNorm, role }] of plan) {
      const isTanh = role === "baseline" && name !== "none";
      const run: Run = {
        name,
        role: isTanh ? "neutral" : role,
        dashed: name === "none",
        clipped: clipNorm === undefined ? null : 0,
        curve: [],
      };
      runs.push(run);
      const trial = new AddingTrial({ length, createLayer, lr, clipNorm, seed });
      run.curve.push([0, trial.score()]);
      const training = inTurns(steps, (step) => {
        trial.step();
        if (run.clipped !== null) run.clipped = trial.clippedSteps;
        if ((step + 1) % SCORED_EVERY === 0) run.curve.push([step + 1, trial.score()]);
      });
      for (const done of training) {
        const progress = (runs.length - 1 + done / steps) / plan.length;
        yield findings(runs, progress, isClaimed && progress === 1);
      }
    }
  },
});

function findings(runs: readonly Run[], progress: number, isClaimed: boolean): Findings {
  const last = ({ curve }: Run) => curve.at(-1)![1];
  const claims: Claim[] = [];
  if (isClaimed) {
    for (const run of runs) {
      const isGated = run.role === "gru" || run.role === "lstm";
      claims.push({
        says: `the error of “${run.name}” in the end`,
        observed: last(run),
        expected: isGated ? [0, LEARNED] : [0.1, 0.25],
      });
    }
  }
  return {
    progress,
    summary: `Mean squared error on new sequences; without memory it is ${NO_MEMORY.toFixed(3)}. ${runs
      .map((run) => `${run.name}: ${last(run).toFixed(4)}`)
      .join(", ")}.`,
    plots: [
      {
        kind: "lines",
        title: "Mean squared error on new sequences",
        x: { label: "training step" },
        y: { label: "error", scale: "log" },
        series: runs.map(({ name, role, dashed, curve }) => ({
          name,
          role,
          dashed,
          points: curve,
        })),
        references: [{ name: "always answering 1", y: NO_MEMORY }],
      },
    ],
    tables: [
      {
        title: "In the end",
        columns: ["remedy", "training steps", "of them clipped", "error"],
        rows: runs.map((run) => [
          run.name,
          run.curve.at(-1)![0],
          run.clipped ?? "–",
          last(run).toFixed(4),
        ]),
      },
    ],
    claims,
  };
}
