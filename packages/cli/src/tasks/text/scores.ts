/**
 * @file How good a model of text is, always beside what counting alone reaches.
 */

import type { TextBaseline, TextEvaluation } from "unrolled/tasks/text";
import { formatLoss, formatPerplexity } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";

/** A model and its score on held-out text. */
export interface ScoredModel {
  /** May carry colours, for a table. */
  name: string;
  evaluation: TextEvaluation;
}

export type Baseline = Pick<TextBaseline, "name" | "natsPerToken" | "natsPerCharacter">;

/** The baseline that a model has to beat. */
export function bestOf(baselines: readonly Baseline[]): Baseline {
  return baselines.reduce((best, next) => (next.natsPerToken < best.natsPerToken ? next : best));
}

/** Baselines and models in one table, the models last. */
export function scoreTable(baselines: readonly Baseline[], models: readonly ScoredModel[]): string {
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

/** Whether the models are worth their training, in a sentence or two. */
export function verdict(models: readonly ScoredModel[], baselines: readonly Baseline[]): string {
  const best = bestOf(baselines);
  const baseline = `the best baseline (${best.name}, ${formatLoss(best.natsPerCharacter)} nats per character)`;
  const gapOf = ({ evaluation }: ScoredModel) =>
    best.natsPerCharacter - evaluation.natsPerCharacter;
  const better = models.filter((model) => gapOf(model) > 0);
  const worse = models.filter((model) => !better.includes(model));
  const sentences: string[] = [];
  if (better.length > 0) {
    const gaps = better.map((model) => `the ${model.name} by ${formatLoss(gapOf(model))}`);
    sentences.push(`Better than ${baseline}: ${gaps.join(", ")}.`);
  }
  if (worse.length > 0) {
    const names = worse.map(({ name }) => `the ${name}`).join(", ");
    sentences.push(
      `Not better than ${baseline}: ${names}. Counting predicts this text better; longer training, a larger model or more text may change that.`,
    );
  }
  const uniform = baselines.find(({ name }) => name === "uniform")?.natsPerCharacter ?? Infinity;
  for (const { name, evaluation } of models) {
    if (evaluation.natsPerCharacter <= uniform) continue;
    sentences.push(
      `The ${name} is even worse than a uniform guess (${formatLoss(uniform)}): its training went wrong or was far too short, and a lower --lr is the first thing to try.`,
    );
  }
  return sentences.join(" ");
}
