/**
 * @file One token after the other, never looking back: the most likely one, or one drawn by chance.
 */

import { noGrad } from "../autograd/tape.ts";
import { sampleToken, type SamplingOptions } from "./sampling.ts";
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

/**
 * Continues every sequence of a state with the most likely token, until it ends.
 *
 * All sequences go through the model together; one that has ended takes part no longer.
 *
 * @returns one hypothesis for each of `startTokens`; its score is its log-probability
 * @throws ArgumentError if a length makes no sense, or the end token is not in the vocabulary
 *
 * @example
 * const logProbs = tensor([[0.2, 0.5, 0.3], [0.1, 0.3, 0.6], [1, 0, 0]]).log();
 * const model: StepModel<null> = {
 *   step: (_, tokens) => ({ logProbs: logProbs.indexSelect(0, tokens), state: null }),
 *   select: () => null,
 * };
 * const [found] = greedySearch(model, null, { startTokens: [0], endToken: 0, maxLength: 9 });
 * found.tokens; // [1, 2]
 * found.logProb; // -1.204
 */
export function greedySearch<State>(
  model: StepModel<State>,
  state: State,
  options: SearchOptions,
): Hypothesis[] {
  return follow("greedySearch", model, state, options, (logProbs) =>
    sampleToken(logProbs, { temperature: 0 }),
  );
}

/**
 * Continues every sequence of a state with tokens drawn by chance: see {@link sampleToken} for
 * `temperature`, `topK` and `topP`. For several samples of one sequence, start it several times.
 *
 * @returns one hypothesis for each of `startTokens`; its log-probability is the model's, whatever
 *   the temperature
 *
 * @example
 * const model: StepModel<null> = {
 *   step: (_, tokens) => ({ logProbs: zeros([tokens.size, 6]).logSoftmax(1), state: null }),
 *   select: () => null,
 * };
 * const generator = new RandomGenerator(1);
 * sampleSequences(model, null, { startTokens: [0, 0], maxLength: 4, generator }).length; // 2
 */
export function sampleSequences<State>(
  model: StepModel<State>,
  state: State,
  options: SearchOptions & SamplingOptions,
): Hypothesis[] {
  return follow("sampleSequences", model, state, options, (logProbs) =>
    sampleToken(logProbs, options),
  );
}

function follow<State>(
  where: string,
  model: StepModel<State>,
  start: State,
  options: SearchOptions,
  choose: (logProbs: ArrayLike<number>) => number,
): Hypothesis[] {
  checkSearch(where, options);
  const { endToken = null, maxLength } = options;
  const found: Hypothesis[] = [];
  let live = startPaths(options);
  let state = start;
  noGrad(() => {
    for (let length = 1; length <= maxLength && live.length > 0; length++) {
      const { next, logProbsOf, attentionOf } = stepAll(where, model, state, live, options);
      const going: Path[] = [];
      for (const [row, path] of live.entries()) {
        const logProbs = logProbsOf(row);
        const token = choose(logProbs);
        const logProb = path.logProb + logProbs[token];
        if (token === endToken) found[path.sequence] = hypothesisOf(path, logProb, logProb, true);
        else going.push(longer(path, row, token, logProb, attentionOf(row)));
      }
      state = stateOf(model, next, going, live.length);
      live = going;
    }
  });
  for (const path of live) {
    found[path.sequence] = hypothesisOf(path, path.logProb, path.logProb, false);
  }
  return found;
}
