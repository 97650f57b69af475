/**
 * @file Language models of texts, in nats per character on the part that is held out.
 */

import {
  namedScores,
  numberAt,
  type Application,
  type Found,
  type Published,
} from "./application.ts";

const natsPerCharacter = ({ start, end }: Found) => ({
  score: numberAt(end, "evaluation.natsPerCharacter"),
  baselines: namedScores(start.baselines, "natsPerCharacter"),
});

const inBits = (nats: number): number => nats / Math.LN2;

/** Of the run's own test part, or of another file that `eval` read. */
const bitsPerCharacter = ({ start, end, evaluation }: Found) => {
  const measured = evaluation
    ? { score: numberAt(evaluation, "natsPerCharacter"), baselines: evaluation.baselines }
    : { score: numberAt(end, "evaluation.natsPerCharacter"), baselines: start.baselines };
  const nats = Object.entries(namedScores(measured.baselines, "natsPerCharacter"));
  return {
    score: inBits(measured.score),
    baselines: Object.fromEntries(nats.map(([name, score]) => [name, inBits(score)])),
  };
};

const PUBLISHED: readonly Published[] = [
  {
    what: "Transformer, 3 minutes of CPU",
    score: 1.88,
    source: "nanoGPT's README, as quoted from memory",
  },
  {
    what: "Transformer, GPU",
    score: 1.4697,
    source: "nanoGPT's README, baby GPT, as quoted from memory",
  },
];

export const TEXT: Application = {
  name: "text",
  title: "Text generation",
  about: `Tiny Shakespeare: 1,115,394 characters, the last tenth held out by position; that part also chose
the best of ten moments of a run, and the settings of the sizes (docs/results/text-search.md, one seed).
War and Peace is parted as
its paper has it, 80 / 10 / 10 % by position, and WikiText-2's training part is not at hand. Baselines
count on the part that the network learns from; a 7-gram reaches 1.517 where the 5-gram is shown. Steps are
given in place of minutes, so that a run is the same to the bit on any machine with this engine: 7,700
are what three minutes of two cores that do nothing else hold, and 20,000 of the medium size half an hour.`,
  entries: [
    {
      name: "shakespeare-small",
      what: "Tiny Shakespeare, 3 minutes",
      train: ["data:tiny-shakespeare/input.txt", "--steps", "7700"],
      seeds: [1, 2, 3],
      metric: "nats per character",
      better: "lower",
      digits: 3,
      read: natsPerCharacter,
      target: 1.53,
      published: PUBLISHED,
      minutesPerSeed: 5,
    },
    {
      name: "shakespeare-medium",
      what: "Tiny Shakespeare, 30 minutes",
      train: ["data:tiny-shakespeare/input.txt", "--size", "medium", "--steps", "20000"],
      seeds: [1, 2, 3],
      metric: "nats per character",
      better: "lower",
      digits: 3,
      read: natsPerCharacter,
      target: 1.46,
      published: PUBLISHED,
      minutesPerSeed: 40,
    },
    {
      name: "war-and-peace",
      what: "War and Peace, test part, 3 minutes",
      train: [
        ...["data:war-and-peace/input.txt", "--validation", "0.1", "--test", "0.1"],
        ...["--steps", "7700"],
      ],
      seeds: [1],
      metric: "bits per character",
      better: "lower",
      digits: 3,
      read: bitsPerCharacter,
      published: [
        {
          what: "LSTM 2 × 128, trained to its end",
          score: inBits(1.227),
          source: "Karpathy et al. 2015, table 1, 1.227 nats, as quoted from memory",
        },
        {
          what: "LSTM 3 × 512, the best",
          score: inBits(1.082),
          source: "the same, 1.082 nats",
        },
      ],
      minutesPerSeed: 6,
    },
    {
      name: "wikitext-2",
      what: "WikiText-2, learned from its validation part alone, measured on its test part, 3 minutes",
      train: ["data:wikitext-2-partial/wiki.valid.txt", "--steps", "7700"],
      eval: ["data:wikitext-2-partial/wiki.test.txt"],
      seeds: [1],
      metric: "bits per character",
      better: "lower",
      digits: 3,
      read: bitsPerCharacter,
      published: [],
      minutesPerSeed: 5,
      remark:
        "58 characters of 1,255,018, of 15 kinds that are not in the validation part, are left out",
    },
  ],
};
