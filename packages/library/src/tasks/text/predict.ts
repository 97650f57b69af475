/**
 * @file Prompt in, text out, piece by piece; and the tokens that may come next.
 */

import {
  ArgumentError,
  noGrad,
  RandomGenerator,
  sampleToken,
  tensor,
  type StreamingDecoder,
} from "unrolled";
import type { TextModel, TextState } from "./model.ts";

export interface GenerateOptions {
  /** What to continue. Default: a line break, or whatever token comes first. */
  prompt?: string;
  /** Tokens to generate at most. Default: 500. */
  length?: number;
  /** Below 1 safer, above 1 wilder, 0 always the most likely. Default: 0.8. */
  temperature?: number;
  /** Only the k most likely tokens. Default: all. */
  topK?: number;
  /** Only the most likely tokens that together reach this probability. Default: 1. */
  topP?: number;
  /** Only tokens at least this share as likely as the most likely one. Default: 0. */
  minP?: number;
  /**
   * Above 1, the last 64 tokens become less likely to come again. Meant for words and pieces: of
   * characters, all come again soon. Default: 1.
   */
  repetitionPenalty?: number;
  /** Default: 1. */
  seed?: number;
  /** Ends before this text would appear. Default: never. */
  stop?: string;
}

/** How far back `repetitionPenalty` looks, as in other programs. */
const REPETITION_WINDOW = 64;

/**
 * Continues a prompt. Gives the text in pieces as they come; the prompt is not repeated.
 *
 * The state is carried, so each token costs one step, however long the text already is.
 *
 * @throws ArgumentError if a setting means nothing, or the prompt has characters that the model has
 *   never seen
 */
export function* generateText(
  model: TextModel,
  { prompt, ...options }: GenerateOptions = {},
): Generator<string, void, undefined> {
  const session = new TextSession(model);
  if (prompt) session.read(prompt);
  yield* session.generate(options);
}

/** A token that may come next. */
export interface NextToken {
  id: number;
  /** As it would be written; of a piece that is less than a character, U+FFFD. */
  text: string;
  probability: number;
}

/**
 * What may follow a prompt, the most likely first.
 *
 * @param count how many tokens. Default: all; their probabilities sum to 1
 * @param prompt what comes before. Default: a line break, or whatever token comes first
 */
export function nextTokens(model: TextModel, prompt?: string, count?: number): NextToken[] {
  const session = new TextSession(model);
  if (prompt) session.read(prompt);
  return session.nextTokens(count);
}

/**
 * A model and the text it has read so far: goes on where it stopped, whoever wrote the last words.
 *
 * @example
 * import { prepareText, textConfig, TextModel, TextSession } from "unrolled/tasks/text";
 * const config = textConfig({ hiddenSize: 8, seqLength: 4, batchSize: 1 });
 * const data = prepareText("the cat sat on the mat. ".repeat(9), config);
 * const session = new TextSession(new TextModel(config, data.tokenizer));
 * session.read("the cat");
 * [...session.generate({ length: 5 })].join("").length; // 5
 * session.nextTokens(3).length; // 3
 */
export class TextSession {
  readonly model: TextModel;
  #state: TextState | null = null;
  /** Logits for the next token; null before anything was read. */
  #logits: ArrayLike<number> | null = null;
  /** What follows may need a space before it, or complete a character. */
  #decoder: StreamingDecoder;
  /** The last tokens, read or generated. */
  #recent: number[] = [];

  constructor(model: TextModel) {
    this.model = model;
    this.#decoder = model.tokenizer.createDecoder();
  }

  /** Forgets everything. */
  reset(): void {
    this.#state = this.#logits = null;
    this.#decoder = this.model.tokenizer.createDecoder();
    this.#recent = [];
  }

  /** Reads a text as if the model had written it. */
  read(text: string): void {
    const ids = this.model.encode(text);
    for (const id of ids) this.#decoder.push(id);
    this.#step(ids);
  }

  /** Continues what has been read, and carries on from the end of what it gave. */
  *generate({
    length = 500,
    temperature = 0.8,
    topK,
    topP,
    minP,
    repetitionPenalty,
    seed = 1,
    stop = "",
  }: Omit<GenerateOptions, "prompt"> = {}): Generator<string, void, undefined> {
    if (!Number.isInteger(length) || length < 0) {
      throw new ArgumentError(
        `generate: expected length to be a whole number from 0 on, got ${length}.`,
      );
    }
    const generator = new RandomGenerator(seed);
    const sampling = { temperature, topK, topP, minP, repetitionPenalty, generator };
    // Text that might be the beginning of `stop` waits here.
    let held = "";
    for (let i = 0; i < length; i++) {
      const id = sampleToken(this.#next(), { ...sampling, previous: this.#recent });
      held += this.#decoder.push(id);
      this.#step(Int32Array.of(id));
      const end = stop ? held.indexOf(stop) : -1;
      if (end >= 0) {
        if (end > 0) yield held.slice(0, end);
        return;
      }
      const safe = held.length - overlap(held, stop);
      if (safe > 0) yield held.slice(0, safe);
      held = held.slice(safe);
    }
    if (held) yield held;
  }

  /** What may come next, the most likely first; all of them, or `count`. */
  nextTokens(count = Infinity): NextToken[] {
    const { tokenizer } = this.model;
    const logits = this.#next();
    let max = -Infinity;
    for (let id = 0; id < logits.length; id++) max = Math.max(max, logits[id]);
    const weights = Array.from(logits, (logit) => Math.exp(logit - max));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights
      .map((weight, id) => ({ id, probability: weight / total }))
      .sort((a, b) => b.probability - a.probability || a.id - b.id)
      .slice(0, count)
      .map(({ id, probability }) => ({ id, text: tokenizer.decode([id]), probability }));
  }

  #next(): ArrayLike<number> {
    if (this.#logits === null) this.#step(firstIds(this.model));
    return this.#logits!;
  }

  #step(ids: Int32Array): void {
    const { model } = this;
    const wasTraining = model.training;
    model.eval();
    const [logits, state] = noGrad(() =>
      model.forward(tensor(ids, { shape: [1, ids.length] }), this.#state),
    );
    model.train(wasTraining);
    this.#logits = logits.select(1, -1).data;
    this.#state = state;
    this.#recent.push(...ids.slice(-REPETITION_WINDOW));
    this.#recent = this.#recent.slice(-REPETITION_WINDOW);
  }
}

/** What stands before the first token: a line break, or where there is none, the first of all. */
function firstIds(model: TextModel): Int32Array {
  try {
    return model.encode("\n");
  } catch {
    return Int32Array.of(0);
  }
}

/** How many of the last characters of `text` are the first of `stop`. */
function overlap(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; n--) {
    if (stop.startsWith(text.slice(-n))) return n;
  }
  return 0;
}
