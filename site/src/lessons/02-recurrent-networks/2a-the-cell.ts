/**
 * @file 2A. The cell by hand: two hidden units read a sentence word by word, with weights that the
 * reader sets.
 *
 *   hₜ = tanh(W·xₜ + U·hₜ₋₁ + b)        W = W_ih, U = W_hh, h₀ = 0
 */

import { nn, noGrad, stack, tensor, withEngine } from "unrolled";
import { defineExperiment, type NumberKnob } from "../../experiments/experiment.ts";

/** Each word's vector; chosen by hand, so that they are easy to multiply. */
const WORDS: Readonly<Record<string, readonly [number, number]>> = {
  the: [1, 0],
  cat: [0, 1],
  sat: [1, 1],
  dog: [0, -1],
  ran: [-1, 1],
  on: [0.5, 0],
  mat: [-1, 0],
};

const weight = (label: string, value: number): NumberKnob => {
  return { kind: "number", label, min: -3, max: 3, step: 0.1, default: value };
};

/** One step with everything that flows on its edges. */
export interface CellStep {
  word: string;
  x: number[];
  /** W·x */
  fromInput: number[];
  /** U·h before the step */
  fromState: number[];
  /** Before the tanh. */
  sum: number[];
  h: number[];
}

/** What the figure draws. */
export interface CellDetails {
  steps: CellStep[];
  unknown: string[];
}

export const experiment = defineExperiment({
  id: "2A",
  title: "The cell, stepped by hand",
  knobs: {
    words: { kind: "text", label: "sentence", default: "The cat sat", maxLength: 40 },
    step: { kind: "number", label: "step", min: 1, max: 12, step: 1, default: 1 },
    w11: weight("W, row 1, from x₁", 0.5),
    w12: weight("W, row 1, from x₂", -0.3),
    w21: weight("W, row 2, from x₁", 0.8),
    w22: weight("W, row 2, from x₂", 0.2),
    u11: weight("U, row 1, from h₁", 0.1),
    u12: weight("U, row 1, from h₂", 0.4),
    u21: weight("U, row 2, from h₁", -0.2),
    u22: weight("U, row 2, from h₂", 0.3),
    b1: weight("b, unit 1", 0.1),
    b2: weight("b, unit 2", 0),
  },
  prediction: {
    question: "Set all four entries of U to 0. What does the state after “sat” still depend on?",
    answers: [
      {
        text: "On “sat” alone",
        isRight: true,
        feedback:
          "U is the only way from one step to the next. Without it each word is read as if it were the first: a feedforward network, applied word by word.",
      },
      {
        text: "On all three words: the state has been carried along",
        isRight: false,
        feedback: "It has, but it is multiplied by U before it counts, and U is 0.",
      },
      {
        text: "On nothing: the state stays at h₀ = 0",
        isRight: false,
        feedback: "W·x + b is still there, so every word still moves the state away from 0.",
      },
    ],
  },
  expected:
    "h₁ = tanh(W·x₁ + b) exactly, since h₀ = 0; and the steps by hand give what the library's RNN layer gives for the whole sentence.",
  otherwise: "The cell on this page would not be the recurrence of the text.",
  isInstant: true,

  async *run(settings) {
    const named = settings.words.toLowerCase().match(/\p{L}+/gu) ?? [];
    const unknown = [...new Set(named.filter((word) => !(word in WORDS)))];
    const words = named.filter((word) => word in WORDS);
    const w = [
      [settings.w11, settings.w12],
      [settings.w21, settings.w22],
    ];
    const u = [
      [settings.u11, settings.u12],
      [settings.u21, settings.u22],
    ];
    const b = [settings.b1, settings.b2];
    const { steps, distance } = withEngine("reference", () => stepThrough(words, { w, u, b }));

    const at = Math.min(settings.step, steps.length);
    const missing = unknown.length === 0 ? "" : ` Not known, and left out: ${unknown.join(", ")}.`;
    const known = `The words it knows: ${Object.keys(WORDS).join(", ")}.`;
    yield {
      progress: 1,
      summary:
        steps.length === 0
          ? `There is nothing to read. ${known}`
          : `After “${steps[at - 1].word}”, step ${at} of ${steps.length}, the state is ` +
            `h = [${numbers(steps[at - 1].h)}].${missing && `${missing} ${known}`}`,
      plots:
        steps.length === 0
          ? []
          : [
              {
                kind: "lines",
                title: "The state, step by step",
                x: { label: "step", domain: [0, steps.length] },
                y: { label: "h", domain: [-1, 1] },
                series: [0, 1].map((unit) => ({
                  name: `unit ${unit + 1}`,
                  role: "rnn" as const,
                  dashed: unit === 1,
                  points: [
                    [0, 0] as const,
                    ...steps.map(({ h }, step) => [step + 1, h[unit]] as const),
                  ],
                })),
              },
            ],
      tables: [
        {
          title: "Every step, from h₀ = [0, 0]",
          columns: ["word", "x", "W·x", "U·h before", "sum with b", "h = tanh(sum)"],
          rows: steps.map((step) => [
            step.word,
            `[${step.x.join(", ")}]`,
            ...[step.fromInput, step.fromState, step.sum, step.h].map((it) => `[${numbers(it)}]`),
          ]),
        },
      ],
      claims:
        steps.length === 0
          ? []
          : [
              {
                says: "h₁ and tanh(W·x₁ + b), computed apart, differ by",
                observed: Math.max(
                  ...steps[0].h.map((h, unit) => {
                    const [x1, x2] = steps[0].x;
                    const sum = w[unit][0] * x1 + w[unit][1] * x2 + b[unit];
                    return Math.abs(h - Math.tanh(sum));
                  }),
                ),
                // The same sum in another order may differ in its last bit.
                expected: [0, 2 ** -52],
              },
              {
                says: "the cell in a loop and the RNN layer differ by",
                observed: distance,
                expected: [0, 1e-14],
              },
            ],
      details: { steps, unknown } satisfies CellDetails,
    };
  },
});

