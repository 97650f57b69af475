/**
 * @file What a translation run notes in its metrics besides what every run does, and how that is shown.
 */

import type {
  TranslationBaseline,
  TranslationData,
  TranslationEvaluation,
  TranslationModel,
  TranslationScores,
} from "unrolled/tasks/translation";
import type { MetricsLine } from "../../files/model-directory.ts";
import { formatCount } from "../../terminal/numbers.ts";
import type { PreparedPairs } from "./held-out.ts";
import { BASELINE_NAMES, formatScore } from "./scores.ts";

/** For the first line. */
export function startFacts(
  { report, validation, test }: Omit<PreparedPairs, "train">,
  { tokenizers, train, tooLong }: TranslationData,
  baselines: readonly TranslationBaseline[],
) {
  return {
    pairs: { ...report, tooLong },
    trainPairs: train.length,
    validationPairs: validation.length,
    testPairs: test.length,
    sourceVocabSize: tokenizers.source.vocabSize,
    targetVocabSize: tokenizers.target.vocabSize,
    baselines,
  };
}

/** For the last line; `measuredOn` says which part the evaluation is of. */
export function endFacts(
  model: TranslationModel,
  evaluation: TranslationEvaluation,
  measuredOn: "test" | "validation",
  tokensPerSecond: number,
) {
  const { translations, ...scores } = evaluation;
  return {
    evaluation: scores,
    /** Those that the limit on their length cut. */
    cut: translations.filter(({ ended }) => !ended).length,
    measuredOn,
    parameters: model.numParameters(),
    tokensPerSecond,
  };
}

/** What `unrolled inspect` tells of them. */
export function trainingFacts(start: MetricsLine, end: MetricsLine): [string, string][] {
  const { bleu, chrf, sentences, signature } = end.evaluation as TranslationScores;
  const baselines = start.baselines as TranslationBaseline[];
  const best = baselines.reduce((a, b) => (b.bleu > a.bleu ? b : a));
  return [
    [
      "BLEU",
      `${formatScore(bleu)} on ${formatCount(sentences)} ${String(end.measuredOn)} sentences (best baseline, ${BASELINE_NAMES[best.name]}: ${formatScore(best.bleu)})`,
    ],
    ["chrF", formatScore(chrf)],
    ["signature", signature],
    ["pairs", formatCount(start.trainPairs as number)],
  ];
}
