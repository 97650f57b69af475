/**
 * @file Prompt in, text out, piece by piece.
 */

import { ArgumentError, noGrad, RandomGenerator, sampleToken, tensor } from "unrolled";
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
  /** Default: 1. */
  seed?: number;
  /** Ends before this text would appear. Default: never. */
  stop?: string;
}

/**
 * Continues a prompt. Gives the text in pieces as they come; the prompt is not repeated.
 *
 * The state is carried, so each token costs one step, however long the text already is.
 */
export function* generateText(
  model: TextModel,
  options: GenerateOptions = {},
): Generator<string, void, undefined> {
  const { length = 500, temperature = 0.8, topK, topP, seed = 1, stop = "" } = options;
  if (!Number.isInteger(length) || length < 0) {
    throw new ArgumentError(
      `generate: expected length to be a whole number from 0 on, got ${length}.`,
    );
  }
  const generator = new RandomGenerator(seed);
  const decoder = model.tokenizer.createDecoder();

  const prompt = promptIds(model, options.prompt);
  // What follows the prompt may need a space before it, or complete a character.
  if (options.prompt) for (const id of prompt) decoder.push(id);
  let { logits, state } = read(model, prompt, null);
  // Text that might be the beginning of `stop` waits here.
  let held = "";
  for (let i = 0; i < length; i++) {
    const id = sampleToken(logits, { temperature, topK, topP, generator });
    held += decoder.push(id);
    const end = stop ? held.indexOf(stop) : -1;
    if (end >= 0) {
      if (end > 0) yield held.slice(0, end);
      return;
    }
    const safe = held.length - overlap(held, stop);
    if (safe > 0) yield held.slice(0, safe);
    held = held.slice(safe);
    ({ logits, state } = read(model, Int32Array.of(id), state));
  }
  held += decoder.end();
  if (held) yield held;
}

/** Logits after the last of `ids`, and the state to go on from. */
function read(
  model: TextModel,
  ids: Int32Array,
  state: TextState | null,
): { logits: ArrayLike<number>; state: TextState } {
  const wasTraining = model.training;
  model.eval();
  const [logits, next] = noGrad(() =>
    model.forward(tensor(ids, { shape: [1, ids.length] }), state),
  );
  model.train(wasTraining);
  return { logits: logits.select(1, -1).data, state: next };
}

function promptIds(model: TextModel, prompt: string | undefined): Int32Array {
  if (prompt) return model.encode(prompt);
  try {
    return model.encode("\n");
  } catch {
    return Int32Array.of(0); // A vocabulary without line breaks.
  }
}

/** How many of the last characters of `text` are the first of `stop`. */
function overlap(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; n--) {
    if (stop.startsWith(text.slice(-n))) return n;
  }
  return 0;
}
