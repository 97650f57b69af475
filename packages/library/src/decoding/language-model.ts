/**
 * @file What a beam search asks of a language model.
 */

/**
 * Says how likely a token is after those before it. The state is whatever the model needs to know
 * about them: {@link NgramModel} keeps its place in the counts, a recurrent network would keep its
 * hidden state together with the probabilities of what comes next.
 *
 * A state belongs to many hypotheses at once, so `advance` returns a new one and leaves the old as
 * it is.
 */
export interface LanguageModel<State = unknown> {
  /** Before the first token. */
  start(): State;
  /** After one more token. */
  advance(state: State, token: number): State;
  /** ln p(token | state). */
  logProbability(state: State, token: number): number;
}
