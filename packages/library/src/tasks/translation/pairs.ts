/**
 * @file Parallel sentences: cleaned, and split so that no source sentence is on two sides.
 */

import { ArgumentError, RandomGenerator } from "unrolled";

/** A sentence and its translation. */
export interface SentencePair {
  source: string;
  target: string;
}

/** What was left out on the way, to be told. */
export interface CleaningReport {
  /** Pairs given. */
  given: number;
  /** One side had nothing but white space. */
  empty: number;
  /** The same pair had come before. */
  repeated: number;
  /** Both sides are the same text: kept, since names and numbers are, but a sign of a mix-up. */
  identical: number;
}

/**
 * White space around sentences goes, and characters are composed (NFC), so that an é is one é
 * however it was typed; pairs with an empty side and repeated pairs are dropped.
 */
export function cleanPairs(pairs: Iterable<SentencePair>): {
  pairs: SentencePair[];
  report: CleaningReport;
} {
  const report = { given: 0, empty: 0, repeated: 0, identical: 0 };
  const kept: SentencePair[] = [];
  const seen = new Set<string>();
  for (const pair of pairs) {
    report.given++;
    const [source, target] = [cleanSentence(pair.source), cleanSentence(pair.target)];
    if (source === "" || target === "") {
      report.empty++;
      continue;
    }
    const key = `${source}\n${target}`;
    if (seen.has(key)) {
      report.repeated++;
      continue;
    }
    seen.add(key);
    if (source === target) report.identical++;
    kept.push({ source, target });
  }
  return { pairs: kept, report };
}

/** One line, without white space around it, its characters composed. */
export function cleanSentence(sentence: string): string {
  return sentence.normalize("NFC").replace(/\s+/gu, " ").trim();
}

/** How many distinct sources to hold out. */
export interface HeldOut {
  validation: number;
  test: number;
}

export interface PairSplit {
  train: SentencePair[];
  validation: SentencePair[];
  test: SentencePair[];
}

/**
 * Holds out pairs at random, by distinct source: sources that differ only in case, punctuation and
 * spacing count as one, and all pairs of one are on the same side. Of a held-out source, the first
 * pair is kept, so that each is translated and scored once.
 *
 * @throws ArgumentError if too few distinct sources are left to train on
 */
export function splitPairs(
  pairs: readonly SentencePair[],
  { validation, test }: HeldOut,
  seed: number,
): PairSplit {
  const groups = new Map<string, SentencePair[]>();
  for (const pair of pairs) {
    const key = sourceKey(pair.source);
    const group = groups.get(key);
    if (group) group.push(pair);
    else groups.set(key, [pair]);
  }
  if (groups.size <= validation + test) {
    throw new ArgumentError(
      `translation: ${validation} distinct sources were to be held out for validation and ${test} for the test, and the data has only ${groups.size} in ${pairs.length} pairs. Hold out fewer, or add pairs.`,
    );
  }
  const all = [...groups.values()];
  const order = new RandomGenerator(seed).permutation(all.length);
  const held = (from: number, count: number) =>
    Array.from(order.subarray(from, from + count), (place) => all[place][0]);
  const trainPlaces = order.subarray(validation + test).toSorted((a, b) => a - b);
  return {
    test: held(0, test),
    validation: held(test, validation),
    train: Array.from(trainPlaces).flatMap((place) => all[place]),
  };
}

/** A tenth for validation, and a twentieth for the test, but never more than is useful. */
export function defaultHeldOut(numPairs: number): HeldOut {
  return {
    validation: Math.max(1, Math.min(1000, Math.floor(numPairs / 20))),
    test: Math.min(2000, Math.floor(numPairs / 20)),
  };
}

/** Training pairs whose source is not among those held out, and how many were. */
export function withoutHeldOut(
  train: readonly SentencePair[],
  heldOut: readonly SentencePair[],
): { train: SentencePair[]; removed: number } {
  const held = new Set(heldOut.map(({ source }) => sourceKey(source)));
  const kept = train.filter(({ source }) => !held.has(sourceKey(source)));
  return { train: kept, removed: train.length - kept.length };
}

/** What makes two sources the same: letters and digits, without case; other signs if that is all. */
export function sourceKey(source: string): string {
  const words = source.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu);
  return words ? words.join(" ") : source;
}
