/**
 * @file 3C. The loss surface of a recurrent network with one unit, and what gradient descent does at
 * its cliff, with and without clipping.
 *
 *   hₜ = tanh(w·hₜ₋₁ + b)      h₀ = 0.8      L = (h_T − 0.5)²
 *
 * Two numbers are learned, so the whole surface can be seen. Pascanu et al. 2013 draw it for a
 * logistic unit after 50 steps (their figure 6).
 */

import { nn, noGrad, optim, RandomGenerator, tensor, withEngine, zeros } from "unrolled";
import {
  atDefaults,
  defineExperiment,
  type Claim,
  type Findings,
  type Knobs,
} from "../../experiments/experiment.ts";
import type { HeatMap, LinePlot, Series } from "../../experiments/plot.ts";

const START = 0.8;
const TARGET = 0.5;
const STEPS = 200;
/** A loss below which the unit ends where it should, to a tenth. */
const ARRIVED = 0.01;

/** What the map shows: w to the right, b upwards. */
const W = range(0, 4, 65);
const B = range(-1.5, 1.5, 49).reverse();

/** The starts are spread evenly within this much of the knobs' w and b. */
const SPREAD = { w: 0.125, b: 0.115 };

/** One run of gradient descent: what w, b, the loss and the gradient's norm were before each step. */
interface Descent {
  path: [w: number, b: number][];
  losses: number[];
  norms: number[];
  /** The length of each step. */
  steps: number[];
}

const KNOBS = {
  threshold: {
    kind: "number",
    label: "clip the gradient's norm at",
    min: 0.1,
    max: 1000,
    step: 0.1,
    scale: "log",
    default: 5,
  },
  lr: {
    kind: "number",
    label: "learning rate",
    min: 0.001,
    max: 0.2,
    step: 0.001,
    scale: "log",
    default: 0.02,
  },
  length: { kind: "number", label: "steps T", min: 2, max: 100, step: 1, default: 50 },
  w: { kind: "number", label: "start at w =", min: 0.2, max: 3.8, step: 0.05, default: 1.7 },
  b: { kind: "number", label: "start at b =", min: -1.3, max: 1.3, step: 0.05, default: -0.2 },
  starts: { kind: "number", label: "starts", min: 1, max: 50, step: 1, default: 20 },
} satisfies Knobs;

export const experiment = defineExperiment({
  id: "3C",
  title: "The cliff: one unit, two parameters, clipping off and on",
  knobs: KNOBS,
  small: { starts: 12 },
  prediction: {
    question:
      "Before a step at the cliff, the gradient's norm is 4,000. What does clipping at 5 do?",
    answers: [
      {
        text: "It shortens the gradient and keeps its direction: the step is 5 · lr long",
        isRight: true,
        feedback:
          "Both parts are multiplied by 5/4,000. The step still goes downhill, and stays where " +
          "the gradient still says something about the surface.",
      },
      {
        text: "It leaves the step out",
        isRight: false,
        feedback: "Then training would stand still at the cliff. The direction is still good.",
      },
      {
        text: "It cuts each part of the gradient to ±5",
        isRight: false,
        feedback: "That is clipping by value. It turns the step; clipping the norm does not.",
      },
    ],
  },
  expected:
    "Without clipping one step leaps, by tens where the whole map is 4 wide, to a plateau without " +
    "gradient. With clipping no step is longer than 5 · lr, and every start arrives.",
  otherwise:
    "If the clipped runs failed as well, the long steps would not be what stops the others.",

  async *run(settings) {
    const { threshold, lr, length, w, b, starts, seed } = settings;
    const isClaimed = atDefaults(KNOBS, settings, ["starts"]);
    const surface = withEngine("reference", () => lossSurface(length));
    const generator = new RandomGenerator(seed);
    const free: Descent[] = [];
    const clipped: Descent[] = [];
    for (let i = 0; i < starts; i++) {
      const away = () => (i === 0 ? 0 : 2 * generator.random() - 1);
      const start: [number, number] = [w + SPREAD.w * away(), b + SPREAD.b * away()];
      const descend = (maxNorm: number) =>
        withEngine("reference", () => descent(start, { length, lr, maxNorm }));
      free.push(descend(Infinity));
      clipped.push(descend(threshold));
      yield findings(surface, free, clipped, { threshold, lr, starts, isClaimed });
    }
  },
});

/** The unit: nn.RNN, with the input's weight and one of its two biases at zero. */
function oneUnit(length: number) {
  const rnn = new nn.RNN(1, 1);
  const named = Object.fromEntries(rnn.namedParameters());
  for (const parameter of rnn.parameters()) parameter.fill_(0);
  const { weight_hh_l0: w, bias_hh_l0: b } = named;
  const input = zeros([length, 1, 1]);
  const h0 = tensor([[[START]]]);
  const loss = () => {
    const [, hN] = rnn.forward(input, h0);
    return hN.sub(TARGET).pow(2).sum();
  };
  return { w, b, loss };
}

/** The loss at every point of the map. */
function lossSurface(length: number): number[][] {
  const { w, b, loss } = oneUnit(length);
  return noGrad(() =>
    B.map((bias) => {
      b.fill_(bias);
      return W.map((weight) => {
        w.fill_(weight);
        return loss().item();
      });
    }),
  );
}

