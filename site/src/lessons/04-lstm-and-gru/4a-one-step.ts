/**
 * @file 4A. One LSTM step as a calculator: three units, every gate in the reader's hand.
 *
 *   C = f ⊙ C₋₁ + i ⊙ C̃        h = o ⊙ tanh(C)
 */

import { tensor } from "unrolled";
import { around, defineExperiment, type NumberKnob } from "../../experiments/experiment.ts";
import type { Role } from "../../experiments/plot.ts";

/** The chapter's walk-through: what the knobs stand at first. */
const WALK_THROUGH = {
  c: [0.8, -0.5, 0.3],
  f: [0.1, 0.9, 0.5],
  i: [0.9, 0.2, 0.7],
  g: [0.5, 0.3, -0.8],
  o: [0.8, 0.3, 0.6],
};
/** What comes out of it, to the digits that the chapter prints. */
const C = [0.53, -0.39, -0.41];
const H = [0.388, -0.111, -0.233];

export const UNITS = [1, 2, 3] as const;
export type InputName = keyof typeof WALK_THROUGH;

/** What can be set, for each unit. */
export const INPUTS: readonly {
  name: InputName;
  label: string;
  role: Role;
  limits: readonly [low: number, high: number];
}[] = [
  { name: "c", label: "C₋₁", role: "lstm", limits: [-2, 2] },
  { name: "f", label: "forget", role: "forget-gate", limits: [0, 1] },
  { name: "i", label: "input", role: "input-gate", limits: [0, 1] },
  { name: "g", label: "candidate", role: "cell-gate", limits: [-1, 1] },
  { name: "o", label: "output", role: "output-gate", limits: [0, 1] },
];

/** The numbers on the way, for the diagram. */
export interface StepDetails {
  kept: number[];
  written: number[];
  c: number[];
  /** tanh C */
  shown: number[];
  h: number[];
}

/** `c1`, `c2`, … `o3` */
type KnobName = `${InputName}${(typeof UNITS)[number]}`;

const knobs = Object.fromEntries(
  INPUTS.flatMap(({ name, label, limits: [min, max] }) =>
    UNITS.map((unit, at): [KnobName, NumberKnob] => [
      `${name}${unit}`,
      {
        kind: "number",
        label: `${label}, unit ${unit}`,
        min,
        max,
        step: 0.05,
        default: WALK_THROUGH[name][at],
      },
    ]),
  ),
) as Record<KnobName, NumberKnob>;

export const experiment = defineExperiment({
  id: "4A",
  title: "One step of an LSTM, by hand",
  knobs,
  prediction: {
    question: "Unit 1 held 0.8, and its forget gate is 0.1. What will its cell state be near?",
    answers: [
      {
        text: "0.5: almost all of the old is dropped, and the candidate 0.5 is written",
        isRight: true,
        feedback: "0.1 · 0.8 + 0.9 · 0.5 = 0.53.",
      },
      {
        text: "0.8: a cell keeps what it holds",
        isRight: false,
        feedback: "It keeps the share that the forget gate lets through, here a tenth: 0.08.",
      },
      {
        text: "0.1: that is the forget gate",
        isRight: false,
        feedback: "The gate is a factor, not the value: 0.1 · 0.8, and then 0.9 · 0.5 is added.",
      },
    ],
  },
  expected: "C = [0.53, −0.39, −0.41] and h = [0.388, −0.111, −0.233].",
  otherwise: "The step on this page would not be the LSTM's.",
  isInstant: true,

  async *run(settings) {
    const row = (name: InputName) => tensor(UNITS.map((unit) => settings[`${name}${unit}`]));
    const kept = row("f").mul(row("c"));
    const written = row("i").mul(row("g"));
    const c = kept.add(written);
    const shown = c.tanh();
    const h = row("o").mul(shown);

    const isWalkThrough = INPUTS.every(({ name }) =>
      UNITS.every((unit, at) => settings[`${name}${unit}`] === WALK_THROUGH[name][at]),
    );
    const details: StepDetails = {
      kept: [...kept.data],
      written: [...written.data],
      c: [...c.data],
      shown: [...shown.data],
      h: [...h.data],
    };
    const digits = (numbers: ArrayLike<number>) => {
      return Array.from(numbers, (value) => value.toFixed(3)).join(", ");
    };
    yield {
      progress: 1,
      summary: `C = [${digits(c.data)}], h = [${digits(h.data)}].`,
      plots: [],
      tables: [
        {
          title: "The step, unit by unit",
          columns: ["unit", "C₋₁", "f ⊙ C₋₁", "i ⊙ C̃", "C", "tanh C", "h"],
          rows: UNITS.map((unit, at) => [
            unit,
            ...[row("c"), kept, written, c, shown, h].map(({ data }) => data[at].toFixed(3)),
          ]),
        },
      ],
      claims: isWalkThrough
        ? UNITS.flatMap((unit, at) => [
            { says: `C of unit ${unit}`, observed: c.data[at], expected: around(C[at], 0.005) },
            { says: `h of unit ${unit}`, observed: h.data[at], expected: around(H[at], 0.0005) },
          ])
        : [],
      details,
    };
  },
});
