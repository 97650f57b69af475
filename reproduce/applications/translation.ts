/**
 * @file Translation, in BLEU as sacreBLEU counts it: cased, detokenized, 13a.
 */

import { namedScores, numberAt, type Application, type Entry, type Found } from "./application.ts";

const bleu = ({ start, end }: Found) => ({
  score: numberAt(end, "evaluation.bleu"),
  baselines: namedScores(start.baselines, "bleu"),
});

interface LengthBin {
  from: number;
  to: number | null;
  bleu: number | null;
}

/** BLEU by how many words a source has, where there are enough of them. */
const byLength = ({ end }: Found) => {
  const { byLength: bins } = end.evaluation as { byLength: readonly LengthBin[] };
  const scored = bins.flatMap(({ from, to, bleu }) =>
    bleu === null ? [] : [[to === null ? `from ${from} words` : `${from}–${to} words`, bleu]],
  );
  return Object.fromEntries(scored) as Record<string, number>;
};

const COMMON = {
  metric: "BLEU",
  better: "higher",
  digits: 1,
  read: bleu,
  parts: byLength,
  seeds: [1, 2, 3],
} as const;

const MULTI30K = [
  ...["data:multi30k-en-de/train.en.gz", "data:multi30k-en-de/train.de.gz"],
  ...["--validation", "data:multi30k-en-de/val.en.gz", "data:multi30k-en-de/val.de.gz"],
  ...["--test", "data:multi30k-en-de/test_2016_flickr.en.gz"],
  "data:multi30k-en-de/test_2016_flickr.de.gz",
];

/** As the defaults are now. */
const SIZE = [...["--attention", "dot", "--hidden", "512", "--embedding", "256", "--lr", "0.002"]];

/** Small and short, for the comparison of attentions alone. */
function small(
  name: string,
  what: string,
  vocabSize: number,
  attention: string,
  ...more: string[]
): Entry {
  const size = ["--hidden", "128", "--embedding", "64", "--vocab-size", `${vocabSize}`];
  const how = ["--dropout", "0.2", "--lr", "0.003", "--batch", "600", "--steps", "1500"];
  return {
    ...COMMON,
    name,
    what,
    train: [...MULTI30K, ...size, ...how, "--patience", "20", "--attention", attention, ...more],
    seeds: [1, 2, 3],
    published: [],
    minutesPerSeed: 5,
  };
}

export const TRANSLATION: Application = {
  name: "translation",
  title: "Translation",
  about: `Multi30k, English to German: 29,000 captions to train on, the weights chosen by greedy BLEU on 400 of
the 1,014 validation captions, BLEU of a beam of 5 on test 2016. Tatoeba, English to French: 2,000 distinct
English sentences held out at random, each with its first translation as the one reference; sentences that
differ only in case, punctuation or spacing count as one, and all pairs of one are on the same side.
"copy" is the source as it stands, "dictionary" each word replaced by its likeliest translation (IBM model 1).`,
  entries: [
    {
      ...COMMON,
      name: "multi30k",
      what: "Multi30k en→de, test 2016",
      train: [...MULTI30K, "--steps", "3000", "--patience", "20", ...SIZE],
      target: 28,
      published: [
        {
          what: "GRU with attention, de→en",
          score: 28,
          source:
            "bentrevett/pytorch-seq2seq, its notebooks, tokenized and in lower case, as quoted from memory",
        },
      ],
      minutesPerSeed: 15,
    },
    small("multi30k-small", "a small model, 1,500 steps, general attention", 2000, "general"),
    small(
      "multi30k-small-dot",
      "the same small model, dot attention, half the encoder",
      2000,
      "dot",
    ),
    small("multi30k-small-no-attention", "the same small model without attention", 2000, "none"),
    small(
      "multi30k-small-joint",
      "the same small model, general attention, one vocabulary for both, as large as two",
      4000,
      "general",
      "--joint",
    ),
    {
      ...COMMON,
      name: "tatoeba",
      what: "Tatoeba en→fr, 2,000 held out",
      train: [
        ...["data:tatoeba-eng-fra/fra.txt", ...SIZE],
        ...["--dropout", "0.25", "--steps", "12000", "--patience", "40"],
      ],
      target: 40,
      published: [],
      minutesPerSeed: 75,
    },
  ],
};
