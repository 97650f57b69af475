/** @file What the four variants of 2D have in common: they learn, and then answer. */

import { nn, type Optimizer, type Tensor } from "unrolled";
import type { Claim, Findings } from "../../experiments/experiment.ts";
import type { Plot, Table } from "../../experiments/plot.ts";

/** A variant at some moment of its training. */
export interface Progress {
  /** 0 to 1. */
  progress: number;
  /** "93 % of …" */
  score: string;
  plots: readonly Plot[];
}

/** A variant that has learned. */
export interface Learned extends Progress {
  claims: readonly Claim[];
  /** What it says to an input of the reader's; `""` stands for an example of its own. */
  answer(input: string): { says: string; table: Table };
}

export type Variant = Generator<Progress, Learned>;

/** What the page is shown, before and after. */
export function findingsOf(now: Progress | Learned, input: string): Findings {
  if (!("answer" in now)) {
    return { progress: now.progress, summary: now.score, plots: now.plots, tables: [], claims: [] };
  }
  const { says, table } = now.answer(input);
  return {
    progress: 1,
    summary: `${now.score} ${says}`,
    plots: now.plots,
    tables: [table],
    claims: now.claims,
  };
}

/** One step of every model's optimizer on its own loss. */
export function improve<Model extends nn.Module>(
  models: readonly { model: Model; optimizer: Optimizer }[],
  lossOf: (model: Model) => Tensor,
  { maxNorm }: { maxNorm?: number } = {},
): void {
  for (const { model, optimizer } of models) {
    const loss = lossOf(model);
    optimizer.zeroGrad();
    loss.backward();
    if (maxNorm !== undefined) nn.utils.clipGradNorm(model.parameters(), maxNorm);
    optimizer.step();
  }
}

/** Calls `step` so many times, and yields after every `size` of them how many are done. */
export function* inPieces(steps: number, size: number, step: () => void): Generator<number> {
  for (let done = 1; done <= steps; done++) {
    step();
    if (done % size === 0) yield done;
  }
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`;
}

/** The ids of the words that are known, and the words that are not. */
export function idsOf(words: readonly string[], vocabulary: readonly string[]) {
  const unknown = words.filter((word) => !vocabulary.includes(word));
  return { ids: words.map((word) => vocabulary.indexOf(word)), unknown };
}
