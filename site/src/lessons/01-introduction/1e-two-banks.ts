/**
 * @file 1E. One token, two meanings: what the hidden state at "bank" holds after a river and after
 * money. The network learns to say the next word; nobody tells it that there are two banks.
 */

import { PCA } from "ml-pca";
import { nn, noGrad, optim, RandomGenerator, tensor } from "unrolled";
import { CELLS, Reader, type Cell } from "../../experiments/classifier.ts";
import { defineExperiment, type Findings } from "../../experiments/experiment.ts";
import { inTurns } from "../../experiments/in-turns.ts";
import type { ScatterPlot } from "../../experiments/plot.ts";
import { contexts, idsOf, SENSES, sentences, WORDS } from "./bank-sentences.ts";

const HIDDEN = 16;
const STEPS = 1000;
const ROLES = ["group-a", "group-b"] as const;

export const experiment = defineExperiment({
  id: "1E",
  title: "One word, two states",
  knobs: {
    cell: { kind: "choice", label: "reader", options: CELLS, default: "gru" },
    text: {
      kind: "text",
      label: "your sentence",
      default: "they fished from the bank",
      maxLength: 120,
      live: true,
    },
  },
  prediction: {
    question:
      "“She rowed to the bank”, “she paid into the bank”. The network reads the same last word, with the same vector. Is its hidden state the same?",
    answers: [
      {
        text: "No: the state also holds what came before",
        isRight: true,
        feedback:
          "hₜ = f(hₜ₋₁, xₜ): the same xₜ meets another hₜ₋₁. To say what follows, it has to know which bank it is.",
      },
      {
        text: "Yes: the same word has the same vector",
        isRight: false,
        feedback:
          "The input is the same. The state is a function of the input and of the state before.",
      },
      {
        text: "Only if it was told that there are two kinds of bank",
        isRight: false,
        feedback:
          "It is only asked for the next word, and grass follows one bank and loans the other. That is enough.",
      },
    ],
  },
  expected:
    "The states at “bank” fall into two groups, by what stood before: every one is nearer to the middle of its own group.",
  otherwise: "Mixed groups would mean that the state has lost the verb, two words back.",

  async *run(settings, lab) {
    const { cell, seed } = settings;
    const generator = new RandomGenerator(seed);
    const reader = new Reader(cell as Cell, WORDS.length, HIDDEN, WORDS.length, seed);
    const optimizer = new optim.Adam(reader.parameters(), { lr: 0.01 });
    let loss = Infinity;

    const steps = inTurns(STEPS, () => {
      const ids = sentences(32, generator);
      const logits = reader.forward(ids.slice(1, 0, -1)).flatten(0, 1);
      const error = nn.crossEntropy(logits, ids.slice(1, 1, ids.shape[1]).flatten(0, 1));
      optimizer.zeroGrad();
      error.backward();
      optimizer.step();
      loss = error.item();
    });
    for (const done of steps) yield findings(reader, settings.text, loss, done / STEPS);
    lab.answer(({ text }) => findings(reader, text, loss, 1));
  },
});

/** The states after each word of one sentence [words, HIDDEN]. */
function statesOf(reader: Reader, ids: readonly number[]): number[][] {
  return noGrad(() =>
    reader
      .states(tensor([[...ids]]))
      .select(0, 0)
      .toArray(),
  ) as number[][];
}

function findings(reader: Reader, text: string, loss: number, progress: number): Findings {
  const groups = SENSES.map((sense) => ({
    name: sense.name,
    contexts: contexts(sense),
    states: contexts(sense).map((context) => statesOf(reader, idsOf(context).ids).at(-1)!),
  }));
  const pca = new PCA(groups.flatMap(({ states }) => states));
  const plane = (states: number[][]) => pca.predict(states, { nComponents: 2 }).to2DArray();
  const middles = groups.map(({ states }) => middle(states));

  const { ids, unknown } = idsOf(text);
  const words = ids.map((id) => WORDS[id]);
  const path = ids.length > 0 ? plane(statesOf(reader, ids)) : [];
  const typed = words.map((word, at) => ({
    x: path[at][0],
    y: path[at][1],
    label: `${at + 1} ${word}`,
    role: "neutral" as const,
  }));

  const right = groups.flatMap(({ states }, own) => {
    return states.filter((state) => nearest(state, middles) === own);
  }).length;
  const all = groups.reduce((sum, { states }) => sum + states.length, 0);
  const spread = groups.flatMap(({ states }, own) => {
    return states.map((state) => distance(state, middles[own]));
  });
  const apart = distance(middles[0], middles[1]) / (sum(spread) / spread.length);
  const ends = words.lastIndexOf("bank");
  const verdict =
    ends < 0
      ? ""
      : ` The last “bank” of your sentence is nearer to ${
          groups[nearest(statesOf(reader, ids)[ends], middles)].name
        }.`;
  const missing = unknown.length > 0 ? ` Not in its vocabulary: ${unknown.join(", ")}.` : "";

  const plot: ScatterPlot = {
    kind: "scatter",
    title: "The state at “bank”, in two principal components, and your sentence word by word",
    x: { label: "first component" },
    y: { label: "second component" },
    points: [
      ...groups.flatMap(({ name, states }, group) => {
        return plane(states).map(([x, y]) => ({ x, y, label: name, role: ROLES[group] }));
      }),
      ...typed,
    ],
  };
  return {
    progress,
    summary:
      `${right} of ${all} states at “bank” are nearest to the middle of their own group; the middles ` +
      `are ${apart.toFixed(1)} times as far apart as the states from their middle.${verdict}${missing}`,
    plots: [plot],
    tables: [
      {
        title: "Your sentence",
        columns: ["word", "first component", "second component"],
        rows: typed.map(({ x, y, label }) => [label, x.toFixed(2), y.toFixed(2)]),
      },
      {
        title: "What was learned",
        columns: ["measure", "value"],
        rows: [
          ["loss, nats per word", loss.toFixed(3)],
          ["words known", WORDS.length],
          ["distance of the two vectors of “bank”", "0: it is one vector"],
          ["distance of the middles, in mean radii", apart.toFixed(2)],
        ],
      },
    ],
    // Seeds 1 to 8 with each cell: 1.000 but for one RNN with 0.969; 3.6 to 700 radii, median 57.
    claims:
      progress < 1
        ? []
        : [
            {
              says: "states nearest to their own group",
              observed: right / all,
              expected: [0.9, 1],
            },
            { says: "distance of the groups, in radii", observed: apart, expected: [3, 10_000] },
          ],
    details: { words: WORDS },
  };
}

function middle(states: readonly number[][]): number[] {
  return states[0].map((_, at) => sum(states.map((state) => state[at])) / states.length);
}

function nearest(state: number[], middles: readonly number[][]): number {
  return distance(state, middles[0]) <= distance(state, middles[1]) ? 0 : 1;
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, at) => value - b[at]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
