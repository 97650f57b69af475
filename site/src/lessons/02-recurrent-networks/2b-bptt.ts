/**
 * @file 2B. Backpropagation through time on a small unrolled network, in float64, done three times:
 * by the chapter's formulas, by the library's `backward()`, and by finite differences.
 *
 *   aₜ = W_ih·xₜ + W_hh·hₜ₋₁ + b      hₜ = tanh(aₜ)      oₜ = v·hₜ      L = Σ ½(oₜ − yₜ)²
 *
 *   δₜ  = ∂L/∂hₜ = v·(oₜ − yₜ) + W_hhᵀ·∂L/∂aₜ₊₁      ∂L/∂aₜ = δₜ ⊙ (1 − hₜ²)
 *   ∂L/∂W_hh = Σₜ ∂L/∂aₜ · hₜ₋₁ᵀ
 */

import { nn, noGrad, randn, RandomGenerator, withEngine, zeros } from "unrolled";
import type { Tensor } from "unrolled";
import { defineExperiment } from "../../experiments/experiment.ts";

const INPUT = 2;
const HIDDEN = 3;
/** Central differences: near the best for float64, between rounding and the third derivative. */
const EPS = 1e-5;

/** What the figure draws: one entry per step, from the first. */
export interface BpttDetails {
  h: number[][];
  outputs: number[];
  losses: number[];
  /** ∂L/∂hₜ, by the formulas. */
  deltas: number[][];
  /** ‖∂L/∂aₜ · hₜ₋₁ᵀ‖: the share of step t in the gradient of W_hh. */
  shares: number[];
  /** The running sum's norm from the last step back to t. */
  sums: number[];
}

export const experiment = defineExperiment({
  id: "2B",
  title: "Backpropagation through time on the unrolled graph",
  knobs: {
    T: { kind: "number", label: "steps T", min: 2, max: 12, step: 1, default: 6 },
    step: { kind: "number", label: "back to step t", min: 1, max: 12, step: 1, default: 1 },
    loss: {
      kind: "choice",
      label: "loss at",
      options: ["the last step", "every step"],
      default: "the last step",
    },
  },
  prediction: {
    question:
      "The loss is measured at the last step only. W_hh was used at every step. Which steps have a share in ∂L/∂W_hh?",
    answers: [
      {
        text: "All steps but the first, and the shares are added",
        isRight: true,
        feedback:
          "Each use of the matrix has a gradient of its own; the matrix is one, so they are summed. At the first step it multiplies h₀ = 0, which makes that share 0.",
      },
      {
        text: "Only the last: that is where the loss is",
        isRight: false,
        feedback:
          "The last state was made from the one before, and so on: δ travels back along them.",
      },
      {
        text: "All steps, and the shares are averaged",
        isRight: false,
        feedback:
          "A derivative with respect to something used T times is a sum: nothing divides by T.",
      },
    ],
  },
  expected:
    "The formulas of the chapter, backward() and finite differences agree: the relative error against finite differences is below 10⁻⁶, and between formulas and backward() only rounding is left.",
  otherwise: "Either the formulas of this chapter or the library's gradients would be wrong.",
  isInstant: true,

  async *run({ T, step, loss, seed }) {
    const network = withEngine("reference", () => createNetwork(T, seed, loss === "every step"));
    const byHand = withEngine("reference", () => backpropagateByHand(network));
    const byTape = withEngine("reference", () => backpropagateByTape(network));
    const numeric = withEngine("reference", () => differentiate(network));

    const at = Math.min(step, T);
    const shares = byHand.shares.map(norm);
    const sums = shares.map((_, t) => norm(sumOf(byHand.shares.slice(t))));
    const lengths = byHand.deltas.map(norm);
    const error = relativeError(byTape.weight, numeric.weight);
    const sum = sumOf(byHand.shares);
    yield {
      progress: 1,
      summary:
        `Back at step ${at} of ${T}, δ has length ${lengths[at - 1].toPrecision(3)}; at step ${T} it was ` +
        `${lengths[T - 1].toPrecision(3)}. backward() and finite differences differ by a relative ${error.toExponential(1)}.`,
      plots: [
        {
          kind: "lines",
          title: "How long the gradient is, step by step",
          x: { label: "step t", domain: [1, T] },
          y: { label: "length" },
          series: [
            { name: "‖δₜ‖", role: "rnn", points: lengths.map((it, t) => [t + 1, it]) },
            {
              name: "share of step t in ∂L/∂W_hh",
              role: "neutral",
              dashed: true,
              points: shares.map((it, t) => [t + 1, it]),
            },
          ],
        },
      ],
      tables: [
        {
          title: "∂L/∂W_hh three times",
          columns: ["entry", "Σₜ by the formulas", "backward()", "finite differences"],
          rows: sum.map((value, i) => [
            `row ${Math.floor(i / HIDDEN) + 1}, column ${(i % HIDDEN) + 1}`,
            ...[value, byTape.weight[i], numeric.weight[i]].map((it) => it.toFixed(9)),
          ]),
        },
      ],
      claims: [
        // Seeds 1–200, T 2–12, both losses: at most 7.9e-9 here, 1.2e-9 for δ, 4.7e-16 below.
        {
          says: "relative error of ∂L/∂W_hh against finite differences",
          observed: error,
          expected: [0, 1e-6],
        },
        {
          says: "relative error of all δₜ against finite differences",
          observed: relativeError(byTape.deltas.flat(), numeric.deltas),
          expected: [0, 1e-6],
        },
        {
          says: "relative difference between the formulas and backward()",
          observed: Math.max(
            relativeError(sum, byTape.weight),
            relativeError(byHand.deltas.flat(), byTape.deltas.flat()),
          ),
          expected: [0, 1e-12],
        },
      ],
      details: {
        h: byHand.h,
        outputs: byHand.outputs,
        losses: byHand.losses,
        deltas: byHand.deltas,
        shares,
        sums,
      } satisfies BpttDetails,
    };
  },
});

