/**
 * @file Scores of translations, as tables and in a sentence.
 */

import type { LengthBin, TranslationBaseline, TranslationScores } from "unrolled/tasks/translation";
import { formatCount } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";

export const BASELINE_NAMES: Record<TranslationBaseline["name"], string> = {
  copy: "source copied",
  dictionary: "word for word",
};

/** `29.4` */
export function formatScore(score: number): string {
  return score.toFixed(1);
}

export interface ScoredSystem {
  /** May carry colours, for a table. */
  name: string;
  scores: TranslationScores;
}

export function systemsOf(
  baselines: readonly TranslationBaseline[],
  models: readonly ScoredSystem[],
): ScoredSystem[] {
  const simple = baselines.map((scores) => ({ name: BASELINE_NAMES[scores.name], scores }));
  return [...simple, ...models];
}

export const SCORE_HEAD = ["", "BLEU", "chrF", "length"];

export function scoreRow({ name, scores }: ScoredSystem): string[] {
  return [
    name,
    formatScore(scores.bleu),
    formatScore(scores.chrf),
    `${scores.lengthRatio.toFixed(2)} ×`,
  ];
}

export function scoreTable(systems: readonly ScoredSystem[]): string {
  const [first, ...titles] = SCORE_HEAD;
  const columns = [{ title: first, align: "left" as const }, ...titles.map((title) => ({ title }))];
  return renderTable(columns, systems.map(scoreRow));
}

/** Whether the model is worth its training; `part` is what it was measured on: `test sentences`. */
export function verdict(
  scores: TranslationScores,
  baselines: readonly TranslationBaseline[],
  part: string,
): string {
  const best = baselines.reduce((a, b) => (b.bleu > a.bleu ? b : a));
  const gap = scores.bleu - best.bleu;
  const compared = `the best baseline (${BASELINE_NAMES[best.name]}, BLEU ${formatScore(best.bleu)})`;
  return gap > 0
    ? `BLEU ${formatScore(scores.bleu)} on ${formatCount(scores.sentences)} ${part}, ${formatScore(gap)} above ${compared}.`
    : `BLEU ${formatScore(scores.bleu)}, not better than ${compared}: its training was too short, or the pairs too few.`;
}

/** `6–10`, `31 and more` */
export function binName({ from, to }: LengthBin): string {
  return to === Infinity ? `${from} and more` : `${from}–${to}`;
}

export function lengthTable(systems: readonly { name: string; bins: readonly LengthBin[] }[]): {
  head: string[];
  rows: string[][];
} {
  const [{ bins }] = systems;
  return {
    head: ["words in the source", "sentences", ...systems.map(({ name }) => name)],
    rows: bins.map((bin, i) => [
      binName(bin),
      formatCount(bin.sentences),
      ...systems.map(({ bins: own }) =>
        own[i].bleu === null ? "too few" : formatScore(own[i].bleu),
      ),
    ]),
  };
}
