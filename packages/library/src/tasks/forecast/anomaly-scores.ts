/**
 * @file Alarms beside labels: precision, recall and F1 by point and by event, and a baseline.
 */

import { ArgumentError, normalQuantile } from "unrolled";

/** Rows `from` … `to` − 1 that somebody has called anomalous. */
export interface LabelledInterval {
  from: number;
  to: number;
}

export interface DetectionScore {
  precision: number;
  recall: number;
  f1: number;
}

export interface DetectionScores {
  /** Every row counts alike: it is labelled or not, an alarm or not. */
  byPoint: DetectionScore;
  /**
   * Recall: the share of labelled intervals with an alarm in them. Precision: the share of alarm
   * events, rows of alarms without a gap, that touch a labelled interval.
   */
  byEvent: DetectionScore;
  events: { labelled: number; found: number; alarms: number; right: number };
}

/**
 * How good alarms are.
 *
 * @param tolerance rows after a labelled interval in which an alarm still counts as right
 *
 * @example
 * const alarms = [false, true, true, false, false, true];
 * const { byEvent, byPoint } = scoreAnomalies(alarms, [{ from: 1, to: 4 }]);
 * byEvent; // { precision: 0.5, recall: 1, f1: 0.667 }
 * byPoint; // { precision: 0.667, recall: 0.667, f1: 0.667 }
 */
export function scoreAnomalies(
  alarms: readonly boolean[],
  labels: readonly LabelledInterval[],
  tolerance = 0,
): DetectionScores {
  for (const { from, to } of labels) {
    if (from < to && from >= 0 && to <= alarms.length) continue;
    throw new ArgumentError(
      `scoreAnomalies: expected labelled intervals within rows 0 to ${alarms.length}, got ${from} to ${to}.`,
    );
  }
  const isLabelled = alarms.map((_, row) => labels.some(({ from, to }) => row >= from && row < to));
  const isRight = alarms.map((_, row) =>
    labels.some(({ from, to }) => row >= from && row < to + tolerance),
  );
  const countOf = (test: (row: number) => boolean) => alarms.filter((_, row) => test(row)).length;
  const points = {
    alarms: countOf((row) => alarms[row]),
    right: countOf((row) => alarms[row] && isRight[row]),
    found: countOf((row) => alarms[row] && isLabelled[row]),
    labelled: countOf((row) => isLabelled[row]),
  };
  const events = eventsOf(alarms);
  const rightEvents = events.filter(({ from, to }) => isRight.slice(from, to).includes(true));
  const foundLabels = labels.filter(({ from, to }) =>
    alarms.slice(from, to + tolerance).includes(true),
  );
  const counts = {
    labelled: labels.length,
    found: foundLabels.length,
    alarms: events.length,
    right: rightEvents.length,
  };
  return { byPoint: scoreOf(points), byEvent: scoreOf(counts), events: counts };
}

/** Stretches of alarms. */
function eventsOf(alarms: readonly boolean[]): LabelledInterval[] {
  const events: LabelledInterval[] = [];
  alarms.forEach((alarm, row) => {
    if (!alarm) return;
    const last = events.at(-1);
    if (last?.to === row) last.to++;
    else events.push({ from: row, to: row + 1 });
  });
  return events;
}

/** Without alarms precision is 1: none was wrong. Without labels recall is 1. */
function scoreOf(counts: {
  alarms: number;
  right: number;
  labelled: number;
  found: number;
}): DetectionScore {
  const precision = counts.alarms > 0 ? counts.right / counts.alarms : 1;
  const recall = counts.labelled > 0 ? counts.found / counts.labelled : 1;
  const sum = precision + recall;
  return { precision, recall, f1: sum > 0 ? (2 * precision * recall) / sum : 0 };
}

/**
 * The baseline: a value is an anomaly if it is farther from the mean of the `window` values before it
 * than a normal distribution of their spread would be in `falseAlarmRate` of all cases. The first
 * `window` values, and missing ones, are none.
 */
export function rollingZScore(
  values: ArrayLike<number>,
  { window, falseAlarmRate = 0.001 }: { window: number; falseAlarmRate?: number },
): boolean[] {
  const bound = normalQuantile(1 - falseAlarmRate / 2);
  return Array.from(values, (value, row) => {
    if (row < window || Number.isNaN(value)) return false;
    const past = Array.from({ length: window }, (_, i) => values[row - 1 - i]).filter(
      (it) => !Number.isNaN(it),
    );
    const mean = past.reduce((sum, it) => sum + it, 0) / past.length;
    const variance = past.reduce((sum, it) => sum + (it - mean) ** 2, 0) / past.length;
    return Math.abs(value - mean) > bound * Math.sqrt(variance);
  });
}
