/** @file 1B. Which of two words came first? A bag of words cannot know, a reader can. */

import { accuracy, manualSeed, nn, noGrad, optim, RandomGenerator } from "unrolled";
import { NUM_WORDS, pairs } from "../../../../examples/ordered-pairs.ts";
import { CELL_NAMES, CELLS, LastAnswer, Reader, type Cell } from "../../experiments/classifier.ts";
import { defineExperiment, type Findings } from "../../experiments/experiment.ts";
import { inTurns } from "../../experiments/in-turns.ts";

const STEPS = 400;

export const experiment = defineExperiment({
  id: "1B",
  title: "The same words in another order",
  knobs: {
    cell: { kind: "choice", label: "reader", options: CELLS, default: "rnn" },
  },
  prediction: {
    question:
      "Each text holds eight words. The label says which of two of them came first. How often is a network right that adds up the vectors of all words?",
    answers: [
      {
        text: "Exactly half of the time",
        isRight: true,
        feedback:
          "A sum is the same in every order. Each held-out text comes in both orders, so that one of the two answers is wrong.",
      },
      {
        text: "A little better than half, since the words around give hints",
        isRight: false,
        feedback: "The other words are the same in both orders too, and random: there is no hint.",
      },
      {
        text: "Nearly always, with enough features",
        isRight: false,
        feedback: "More features make a longer sum, and a sum has no order.",
      },
    ],
  },
  expected: "The bag of words is right in exactly half of the cases, the recurrent network in all.",
  otherwise:
    "A bag above one half would have seen the order somewhere; a recurrent network at one half would have lost the first word on its way.",

  async *run({ cell, seed }) {
    const generator = new RandomGenerator(seed);
    const held = pairs(200, generator);
    const reader = new Reader(cell as Cell, NUM_WORDS, 16, 2, seed);
    manualSeed(seed);
    const bag = new nn.Sequential(new nn.EmbeddingBag(NUM_WORDS, 8), new nn.Linear(8, 2));
    const contestants: Contestant[] = [
      { name: "bag of words", role: "feedforward", model: bag, curve: [] },
      {
        name: CELL_NAMES[cell as Cell],
        role: cell as Cell,
        model: new LastAnswer(reader),
        curve: [],
      },
    ];
    const optimizers = contestants.map(({ model }) => {
      return new optim.Adam(model.parameters(), { lr: 0.01 });
    });

    const steps = inTurns(STEPS, (step) => {
      const { ids, labels } = pairs(32, generator);
      contestants.forEach(({ model, curve }, at) => {
        const loss = nn.crossEntropy(model.forward(ids), labels);
        optimizers[at].zeroGrad();
        loss.backward();
        nn.utils.clipGradNorm(model.parameters(), 1);
        optimizers[at].step();
        if (step % 20 === 19 || step === 0) {
          curve.push([step + 1, noGrad(() => accuracy(model.forward(held.ids), held.labels))]);
        }
      });
    });
    for (const done of steps) yield findings(contestants, done / STEPS);
  },
});

interface Contestant {
  name: string;
  role: Cell | "feedforward";
  model: nn.Layer;
  /** Steps taken, and the share of the held-out texts that was right then. */
  curve: [step: number, accuracy: number][];
}

function findings(contestants: readonly Contestant[], progress: number): Findings {
  const last = contestants.map(({ name, curve }) => ({ name, accuracy: curve.at(-1)![1] }));
  const said = last.map(({ name, accuracy }) => `${name} ${(100 * accuracy).toFixed(1)} %`);
  return {
    progress,
    summary: `Right on 400 unseen texts: ${said.join(", ")}.`,
    plots: [
      {
        kind: "lines",
        title: "Right on 400 unseen texts, while it learns",
        x: { label: "training step", domain: [0, STEPS] },
        y: { label: "share right", domain: [0, 1] },
        series: contestants.map(({ name, role, curve }) => ({ name, role, points: [...curve] })),
        references: [{ name: "guessing", y: 0.5 }],
      },
    ],
    tables: [
      {
        title: "Share of the unseen texts that is right",
        columns: ["training step", ...contestants.map(({ name }) => name)],
        rows: contestants[0].curve.map(([step], at) => [
          step,
          ...contestants.map(({ curve }) => curve[at][1].toFixed(3)),
        ]),
      },
    ],
    claims:
      progress < 1
        ? []
        : [
            {
              says: `${last[0].name}: share right`,
              observed: last[0].accuracy,
              expected: [0.5, 0.5],
            },
            {
              says: `${last[1].name}: share right`,
              observed: last[1].accuracy,
              expected: [0.98, 1],
            },
          ],
  };
}