interface Network {
  cell: nn.RNNCell;
  /** [HIDDEN] */
  v: Tensor;
  /** [T][INPUT] */
  inputs: Tensor[];
  targets: number[];
  /** Added to each state, all 0: a handle for ∂L/∂hₜ. [T][HIDDEN] */
  nudges: Tensor[];
  /** 1 where a step has a loss, else 0. */
  counts: number[];
}

function createNetwork(T: number, seed: number, everyStep: boolean): Network {
  const generator = new RandomGenerator(seed);
  const times = Array.from({ length: T }, (_, t) => t);
  return {
    cell: new nn.RNNCell(INPUT, HIDDEN, { generator }),
    v: randn([HIDDEN], { generator }),
    inputs: times.map(() => randn([INPUT], { generator })),
    targets: times.map(() => generator.normal()),
    nudges: times.map(() => zeros([HIDDEN], { requiresGrad: true })),
    counts: times.map((t) => (everyStep || t === T - 1 ? 1 : 0)),
  };
}

/** Forward through all steps: the states, the outputs, and L. */
function unroll({ cell, v, inputs, targets, nudges, counts }: Network) {
  let h = zeros([HIDDEN]);
  let loss = zeros([]);
  const states: Tensor[] = [];
  const outputs: Tensor[] = [];
  for (const [t, x] of inputs.entries()) {
    h = cell.forward(x, h).add(nudges[t]);
    const o = h.mul(v).sum();
    loss = loss.add(
      o
        .sub(targets[t])
        .pow(2)
        .mul(0.5 * counts[t]),
    );
    states.push(h);
    outputs.push(o);
  }
  return { states, outputs, loss };
}

/** Steps 3 and 4 of the chapter, in plain numbers: back from the last step, adding up. */
function backpropagateByHand(network: Network) {
  const { cell, v, targets, counts } = network;
  const { states, outputs } = noGrad(() => unroll(network));
  const h = states.map(({ data }) => [...data]);
  const W = cell.weightHh.data; // [HIDDEN, HIDDEN], row-major

  const deltas: number[][] = [];
  const shares: number[][] = [];
  let fromLater = new Array<number>(HIDDEN).fill(0); // W_hhᵀ·∂L/∂aₜ₊₁
  for (let t = h.length - 1; t >= 0; t--) {
    const error = counts[t] * (outputs[t].item() - targets[t]);
    const delta = fromLater.map((value, j) => v.data[j] * error + value);
    const a = delta.map((value, j) => value * (1 - h[t][j] ** 2));
    const before = t > 0 ? h[t - 1] : a.map(() => 0);
    deltas.unshift(delta);
    shares.unshift(a.flatMap((value) => before.map((other) => value * other)));
    fromLater = a.map((_, j) => a.reduce((sum, value, i) => sum + W[i * HIDDEN + j] * value, 0));
  }
  return {
    h,
    outputs: outputs.map((o) => o.item()),
    losses: outputs.map((o, t) => 0.5 * counts[t] * (o.item() - targets[t]) ** 2),
    deltas,
    /** [T][HIDDEN · HIDDEN] */
    shares,
  };
}

function backpropagateByTape(network: Network) {
  unroll(network).loss.backward();
  return {
    weight: [...network.cell.weightHh.grad!.data],
    deltas: network.nudges.map((nudge) => [...nudge.grad!.data]),
  };
}

/** (L(w + ε) − L(w − ε)) / 2ε for every entry of W_hh, and of every state. */
function differentiate(network: Network) {
  const lossAt = (data: Float32Array | Int32Array, i: number, value: number) => {
    const before = data[i];
    data[i] = value;
    const loss = noGrad(() => unroll(network).loss.item());
    data[i] = before;
    return loss;
  };
  const slopes = ({ data }: Tensor) =>
    Array.from(data, (value, i) => {
      return (lossAt(data, i, value + EPS) - lossAt(data, i, value - EPS)) / (2 * EPS);
    });
  return { weight: slopes(network.cell.weightHh), deltas: network.nudges.flatMap(slopes) };
}

function sumOf(rows: readonly (readonly number[])[]): number[] {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0));
}

function norm(values: readonly number[]): number {
  return Math.hypot(...values);
}

/** ‖a − b‖ / ‖b‖ */
function relativeError(a: readonly number[], b: readonly number[]): number {
  return norm(a.map((value, i) => value - b[i])) / norm(b);
}
