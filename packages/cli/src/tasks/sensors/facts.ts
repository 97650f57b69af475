/**
 * @file What a run notes in its metrics besides what every run does, and how that is shown.
 */

import type { SensorBaseline, SensorData, SensorEvaluation } from "unrolled/tasks/sensors";
import type { MetricsLine } from "../../files/model-directory.ts";
import { bestOf, scoreCells, scoreTitles } from "./scores.ts";

/** For the first line. */
export function startFacts({ scheme, train, validation }: SensorData, testCases: number) {
  return {
    channels: scheme.channels,
    classes: scheme.classes,
    trainCases: train.length,
    validationCases: validation.length,
    testCases,
  };
}

/** What `unrolled inspect` tells of the last line. */
export function trainingFacts(_start: MetricsLine, end: MetricsLine): [string, string][] {
  const evaluation = end.evaluation as SensorEvaluation;
  const best = bestOf(end.baselines as SensorBaseline[]);
  const [, measure] = scoreTitles(evaluation);
  return [
    [
      `held-out ${measure}`,
      `${scoreCells(evaluation)[0]} (best baseline, ${best.name}: ${scoreCells(best.evaluation)[0]})`,
    ],
  ];
}
