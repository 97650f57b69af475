/**
 * @file Beam search: several continuations side by side, the worst dropped at every step.
 */

import { noGrad } from "../autograd/tape.ts";
import { ArgumentError, checkSize } from "../core/errors.ts";
import { lengthPenalty, type LengthPenaltyName } from "./length-penalty.ts";
import {
  checkSearch,
  hypothesisOf,
  longer,
  startPaths,
  stateOf,
  stepAll,
  type Hypothesis,
  type Path,
  type SearchOptions,
  type StepModel,
} from "./step-model.ts";

export interface BeamSearchOptions extends SearchOptions {
  /** Continuations kept at every step. Default: 5. */
  beamSize?: number;
  /** Hypotheses returned for each sequence, at most `beamSize`. Default: 1. */
  numBest?: number;
  /**
   * What log p is divided by: |Y|^α for `"length"`, ((5 + |Y|) / 6)^α for `"gnmt"`, 1 for `"none"`;
   * |Y| counts the end token. Default: `"length"`.
   */
  lengthPenalty?: LengthPenaltyName;
  /** α of the penalty. Default: 1 for `"length"`; 0.6 for `"gnmt"`, near the paper's best. */
  alpha?: number;
}

/**
 * The `numBest` best continuations found for every sequence of a state, best first.
 *
 * At each step the continuations of a sequence's live hypotheses are ranked by log p. Those among
 * the best `beamSize` that end are put aside; the best `beamSize` that do not end go on. A sequence
 * is done when `beamSize` hypotheses have ended, or at `maxLength`; hypotheses which that cuts count
 * too, with `ended: false`. In the end they are ranked by log p / penalty. A `beamSize` of 1 is
 * {@link greedySearch}; one as wide as all sequences there are finds the best of all.
 *
 * All sequences, and all hypotheses of each, go through the model together.
 *
 * Source: Graves 2012, https://arxiv.org/abs/1211.3711; Sutskever et al. 2014; the penalty `"gnmt"`:
 * Wu et al. 2016, https://arxiv.org/abs/1609.08144
 *
 * @returns for each of `startTokens`, hypotheses, best first; fewer than `numBest` where there are
 *   no more
 * @throws ArgumentError if an option makes no sense, or the end token is not in the vocabulary
 *
 * @example
 * // The likeliest first token, 1, leads nowhere good: a search that keeps two finds 2, 2.
 * const p = tensor([[0, 0.6, 0.4], [0.4, 0.3, 0.3], [0.1, 0, 0.9]]);
 * const model: StepModel<null> = {
 *   step: (_, tokens) => ({ logProbs: p.log().indexSelect(0, tokens), state: null }),
 *   select: () => null,
 * };
 * const options = { startTokens: [0], maxLength: 2, lengthPenalty: "none" } as const;
 * greedySearch(model, null, options)[0].tokens; // [1, 0]
 * beamSearch(model, null, { ...options, beamSize: 2 })[0][0].tokens; // [2, 2]
 */
export function beamSearch<State>(
  model: StepModel<State>,
  state: State,
  options: BeamSearchOptions,
): Hypothesis[][] {
  const { beamSize = 5, numBest = 1, lengthPenalty: penalty = "length" } = options;
  const { alpha = penalty === "gnmt" ? 0.6 : 1, endToken = null, maxLength } = options;
  checkSearch("beamSearch", options);
  checkSize("beamSearch", "beamSize", beamSize);
  checkSize("beamSearch", "numBest", numBest);
  if (numBest > beamSize) {
    throw new ArgumentError(
      `beamSearch: expected numBest to be at most beamSize, ${beamSize}, got ${numBest}.`,
    );
  }
  const divisor = lengthPenalty(penalty, alpha);

  const found: Hypothesis[][] = Array.from(options.startTokens, () => []);
  const keep = (path: Path, logProb: number, ended: boolean) => {
    const length = path.length + (ended ? 1 : 0);
    const score = logProb / divisor(length);
    found[path.sequence].push(hypothesisOf(path, logProb, score, ended));
  };

  let live = startPaths(options);
  noGrad(() => {
    for (let length = 1; length <= maxLength && live.length > 0; length++) {
      const { next, logProbsOf, attentionOf } = stepAll("beamSearch", model, state, live, options);
      const going: Path[] = [];
      for (const [from, to] of runsOfSequences(live)) {
        // As many may end as stay, and each hypothesis has one way to end.
        const best = bestContinuations(live, from, to, logProbsOf, beamSize + (to - from));
        const staying: Path[] = [];
        for (const [rank, { row, token, logProb }] of best.entries()) {
          if (token !== endToken) {
            if (staying.length < beamSize)
              staying.push(longer(live[row], row, token, logProb, attentionOf(row)));
          } else if (rank < beamSize) keep(live[row], logProb, true);
        }
        if (best.length === 0)
          for (const path of live.slice(from, to)) keep(path, path.logProb, false);
        if (found[live[from].sequence].length < beamSize) going.push(...staying);
      }
      state = stateOf(model, next, going, live.length);
      live = going;
    }
  });
  for (const path of live) keep(path, path.logProb, false);
  return found.map((all) => all.sort((a, b) => b.score - a.score).slice(0, numBest));
}

/** From which row to which the live hypotheses belong to the same sequence. */
function* runsOfSequences(live: readonly Path[]): IterableIterator<[from: number, to: number]> {
  for (let from = 0, to = 0; from < live.length; from = to) {
    while (to < live.length && live[to].sequence === live[from].sequence) to++;
    yield [from, to];
  }
}

interface Continuation {
  row: number;
  token: number;
  logProb: number;
}

/** The `count` most likely, best first; of equals the one that comes first. */
function bestContinuations(
  live: readonly Path[],
  from: number,
  to: number,
  logProbsOf: (row: number) => ArrayLike<number>,
  count: number,
): Continuation[] {
  const best: Continuation[] = [];
  for (let row = from; row < to; row++) {
    const before = live[row].logProb;
    const logProbs = logProbsOf(row);
    for (let token = 0; token < logProbs.length; token++) {
      const logProb = before + logProbs[token];
      const worst = best.length < count ? -Infinity : best[count - 1].logProb;
      if (!(logProb > worst)) continue; // NaN and −∞ are no continuations
      let at = best.length;
      while (at > 0 && best[at - 1].logProb < logProb) at--;
      best.splice(at, 0, { row, token, logProb });
      if (best.length > count) best.pop();
    }
  }
  return best;
}