function descent(
  [startW, startB]: [number, number],
  { length, lr, maxNorm }: { length: number; lr: number; maxNorm: number },
): Descent {
  const { w, b, loss } = oneUnit(length);
  w.fill_(startW);
  b.fill_(startB);
  const optimizer = new optim.SGD([w, b], { lr });
  const seen: Descent = { path: [], losses: [], norms: [], steps: [] };
  for (let step = 0; step < STEPS; step++) {
    const before: [number, number] = [w.item(), b.item()];
    optimizer.zeroGrad();
    const l = loss();
    l.backward();
    seen.path.push(before);
    seen.losses.push(l.item());
    seen.norms.push(nn.utils.clipGradNorm([w, b], maxNorm));
    optimizer.step();
    seen.steps.push(Math.hypot(w.item() - before[0], b.item() - before[1]));
  }
  return seen;
}

interface FindingsOptions {
  threshold: number;
  lr: number;
  starts: number;
  isClaimed: boolean;
}

function findings(
  surface: number[][],
  free: Descent[],
  clipped: Descent[],
  { threshold, lr, starts, isClaimed }: FindingsOptions,
): Findings {
  const longest = (runs: Descent[]) => Math.max(...runs.flatMap(({ steps }) => steps));
  const arrived = (runs: Descent[]) => runs.filter(({ losses }) => losses.at(-1)! < ARRIVED).length;
  const progress = clipped.length / starts;
  const [freeStep, clippedStep] = [longest(free), longest(clipped)];
  const claims: Claim[] = [
    {
      says: "the longest clipped step, in units of the threshold times lr",
      observed: clippedStep / (threshold * lr),
      expected: [0, 1 + 1e-9],
    },
  ];
  // Seeds 1–30: 51–112, 0–0.25 and 1 with 20 starts; 20–112, 0–0.25 and 1 with a phone's 12.
  if (isClaimed) {
    claims.push(
      { says: "the longest step without clipping", observed: freeStep, expected: [10, 1000] },
      {
        says: "the share that arrives without clipping",
        observed: arrived(free) / starts,
        expected: [0, 0.5],
      },
      {
        says: "the share that arrives with clipping",
        observed: arrived(clipped) / starts,
        expected: [0.9, 1],
      },
    );
  }
  const ran = `${clipped.length} start${clipped.length === 1 ? "" : "s"}`;
  return {
    progress,
    summary:
      `Of ${ran}, ${arrived(free)} arrive without clipping and ${arrived(clipped)} with it. ` +
      `The longest step is ${freeStep.toPrecision(3)} without, ${clippedStep.toPrecision(3)} with.`,
    plots: [map(surface, free[0], clipped[0]), normPlot(free[0], clipped[0], threshold)],
    tables: [
      {
        title: `${STEPS} steps of gradient descent from ${ran}`,
        columns: ["", "largest gradient norm", "longest step", `end with a loss below ${ARRIVED}`],
        rows: [
          ["no clipping", free],
          [`norm clipped at ${threshold}`, clipped],
        ].map(([name, runs]) => [
          name as string,
          Math.max(...(runs as Descent[]).flatMap(({ norms }) => norms)).toPrecision(3),
          longest(runs as Descent[]).toPrecision(3),
          `${arrived(runs as Descent[])} of ${clipped.length}`,
        ]),
      },
    ],
    claims: progress < 1 ? [] : claims,
    details: { surface, free: free[0], clipped: clipped[0] },
  };
}

function map(surface: number[][], free: Descent, clipped: Descent): HeatMap {
  const onMap = ({ path }: Descent) =>
    path.map(([w, b]): [number, number] => [
      ((w - W[0]) / (W.at(-1)! - W[0])) * (W.length - 1),
      ((b - B[0]) / (B.at(-1)! - B[0])) * (B.length - 1),
    ]);
  return {
    kind: "heat-map",
    title: "The loss over w and b, and the way down from the first start",
    rows: B.map((b) => b.toFixed(2)),
    columns: W.map((w) => w.toFixed(2)),
    rowLabel: "b",
    columnLabel: "w",
    values: surface,
    domain: [1e-4, 4],
    scale: "log",
    paths: [
      { name: "no clipping", role: "baseline", dashed: true, points: onMap(free) },
      { name: "clipped", role: "rnn", points: onMap(clipped) },
    ],
  };
}

function normPlot(free: Descent, clipped: Descent, threshold: number): LinePlot {
  const series = (name: string, { norms }: Descent, look: Pick<Series, "role" | "dashed">) => ({
    name,
    ...look,
    points: norms.map((norm, step): [number, number] => [step + 1, Math.max(norm, 1e-12)]),
  });
  return {
    kind: "lines",
    title: "The gradient's norm before each step, before clipping",
    x: { label: "step" },
    y: { label: "norm", scale: "log" },
    series: [
      series("no clipping", free, { role: "baseline", dashed: true }),
      series("clipped", clipped, { role: "rnn" }),
    ],
    references: [{ name: "threshold", y: threshold }],
  };
}

function range(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}
