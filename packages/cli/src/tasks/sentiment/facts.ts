/**
 * @file What `unrolled inspect` tells of a classifier's training.
 */

import type { Mix } from "unrolled/tasks/sentiment";
import type { MetricsLine } from "../../files/model-directory.ts";
import { formatCount } from "../../terminal/numbers.ts";
import { percent, type Score } from "./scores.ts";

export function trainingFacts(start: MetricsLine, end: MetricsLine): [string, string][] {
  const labels = start.labels as string[];
  const texts = start.texts as Record<"train" | "validation" | "test", number>;
  const baselines = start.baselines as Score[];
  const best = baselines.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const score = end.evaluation as Score;
  const network = end.network as Score;
  const { network: factor = 1, bag = 0, offsets = [] } = end.mix as Partial<Mix>;
  return [
    [
      "classes",
      `${labels.length}: ${labels.slice(0, 10).join(", ")}${labels.length > 10 ? ", …" : ""}`,
    ],
    [
      "texts",
      `${formatCount(texts.train)} to learn from, ${formatCount(texts.validation)} to choose with, ${formatCount(texts.test)} to measure with`,
    ],
    [
      "right on texts held out",
      `${percent(score.accuracy)} (best baseline, ${best.name}: ${percent(best.accuracy)}; ${network.name}: ${percent(network.accuracy)})`,
    ],
    [
      "calibration error",
      `${percent(score.calibrationError)}, before ${percent(network.calibrationError)}`,
    ],
    ["factor on the network's logits", factor.toFixed(3)],
    ["factor on the bag's logits", bag.toFixed(3)],
    ...(offsets.length > 0 ? [offsetsOf(labels, offsets)] : []),
  ];
}

/** Only the largest where there are many classes. */
function offsetsOf(labels: readonly string[], offsets: readonly number[]): [string, string] {
  const sorted = labels
    .map((label, c) => ({ label, offset: offsets[c] }))
    .sort((a, b) => Math.abs(b.offset) - Math.abs(a.offset));
  const shown = sorted.slice(0, 10).map(({ label, offset }) => `${label} ${offset.toFixed(2)}`);
  return ["added to the classes' logits", shown.join(", ") + (sorted.length > 10 ? ", …" : "")];
}
