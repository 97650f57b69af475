/**
 * @file Scores side by side, on a terminal and in words.
 */

import type { Estimate } from "unrolled";
import type { SentimentEvaluation, SentimentModel } from "unrolled/tasks/sentiment";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatLoss } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";

/** What `metrics.jsonl` keeps of an evaluation: no lists as long as the data. */
export type Score = { name: string } & Omit<SentimentEvaluation, "probabilities" | "answers">;

export function scoreOf(
  name: string,
  { probabilities: _probabilities, answers: _answers, ...rest }: SentimentEvaluation,
): Score {
  return { name, ...rest };
}

/** Of the network as trained: without the bag of words, and without what calibration found. */
export function networkScore({ config, bag }: SentimentModel, alone: SentimentEvaluation): Score {
  const { name } = CELL_LOOKS[config.cell];
  return scoreOf(bag ? `${name} alone, not calibrated` : `${name}, not calibrated`, alone);
}

export const SCORE_HEAD = ["", "right", "95 %", "macro F1", "log loss", "calibration error"];

export function scoreCells(score: Score): string[] {
  const { name, accuracy, accuracyInterval, macroF1, logLoss, calibrationError } = score;
  const { low, high } = accuracyInterval;
  return [
    name,
    percent(accuracy),
    `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`,
    percent(macroF1),
    formatLoss(logLoss),
    percent(calibrationError),
  ];
}

export function scoreTable(scores: readonly Score[]): string {
  const [, ...head] = SCORE_HEAD;
  return renderTable(
    [{ title: "on texts held out", align: "left" }, ...head.map((title) => ({ title }))],
    scores.map(scoreCells),
  );
}

/** One decimal, always: models differ by less than a point. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Whether a model is ahead of the best baseline, with the interval of the difference. */
export function verdict(model: Score, baseline: Score, { estimate, low, high }: Estimate): string {
  const points = (share: number) => Math.abs(100 * share).toFixed(1);
  const signed = (share: number) => `${share < 0 ? "−" : "+"}${points(share)}`;
  const how =
    low > 0
      ? `${points(estimate)} points above`
      : high < 0
        ? `${points(estimate)} points below`
        : "not reliably different from";
  return `${model.name}: ${percent(model.accuracy)} of ${model.texts} texts right, ${how} the ${baseline.name} (${percent(baseline.accuracy)}); 95 % interval of the difference: ${signed(low)} to ${signed(high)} points.`;
}
