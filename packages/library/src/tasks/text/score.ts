/**
 * @file What in a text surprises a model: −ln p of every token, given all before it.
 */

import { ArgumentError, noGrad, tensor } from "unrolled";
import { countCharacters } from "./count-characters.ts";
import { evaluation, type TextEvaluation } from "./evaluate.ts";
import type { TextModel, TextState } from "./model.ts";

/** A token of a text, and how the model took it. */
export interface ScoredToken {
  /** The characters that became certain with it: joined, they are the text. */
  text: string;
  /** −ln p(token | all before): its surprise. null for the first, which nothing comes before. */
  nats: number | null;
  /** How many tokens the model held more likely. null for the first. */
  rank: number | null;
  /** What the model held most likely in its place. null for the first. */
  expected: string | null;
}

export interface TextScore {
  tokens: ScoredToken[];
  /** Of all tokens but the first. */
  evaluation: TextEvaluation;
}

/** Tokens read at a time; the state is carried from each piece to the next. */
const CHUNK = 256;

/**
 * Reads a text from its beginning to its end and says, for every token, how surprised the model was.
 *
 * The sum of the surprises is what {@link evaluateText} measures. That reads a text of more than 2,048
 * tokens in 16 places at once, each without what comes before it, so its score is then a little worse.
 *
 * @throws ArgumentError if the text has fewer than two tokens, or characters that the model has never
 *   seen
 */
export function scoreText(model: TextModel, text: string): TextScore {
  const { tokenizer } = model;
  const ids = model.encode(text);
  if (ids.length < 2) {
    throw new ArgumentError(
      `scoreText: expected at least two tokens, one to read and one to predict, got ${ids.length}.`,
    );
  }
  const decoder = tokenizer.createDecoder();
  const tokens: ScoredToken[] = [
    { text: decoder.push(ids[0]), nats: null, rank: null, expected: null },
  ];
  let nats = 0;
  readThrough(model, ids, (logits, at) => {
    const id = ids[at];
    const { logSum, best, rank } = place(logits, id);
    const surprise = logSum - logits[id];
    nats += surprise;
    tokens.push({
      text: decoder.push(id),
      nats: surprise,
      rank,
      expected: tokenizer.decode([best]),
    });
  });
  tokens[tokens.length - 1].text += decoder.end();

  const characters =
    countCharacters(tokenizer.decode(ids)) - countCharacters(tokenizer.decode(ids.subarray(0, 1)));
  return { tokens, evaluation: evaluation(nats, ids.length - 1, characters) };
}

/** Calls `visit` with the logits for ids[1], ids[2], … in turn. */
function readThrough(
  model: TextModel,
  ids: Int32Array,
  visit: (logits: ArrayLike<number>, at: number) => void,
): void {
  const wasTraining = model.training;
  model.eval();
  try {
    noGrad(() => {
      let state: TextState | null = null;
      for (let from = 0; from < ids.length - 1; from += CHUNK) {
        const piece = ids.subarray(from, Math.min(from + CHUNK, ids.length - 1));
        const [logits, next] = model.forward(tensor(piece, { shape: [1, piece.length] }), state);
        const vocab = logits.shape[2];
        const data = logits.data;
        for (let t = 0; t < piece.length; t++) {
          visit(data.subarray(t * vocab, (t + 1) * vocab), from + t + 1);
        }
        state = next;
      }
    });
  } finally {
    model.train(wasTraining);
  }
}

/** ln Σ exp(logits), the most likely id, and how many are more likely than `id`. */
function place(logits: ArrayLike<number>, id: number) {
  let best = 0;
  let rank = 0;
  for (let other = 0; other < logits.length; other++) {
    if (logits[other] > logits[best]) best = other;
    if (logits[other] > logits[id]) rank++;
  }
  let sum = 0;
  for (let other = 0; other < logits.length; other++) sum += Math.exp(logits[other] - logits[best]);
  return { logSum: logits[best] + Math.log(sum), best, rank };
}
