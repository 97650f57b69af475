/**
 * @file How good answers are, always beside what is reached without a recurrent network.
 */

import type { SensorBaseline, SensorEvaluation } from "unrolled/tasks/sensors";
import { formatPercent } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";

/** The number by which two are compared: the higher the better. */
export function scoreOf(evaluation: SensorEvaluation): number {
  return evaluation.kind === "classes" ? evaluation.accuracy : evaluation.r2;
}

export function bestOf(baselines: readonly SensorBaseline[]): SensorBaseline {
  return baselines.reduce((best, next) =>
    scoreOf(next.evaluation) > scoreOf(best.evaluation) ? next : best,
  );
}

/** The columns that a table of these scores has. */
export function scoreTitles({ kind, cases }: SensorEvaluation): string[] {
  const on = `on ${cases} held-out recordings`;
  return kind === "classes"
    ? [on, "accuracy", "95 % interval", "macro F1"]
    : [on, "MAE", "RMSE", "R²"];
}

export function scoreCells(evaluation: SensorEvaluation): string[] {
  if (evaluation.kind === "classes") {
    const { accuracy, interval, macroF1 } = evaluation;
    const range = `${(100 * interval.low).toFixed(1)}–${(100 * interval.high).toFixed(1)} %`;
    return [percent(accuracy), range, macroF1.toFixed(3)];
  }
  const { mae, rmse, r2 } = evaluation;
  return [mae.toPrecision(4), rmse.toPrecision(4), r2.toFixed(3)];
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function scoreTable(
  baselines: readonly SensorBaseline[],
  name: string,
  evaluation: SensorEvaluation,
): string {
  const [first, ...others] = scoreTitles(evaluation);
  return renderTable(
    [{ title: first, align: "left" }, ...others.map((title) => ({ title }))],
    [
      ...baselines.map((it) => [it.name, ...scoreCells(it.evaluation)]),
      [name, ...scoreCells(evaluation)],
    ],
  );
}

/** Whether the model is worth its training, in a sentence or two. */
export function verdict(
  name: string,
  evaluation: SensorEvaluation,
  baselines: readonly SensorBaseline[],
): string {
  const best = bestOf(baselines);
  const gap = scoreOf(evaluation) - scoreOf(best.evaluation);
  const shown = (it: SensorEvaluation) =>
    it.kind === "classes" ? `${percent(it.accuracy)} right` : `R² ${it.r2.toFixed(3)}`;
  const compared = `${shown(evaluation)}, the best baseline (${best.name}) ${shown(best.evaluation)}`;
  if (gap <= 0) {
    return `The ${name} is not better than the best baseline: ${compared}. Where a recording's summary or its nearest neighbour tells as much, prefer those.`;
  }
  const isClear =
    evaluation.kind !== "classes" || evaluation.interval.low > scoreOf(best.evaluation);
  const doubt = isClear
    ? ""
    : ` On ${evaluation.cases} recordings a difference of ${formatPercent(gap)} can be chance.`;
  return `The ${name} is better than every baseline: ${compared}.${doubt}`;
}
