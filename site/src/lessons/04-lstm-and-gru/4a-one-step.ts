/**
 * @file 4A. One LSTM step as a calculator: three units, every gate in the reader's hand.
 *
 *   C = f ⊙ C₋₁ + i ⊙ C̃        h = o ⊙ tanh(C)
 */

import { tensor } from "unrolled";
import { around, defineExperiment, type NumberKnob } from "../../experiments/experiment.ts";

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

const UNITS = [1, 2, 3] as const;
const gate = (label: string, value: number): NumberKnob => {
  return { kind: "number", label, min: 0, max: 1, step: 0.05, default: value };
};
const signed = (label: string, value: number, limit: number): NumberKnob => {
  return { kind: "number", label, min: -limit, max: limit, step: 0.05, default: value };
};

export const experiment = defineExperiment({
  id: "4A",
  title: "One step of an LSTM, by hand",
  knobs: {
    c1: signed("C₋₁, unit 1", WALK_THROUGH.c[0], 2),
    c2: signed("C₋₁, unit 2", WALK_THROUGH.c[1], 2),
    c3: signed("C₋₁, unit 3", WALK_THROUGH.c[2], 2),
    f1: gate("forget, unit 1", WALK_THROUGH.f[0]),
    f2: gate("forget, unit 2", WALK_THROUGH.f[1]),
    f3: gate("forget, unit 3", WALK_THROUGH.f[2]),
    i1: gate("input, unit 1", WALK_THROUGH.i[0]),
    i2: gate("input, unit 2", WALK_THROUGH.i[1]),
    i3: gate("input, unit 3", WALK_THROUGH.i[2]),
    g1: signed("candidate, unit 1", WALK_THROUGH.g[0], 1),
    g2: signed("candidate, unit 2", WALK_THROUGH.g[1], 1),
    g3: signed("candidate, unit 3", WALK_THROUGH.g[2], 1),
    o1: gate("output, unit 1", WALK_THROUGH.o[0]),
    o2: gate("output, unit 2", WALK_THROUGH.o[1]),
    o3: gate("output, unit 3", WALK_THROUGH.o[2]),
  },
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
    const row = (name: "c" | "f" | "i" | "g" | "o") => {
      return tensor(UNITS.map((unit) => settings[`${name}${unit}`]));
    };
    const kept = row("f").mul(row("c"));
    const written = row("i").mul(row("g"));
    const c = kept.add(written);
    const h = row("o").mul(c.tanh());

    const isWalkThrough = Object.entries(WALK_THROUGH).every(([name, values]) => {
      return values.every((value, at) => {
        return settings[`${name}${at + 1}` as keyof typeof settings] === value;
      });
    });
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
            ...[row("c"), kept, written, c, c.tanh(), h].map(({ data }) => data[at].toFixed(3)),
          ]),
        },
      ],
      claims: isWalkThrough
        ? UNITS.flatMap((unit, at) => [
            { says: `C of unit ${unit}`, observed: c.data[at], expected: around(C[at], 0.005) },
            { says: `h of unit ${unit}`, observed: h.data[at], expected: around(H[at], 0.0005) },
          ])
        : [],
      details: { c: [...c.data], h: [...h.data] },
    };
  },
});
