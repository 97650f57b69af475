/**
 * @file What a text run notes in its metrics besides what every run does, and how that is shown.
 */

import type { TextData, TextEvaluation, TextResult } from "unrolled/tasks/text";
import type { MetricsLine } from "../../files/model-directory.ts";
import { formatLoss } from "../../terminal/numbers.ts";
import { bestOf, type Baseline } from "./scores.ts";

/** For the first line. */
export function startFacts(data: TextData, baselines: readonly Baseline[]) {
  return {
    vocabSize: data.tokenizer.vocabSize,
    trainTokens: data.trainIds.length,
    validationTokens: data.validationIds.length,
    testTokens: data.test?.ids.length ?? 0,
    baselines,
  };
}

/** For the last line. */
export function endFacts(
  { evaluation, model }: TextResult,
  tokensPerSecond: number,
  sample: string,
) {
  return { evaluation, parameters: model.numParameters(), tokensPerSecond, sample };
}

/** What `unrolled inspect` tells of them. */
export function trainingFacts(start: MetricsLine, end: MetricsLine): [string, string][] {
  const { natsPerCharacter } = end.evaluation as TextEvaluation;
  const best = bestOf(start.baselines as Baseline[]);
  return [
    [
      "held-out loss",
      `${formatLoss(natsPerCharacter)} nats per character (best baseline, ${best.name}: ${formatLoss(best.natsPerCharacter)})`,
    ],
  ];
}
