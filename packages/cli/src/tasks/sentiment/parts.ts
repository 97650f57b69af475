/**
 * @file The three parts of the data: as files give them, by fold, or drawn at random.
 */

import {
  splitFold,
  splitTexts,
  type LeftOut,
  type SentimentConfig,
  type TextParts,
} from "unrolled/tasks/sentiment";
import { FailureError, MisuseError } from "../../errors.ts";
import { joinSources, type Source } from "../../files/read-bytes.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { readLabelled, type LabelledTexts, type ReadingOptions } from "./read-labelled.ts";

/** How the data is read and divided: what was typed. */
export interface PartsOptions extends ReadingOptions {
  /** A file of its own to choose with. */
  devFile?: string;
  /** A file of its own to measure with. */
  testFile?: string;
  /** `3/10`: the third of ten folds is the test part. */
  fold?: string;
}

export interface ReadParts {
  parts: TextParts;
  source: Source;
  about: string[];
  columns: LabelledTexts["columns"];
  /** Where labels became two, the number between them. */
  half?: number;
}

export function readParts(
  inputs: readonly string[],
  options: PartsOptions,
  config: SentimentConfig,
): ReadParts {
  const { devFile, testFile, fold } = options;
  const all = readLabelled(inputs, options);
  const { half } = all;
  const other = (file: string) => readLabelled([file], { ...options, half, phrases: false });
  const dev = devFile === undefined ? null : other(devFile);
  const test = testFile === undefined ? null : other(testFile);
  const files = [all, dev, test].filter((read) => read !== null);
  if (fold !== undefined && (dev || test)) {
    throw new MisuseError("--fold: the fold is the test part, so leave out --dev and --test.");
  }
  const parts = fold === undefined ? withFiles(all, dev, test, config) : byFold(all, fold, config);
  return {
    parts: { ...parts, middle: all.middle },
    source: joinSources(files.map(({ source }) => source)),
    about: files.flatMap(({ about }) => about),
    columns: all.columns,
    half,
  };
}

function withFiles(
  { rows }: LabelledTexts,
  dev: LabelledTexts | null,
  test: LabelledTexts | null,
  config: SentimentConfig,
): TextParts {
  if (dev && test) return { train: rows, validation: dev.rows, test: test.rows };
  if (test) return { ...splitTexts(rows, config, "validation"), test: test.rows };
  if (!dev) return splitTexts(rows, config);
  // What would be held out to choose with is held out to measure with.
  const { train, validation } = splitTexts(
    rows,
    { ...config, validation: config.test },
    "validation",
  );
  return { train, validation: dev.rows, test: validation };
}

function byFold({ rows, folds }: LabelledTexts, fold: string, config: SentimentConfig): TextParts {
  if (folds) {
    const held = rows.filter((_, i) => folds[i] === fold);
    if (held.length === 0) {
      throw new FailureError(
        `--fold ${fold}: no row has it; the folds are ${[...new Set(folds)].slice(0, 20).join(", ")}.`,
      );
    }
    const others = rows.filter((_, i) => folds[i] !== fold);
    return { ...splitTexts(others, config, "validation"), test: held };
  }
  const [, number, k] = /^(\d+)\/(\d+)$/.exec(fold) ?? [];
  if (number === undefined || Number(k) < 2) {
    throw new MisuseError(
      `--fold: expected a fold and how many there are, such as 3/10, or a value of --fold-column, got ${JSON.stringify(fold)}.`,
    );
  }
  return splitFold(rows, Number(number), Number(k), config);
}

/** What was left out, in sentences. */
export function describeLeftOut({ empty, repeated, unknownLabels }: LeftOut): string[] {
  const texts = empty.train + empty.validation + empty.test;
  const unknown = Object.entries(unknownLabels);
  const copies = repeated.validation + repeated.test;
  return [
    ...(texts > 0 ? [`${plural(texts, "text")} without words left out.`] : []),
    ...(copies > 0
      ? [
          `${plural(copies, "held-out text")} left out because the training part has the same (${formatCount(repeated.validation)} to choose with, ${formatCount(repeated.test)} to measure with).`,
        ]
      : []),
    ...(unknown.length > 0
      ? [
          `Held-out texts left out because their label is not in the training part: ${unknown.map(([label, n]) => `${label} (${formatCount(n)})`).join(", ")}.`,
        ]
      : []),
  ];
}
