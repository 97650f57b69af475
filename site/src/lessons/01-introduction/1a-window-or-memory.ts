/**
 * @file 1A. "The cat sat on the ___": a window of k words against a network that carries a state. In
 * this small language the second of five words decides between mat and rug.
 */

import { accuracy, manualSeed, nn, noGrad, optim, RandomGenerator, tensor } from "unrolled";
import { riddles, WORDS, type Riddles } from "../../../../examples/riddles.ts";
import { CELL_NAMES, CELLS, Reader, type Cell } from "../../experiments/classifier.ts";
import { defineExperiment, type Findings } from "../../experiments/experiment.ts";
import { inTurns } from "../../experiments/in-turns.ts";

const HIDDEN = 16;
const STEPS = 300;
/** The animal stands four words before the answer. */
const NEEDED = 4;

export const experiment = defineExperiment({
  id: "1A",
  title: "A window of k words, or a memory",
  knobs: {
    k: { kind: "number", label: "largest window", min: 1, max: 5, step: 1, default: 5 },
    cell: { kind: "choice", label: "memory", options: CELLS, default: "rnn" },
  },
  prediction: {
    question:
      "“The cat sat on the …”: mat after a cat, rug after a dog. A feedforward network sees the last three words. How often is it right?",
    answers: [
      {
        text: "Half of the time",
        isRight: true,
        feedback:
          "“sat on the” follows cats and dogs alike. No amount of training finds what is not in the window.",
      },
      {
        text: "Nearly always, once it has been trained long enough",
        isRight: false,
        feedback:
          "Training can only use what the network sees. “sat on the” is the same behind a cat and behind a dog.",
      },
      {
        text: "In three of four cases, since it sees three of the four words it needs",
        isRight: false,
        feedback: "The three that it sees say nothing about the animal; the fourth says it all.",
      },
    ],
  },
  expected:
    "Windows of one, two and three words are right in exactly half of the cases, windows of four and more always. The recurrent network, which reads one word at a time, is right too.",
  otherwise:
    "A short window that is right more often would have found a clue besides the animal: the sentences held out would not be balanced. A long one that is not would not have been trained enough.",

  async *run({ k, cell, seed }) {
    const generator = new RandomGenerator(seed);
    const { train, held } = riddles(generator);
    const results: Result[] = [];

    for (let windowSize = 1; windowSize <= k + 1; windowSize++) {
      const isWindow = windowSize <= k;
      manualSeed(seed);
      const model = isWindow
        ? new nn.WindowModel(WORDS.length, 8, HIDDEN, WORDS.length, { windowSize })
        : new Reader(cell as Cell, WORDS.length, HIDDEN, WORDS.length, seed);
      const result: Result = isWindow
        ? { name: `window of ${windowSize}`, role: "feedforward", windowSize, accuracy: 0 }
        : { name: CELL_NAMES[cell as Cell], role: cell as Cell, windowSize: 0, accuracy: 0 };
      results.push(result);
      for (const done of learn(model, train, generator)) {
        result.accuracy = answer(model, held);
        yield findings(results, (windowSize - 1 + done / STEPS) / (k + 1));
      }
    }
  },
});

interface Result {
  name: string;
  role: Cell | "feedforward";
  /** 0 for the recurrent network. */
  windowSize: number;
  accuracy: number;
}

function learn(model: nn.Layer, train: Riddles, generator: RandomGenerator): Generator<number> {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  return inTurns(STEPS, () => {
    const batch = tensor(generator.permutation(train.ids.shape[0]).slice(0, 40));
    const logits = model.forward(train.ids.indexSelect(0, batch)).select(1, -1);
    const loss = nn.crossEntropy(logits, train.targets.indexSelect(0, batch));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  });
}

function answer(model: nn.Layer, held: Riddles): number {
  return noGrad(() => accuracy(model.forward(held.ids).select(1, -1), held.targets));
}

function findings(results: readonly Result[], progress: number): Findings {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return {
    progress,
    summary: `Right on unseen sentences: ${results
      .map(({ name, accuracy }) => `${name} ${percent(accuracy)}`)
      .join(", ")}.`,
    plots: [
      {
        kind: "bars",
        title: "Right on 80 unseen sentences",
        y: { label: "share right", domain: [0, 1] },
        bars: results.map(({ name, role, accuracy }) => ({ name, role, value: accuracy })),
        references: [{ name: "guessing", y: 0.5 }],
      },
    ],
    tables: [
      {
        title: "Share of 80 unseen sentences that is right",
        columns: ["network", "sees", "right"],
        rows: results.map(({ name, windowSize, accuracy }) => [
          name,
          windowSize ? `${windowSize} of 5 words` : "one word, and its state",
          percent(accuracy),
        ]),
      },
    ],
    claims:
      progress < 1
        ? []
        : results.map(({ name, windowSize, accuracy }) => ({
            says: `${name}: share right`,
            observed: accuracy,
            // Exactly half, since every sentence held out is there with a cat and with a dog.
            // The others were at 1 with each of the seeds 1 to 10.
            expected: windowSize > 0 && windowSize < NEEDED ? [0.5, 0.5] : [0.975, 1],
          })),
  };
}