interface Weights {
  w: number[][];
  u: number[][];
  b: number[];
}

/** The library's cell, word by word, and how far its layer over the whole sentence is from it. */
function stepThrough(words: readonly string[], weights: Weights) {
  const w = tensor(weights.w);
  const u = tensor(weights.u);
  const b = tensor(weights.b);
  const cell = new nn.RNNCell(2, 2);
  const layer = new nn.RNN(2, 2);
  // PyTorch keeps two biases, which are added: the second one is 0 here.
  const parameters = { weight_ih: w, weight_hh: u, bias_ih: b, bias_hh: tensor([0, 0]) };
  cell.loadStateDict(parameters);
  layer.loadStateDict(
    Object.fromEntries(Object.entries(parameters).map(([key, value]) => [`${key}_l0`, value])),
  );

  return noGrad(() => {
    const xs = words.map((word) => tensor([...WORDS[word]]));
    let h = tensor([0, 0]);
    const steps: CellStep[] = [];
    for (const [t, x] of xs.entries()) {
      const fromInput = w.matmul(x);
      const fromState = u.matmul(h);
      h = cell.forward(x, h); // [2]
      const sum = fromInput.add(fromState).add(b);
      const [xData, inputData, stateData, sumData, hData] = [x, fromInput, fromState, sum, h].map(
        ({ data }) => [...data],
      );
      steps.push({
        word: words[t],
        x: xData,
        fromInput: inputData,
        fromState: stateData,
        sum: sumData,
        h: hData,
      });
    }
    if (steps.length === 0) return { steps, distance: 0 };
    const [output] = layer.forward(stack(xs, 0)); // [seq, 2]
    const apart = output.data.map((value, i) => Math.abs(value - steps[i >> 1].h[i & 1]));
    return { steps, distance: Math.max(...apart) };
  });
}

function numbers(values: readonly number[]): string {
  return values.map((value) => value.toFixed(3)).join(", ");
}
