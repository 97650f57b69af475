/**
 * @file Classifiers of texts, in per cent of right answers on texts held out.
 */

import {
  namedScores,
  numberAt,
  type Application,
  type Found,
  type Published,
} from "./application.ts";

const percentRight = ({ start, end }: Found) => {
  const shares = {
    ...namedScores(start.baselines, "accuracy"),
    "network alone, not calibrated": numberAt(end, "network.accuracy"),
  };
  const percents = Object.entries(shares).map(([name, share]) => [name, 100 * share]);
  return {
    score: 100 * numberAt(end, "evaluation.accuracy"),
    baselines: Object.fromEntries(percents) as Record<string, number>,
  };
};

const COMMON = { metric: "% right", better: "higher", digits: 1, read: percentRight } as const;

const TAI = "Tai et al. 2015, with GloVe vectors";

function published(what: string, score: number, source: string): Published {
  return { what, score, source };
}

const FOLDS = Array.from({ length: 10 }, (_, i) => String(i + 1));

const trees = (part: string) => `data:sst/trees/${part}.txt`;
const TREEBANK = [trees("train"), "--dev", trees("dev"), "--test", trees("test")];

export const SENTIMENT: Application = {
  name: "sentiment",
  title: "Sentiment analysis",
  about: `Default settings, no pretrained vectors. The treebank has its official parts, and its labelled
phrases are learned from as well; of the other data the fold named is the test part, and a tenth of the
rest is held out to choose with. Ours is the network and the bag of words together, as the command trains
them by default; the network alone, as trained, stands among the baselines.`,
  entries: [
    {
      ...COMMON,
      name: "sst2",
      what: "Stanford Sentiment Treebank, two classes",
      train: [...TREEBANK, "--binary"],
      seeds: [1, 2, 3],
      target: 86,
      published: [
        published("LSTM", 84.9, `${TAI}, as read`),
        published("bidirectional LSTM", 87.5, `${TAI}, as quoted from memory`),
      ],
      minutesPerSeed: 7,
    },
    {
      ...COMMON,
      name: "sst5",
      what: "Stanford Sentiment Treebank, five classes",
      train: TREEBANK,
      seeds: [1, 2, 3],
      target: 46,
      published: [
        published("LSTM", 46.4, `${TAI}, as quoted from memory`),
        published("bidirectional LSTM", 49.1, `${TAI}, as quoted from memory`),
      ],
      minutesPerSeed: 8,
    },
    {
      ...COMMON,
      name: "rt-polarity",
      what: "Movie-review sentences, 10-fold",
      train: [
        "data:rt-polarity/rt-polarity.pos",
        "data:rt-polarity/rt-polarity.neg",
        "--fold",
        "{fold}/10",
      ],
      folds: FOLDS,
      seeds: [1],
      target: 77,
      published: [published("CNN, no pretrained vectors", 76.1, "Kim 2014, as quoted from memory")],
      minutesPerSeed: 2,
    },
    {
      ...COMMON,
      name: "review-polarity",
      what: "Long movie reviews, 10-fold",
      train: [
        "data:review-polarity/review_polarity.tsv.gz",
        "--fold-column",
        "fold",
        "--fold",
        "{fold}",
      ],
      folds: FOLDS,
      seeds: [1],
      target: 85,
      published: [
        published("bag of words", 86.5, "Pang and Lee 2004, about, as quoted from memory"),
      ],
      minutesPerSeed: 4,
    },
    {
      ...COMMON,
      name: "names",
      what: "Names of 18 languages, by their letters",
      train: ["data:names-by-language", "--tokens", "char"],
      seeds: [1, 2, 3],
      published: [],
      minutesPerSeed: 3,
    },
  ],
};
