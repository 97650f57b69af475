/**
 * @file How good a model of text is, always beside what counting alone reaches.
 */

import type { TextBaseline, TextEvaluation } from "unrolled/tasks/text";
import { formatLoss, formatPerplexity } from "../terminal/numbers.ts";
import { renderTable } from "../terminal/table.ts";

export type Baseline = Pick<TextBaseline, "name" | "natsPerToken" | "natsPerCharacter">;

/** The baseline that a model has to beat. */
export function bestOf(baselines: readonly Baseline[]): Baseline {
  return baselines.reduce((best, next) => (next.natsPerToken < best.natsPerToken ? next : best));
}

/** Baselines and models in one table, the models last. */
export function scoreTable(
  baselines: readonly Baseline[],
  models: readonly { name: string; evaluation: TextEvaluation }[],
): string {
  const row = (name: string, natsPerCharacter: number, natsPerToken: number) => [
    name,
    formatLoss(natsPerCharacter),
    formatLoss(natsPerCharacter / Math.LN2),
    formatPerplexity(Math.exp(natsPerToken)),
  ];
  return renderTable(
    [
      { title: "on held-out text", align: "left" },
      { title: "nats/char" },
      { title: "bits/char" },
      { title: "perplexity" },
    ],
    [
      ...baselines.map((it) => row(it.name, it.natsPerCharacter, it.natsPerToken)),
      ...models.map(({ name, evaluation: it }) => row(name, it.natsPerCharacter, it.natsPerToken)),
    ],
  );
}

/** Whether the model is worth its training, in a sentence. */
export function verdict(
  name: string,
  { natsPerCharacter }: TextEvaluation,
  baselines: readonly Baseline[],
): string {
  const uniform = baselines.find((baseline) => baseline.name === "uniform");
  if (uniform && natsPerCharacter > uniform.natsPerCharacter) {
    return (
      `The ${name} predicts worse than a uniform guess (${formatLoss(uniform.natsPerCharacter)} nats per character): ` +
      "its training went wrong, or was far too short. A lower --lr is the first thing to try."
    );
  }
  const best = bestOf(baselines);
  const gap = best.natsPerCharacter - natsPerCharacter;
  const reached = `${formatLoss(best.natsPerCharacter)} nats per character`;
  return gap > 0
    ? `The ${name} predicts better than the best baseline (${best.name}, ${reached}) by ${formatLoss(gap)}.`
    : `The ${name} does not beat the best baseline (${best.name}, ${reached}): counting predicts this text better. ` +
        "Longer training, a larger --hidden or more text may change that.";
}
