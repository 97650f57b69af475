/**
 * @file What is held out: so many distinct sources of the training data, or files of one's own.
 */

import {
  cleanPairs,
  defaultHeldOut,
  splitPairs,
  withoutHeldOut,
  type CleaningReport,
  type SentencePair,
} from "unrolled/tasks/translation";
import { FailureError } from "../../errors.ts";
import { joinSources, type Source } from "../../files/read-bytes.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { readPairs, withoutEmpty, type PairOptions } from "./read-pairs.ts";

/** As typed: a number, or one or two files. */
export interface HeldOutOptions {
  validation?: string[];
  test?: string[];
}

/** The parts, and what was left out on the way to them. */
export interface PreparedPairs {
  train: SentencePair[];
  validation: SentencePair[];
  test: SentencePair[];
  report: CleaningReport & {
    /** Training pairs whose source is held out: removed. */
    heldOut: number;
    /** Pairs of held-out files with an empty side: removed. */
    emptyHeldOut: number;
    /** Test pairs whose translation occurs in training, under another source: they stay. */
    knownTargets: number;
  };
  about: string[];
  source: Source;
}

/** The same for every seed of the training, so that their scores can be compared. */
const SPLIT_SEED = 1;

/** Reads everything that was named, and parts it. */
export function preparePairs(
  files: readonly string[],
  { validation, test }: HeldOutOptions,
  reading: PairOptions,
): PreparedPairs {
  const given = readPairs(files, reading);
  const cleaned = cleanPairs(given.pairs);
  if (cleaned.pairs.length === 0) {
    throw new FailureError(
      `${given.about}: expected sentences on both sides, and in every one of ${plural(given.pairs.length, "pair")} a side is empty.`,
    );
  }
  const fromFiles = {
    validation: filesOf(validation, reading),
    test: filesOf(test, reading),
  };
  const counts = countsFor(cleaned.pairs.length, { validation, test }, fromFiles);
  const split = splitPairs(cleaned.pairs, counts, SPLIT_SEED);
  const held = [fromFiles.validation, fromFiles.test].flatMap((part) => part?.pairs ?? []);
  const { train, removed } = withoutHeldOut(split.train, held);
  if (train.length === 0) {
    throw new FailureError(
      "Every source of the training files is held out too, so nothing is left to train on. Are they the same files?",
    );
  }
  const parts = {
    train,
    // One pair alone is learned by heart, and measured on itself.
    validation: fromFiles.validation?.pairs ?? (counts.validation > 0 ? split.validation : train),
    test: fromFiles.test?.pairs ?? split.test,
  };
  const known = new Set(train.map(({ target }) => target));
  const others = [fromFiles.validation, fromFiles.test].filter((part) => part !== null);
  return {
    ...parts,
    report: {
      ...cleaned.report,
      heldOut: removed,
      emptyHeldOut: others.reduce((sum, { empty }) => sum + empty, 0),
      knownTargets: parts.test.filter(({ target }) => known.has(target)).length,
    },
    about: [given.about, ...others.map(({ about }) => about)],
    source: joinSources([given.source, ...others.map(({ source }) => source)]),
  };
}

function countOf(typed: readonly string[] | undefined): number | null {
  return typed?.length === 1 && /^\d+$/.test(typed[0]) ? Number(typed[0]) : null;
}

function filesOf(typed: readonly string[] | undefined, reading: PairOptions) {
  if (typed === undefined || countOf(typed) !== null) return null;
  const { pairs: all, about, source } = readPairs(typed, typed.length === 1 ? reading : {});
  const { pairs, empty } = withoutEmpty(all);
  if (pairs.length > 0) return { pairs, empty, about, source };
  throw new FailureError(`${about}: expected sentences on both sides, got none.`);
}

function countsFor(
  numPairs: number,
  typed: HeldOutOptions,
  fromFiles: Record<"validation" | "test", unknown>,
) {
  const byDefault = defaultHeldOut(numPairs);
  // Whoever has a validation file has a test file as well, for `unrolled eval`.
  const test = fromFiles.test || fromFiles.validation ? 0 : byDefault.test;
  const counts = {
    validation: fromFiles.validation ? 0 : (countOf(typed.validation) ?? byDefault.validation),
    test: fromFiles.test ? 0 : (countOf(typed.test) ?? test),
  };
  return numPairs === 1 ? { validation: 0, test: 0 } : counts;
}

/** What was found, dropped and held out, in sentences. */
export function describePairs({ train, validation, test, report, about }: PreparedPairs): string[] {
  const dropped = [
    [report.empty + report.emptyHeldOut, "with an empty side"],
    [report.repeated, "that came before"],
    [report.heldOut, "whose source is held out"],
  ] as const;
  const left = dropped
    .filter(([count]) => count > 0)
    .map(([count, why]) => `${formatCount(count)} ${why}`);
  const lines = about.map((text) => `${text}.`);
  if (left.length > 0) lines.push(`Left out: pairs ${left.join(", ")}.`);
  lines.push(
    `${plural(train.length, "pair")} to train on, ${formatCount(validation.length)} to choose by, ${formatCount(test.length)} to test. No source of one part is in another, whatever its case and punctuation.`,
  );
  if (report.knownTargets > 0) {
    lines.push(
      `${formatCount(report.knownTargets)} of the test's translations occur in training too, under other sources.`,
    );
  }
  if (report.identical * 2 > report.given) {
    lines.push(
      `In ${formatCount(report.identical)} of ${plural(report.given, "pair")} both sides are the same text. Are these two languages?`,
    );
  }
  return lines;
}
