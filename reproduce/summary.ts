/**
 * @file A row in words: what was published, what we found, and how the two compare.
 */

import type { RunRecord } from "./records.ts";
import type { Row } from "./table.ts";

/** Mean and spread of a row's runs. */
export interface Summary {
  scores: number[];
  count: number;
  mean: number;
  /** Standard deviation of the sample; 0 for one run. */
  spread: number;
  seconds: number;
  cpuSeconds: number;
}

export function summarize(records: RunRecord[]): Summary {
  const count = records.length;
  const sum = (value: (record: RunRecord) => number) =>
    records.reduce((total, record) => total + value(record), 0);
  const mean = sum(({ score }) => score) / count;
  const squares = sum(({ score }) => (score - mean) ** 2);
  return {
    scores: records.map(({ score }) => score),
    count,
    mean,
    spread: count > 1 ? Math.sqrt(squares / (count - 1)) : 0,
    seconds: sum(({ seconds }) => seconds) / count,
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds) / count,
  };
}

/**
 * How the mean stands to the published number: "better", "within the spread" of one standard
 * deviation of the seeds, or "worse". Of a claim, for how many seeds it holds.
 */
export function verdict({ published, claim, better }: Row, summary: Summary | null): string {
  if (!summary) return "not run";
  if (published === null) {
    return `holds for ${summary.scores.filter(claim!.holds).length} of ${summary.count}`;
  }
  const gain = better === "lower" ? published - summary.mean : summary.mean - published;
  if (gain >= 0) return "better";
  return -gain <= summary.spread ? "within the spread" : "worse";
}

export function formatScore(row: Row, score: number): string {
  if (score !== 0 && Math.abs(score) < 0.001) return score.toExponential(1);
  if (row.digits === 0) return Math.round(score).toLocaleString("en-US");
  return score.toFixed(row.digits ?? 2);
}

/** The published number, or what the paper shows instead. */
export function publishedInWords(row: Row): string {
  return row.published === null
    ? row.claim!.text
    : `${formatScore(row, row.published)} ${row.unit}`;
}

/** "8.41 ± 0.02", or "not run (estimate 1.2 hours)". */
export function oursInWords(row: Row, summary: Summary | null): string {
  if (!summary) {
    const hours = row.hoursPerSeed * row.seeds.length;
    return `not run (estimate ${hours < 0.1 ? "under 0.1" : hours.toFixed(1)} hours)`;
  }
  const mean = formatScore(row, summary.mean);
  if (summary.count === 1) return mean;
  const spread = formatScore(row, summary.spread);
  // A spread that rounds to nothing is said in one digit more.
  return `${mean} ± ${Number(spread) === 0 ? summary.spread.toPrecision(1) : spread}`;
}

export function minutes(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}
