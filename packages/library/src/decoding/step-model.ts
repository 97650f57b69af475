/**
 * @file What a search needs of a model: one step at a time, for several sequences at once.
 */

import { ArgumentError, checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What {@link StepModel.step} gives. */
export interface ModelStep<State> {
  /** log p of every token being next, for each row: [rows, vocabSize]. */
  logProbs: Tensor;
  /** After the step, for all rows. */
  state: State;
  /** Where each row looked: [rows, src]. For models with attention. */
  attention?: Tensor | null;
}

/**
 * A model that continues sequences token by token: {@link Seq2Seq} is one, and a language model is
 * one in a few lines. A state holds what is known of several sequences, its rows.
 *
 * @example
 * class Bigrams implements StepModel<null> {
 *   readonly table = tensor([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]]).log();
 *   step(_state: null, tokens: Tensor) {
 *     return { logProbs: this.table.indexSelect(0, tokens), state: null };
 *   }
 *   select() {
 *     return null; // it remembers nothing
 *   }
 * }
 * greedySearch(new Bigrams(), null, { startTokens: [0], endToken: 2, maxLength: 5 })[0].tokens; // [1]
 */
export interface StepModel<State> {
  /** Reads one token per row [rows], and says what may be next. */
  step(state: State, tokens: Tensor): ModelStep<State>;
  /** The state of some of the rows, in the order of `rows`; a row may be taken more than once. */
  select(state: State, rows: Int32Array): State;
}

/** What all searches are told. */
export interface SearchOptions {
  /** The token before the first, for each sequence of the state: [batch]. */
  startTokens: ArrayLike<number>;
  /** The token that ends a sequence. Default: none, and all have `maxLength` tokens. */
  endToken?: number | null;
  /** Tokens at most, the end token among them. */
  maxLength: number;
  /** Tokens at least, before the end token. Default: 0. */
  minLength?: number;
}

/** A sequence that a search found. */
export interface Hypothesis {
  /** Without the start token, and without the end token. */
  tokens: number[];
  /** log p of the tokens, and of the end token where it ended. */
  logProb: number;
  /** What hypotheses are ranked by: `logProb`, divided by the length penalty of a beam search. */
  score: number;
  /** Whether the end token came; otherwise `maxLength` cut it. */
  ended: boolean;
  /** For each token, where the model looked: [tokens][src]. null without attention. */
  attention: Float32Array[] | null;
}

/** A hypothesis on its way: the tokens are read from the last one back. */
export interface Path {
  /** Which of the sequences it continues. */
  readonly sequence: number;
  /** Its row in the step that led to it. */
  readonly row: number;
  readonly token: number;
  readonly before: Path | null;
  readonly length: number;
  readonly logProb: number;
  readonly attention: Float32Array | null;
}

export function startPaths({ startTokens }: SearchOptions): Path[] {
  return Array.from(startTokens, (token, sequence) => ({
    sequence,
    row: sequence,
    token,
    before: null,
    length: 0,
    logProb: 0,
    attention: null,
  }));
}

/** A step of the model for all paths, one per row of the state; all have the same length. */
export function stepAll<State>(
  where: string,
  model: StepModel<State>,
  state: State,
  paths: readonly Path[],
  { endToken = null, minLength = 0 }: SearchOptions,
): PathsStep<State> {
  const ids = Int32Array.from(paths, ({ token }) => token);
  const { logProbs, state: next, attention } = model.step(state, new Tensor(ids, [ids.length]));
  if (logProbs.rank !== 2 || logProbs.shape[0] !== paths.length) {
    throw new ShapeError(
      `${where}: expected the model's step to give logProbs [${paths.length}, vocabSize], one row for every token, got ${formatShape(logProbs.shape)}. Is there a start token for every sequence of the state?`,
    );
  }
  if (endToken !== null && endToken >= logProbs.shape[1]) {
    throw new ArgumentError(
      `${where}: expected endToken to be below ${logProbs.shape[1]}, the model's vocabSize, got ${endToken}.`,
    );
  }
  const mayEnd = paths[0].length >= minLength;
  return {
    next,
    logProbsOf: (row) => {
      const values = rowOf(logProbs, row);
      if (endToken !== null && !mayEnd) values[endToken] = -Infinity;
      return values;
    },
    attentionOf: (row) => (attention ? Float32Array.from(rowOf(attention, row)) : null),
  };
}

interface PathsStep<State> {
  next: State;
  logProbsOf: (row: number) => ArrayLike<number>;
  attentionOf: (row: number) => Float32Array | null;
}

/** A copy of one row of a matrix. */
function rowOf(matrix: Tensor, row: number) {
  const width = matrix.shape[1];
  return matrix.storage.array.slice(row * width, (row + 1) * width);
}

/** The state of the paths that go on, out of that of `numRows` rows. */
export function stateOf<State>(
  model: StepModel<State>,
  state: State,
  paths: readonly Path[],
  numRows: number,
): State {
  const isSame = paths.length === numRows && paths.every(({ row }, i) => row === i);
  if (isSame || paths.length === 0) return state;
  return model.select(
    state,
    Int32Array.from(paths, ({ row }) => row),
  );
}

/** One token more. */
export function longer(
  path: Path,
  row: number,
  token: number,
  logProb: number,
  attention: Float32Array | null,
): Path {
  return {
    sequence: path.sequence,
    row,
    token,
    before: path,
    length: path.length + 1,
    logProb,
    attention,
  };
}

/** A path with all its tokens; `logProb` differs from the path's where the end token came. */
export function hypothesisOf(
  path: Path,
  logProb: number,
  score: number,
  ended: boolean,
): Hypothesis {
  const tokens: number[] = [];
  const attention: Float32Array[] = [];
  for (let at = path; at.before; at = at.before) {
    tokens.push(at.token);
    if (at.attention) attention.push(at.attention);
  }
  return {
    tokens: tokens.reverse(),
    logProb,
    score,
    ended,
    attention: tokens.length > 0 && attention.length === 0 ? null : attention.reverse(),
  };
}

export function checkSearch(where: string, options: SearchOptions): void {
  const { startTokens, endToken = null, maxLength, minLength = 0 } = options;
  if (startTokens.length === 0) {
    throw new ArgumentError(
      `${where}: expected startTokens, one for each sequence of the state, got none.`,
    );
  }
  if (endToken !== null) checkSize(where, "endToken", endToken, 0);
  checkSize(where, "maxLength", maxLength);
  checkSize(where, "minLength", minLength, 0);
  if (minLength > maxLength) {
    throw new ArgumentError(
      `${where}: expected minLength to be at most maxLength, ${maxLength}, got ${minLength}.`,
    );
  }
}
