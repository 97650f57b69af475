/**
 * @file What counting alone reaches: the numbers that a network has to beat before it is worth its
 * training.
 */

import { NgramModel, type Tokenizer } from "unrolled";
import { countCharacters } from "./count-characters.ts";
import { measuredPart, type TextData } from "./data.ts";
import { evaluation, type TextEvaluation } from "./evaluate.ts";

/** A text as ids, as `prepareText` gives it: the baselines see exactly what the network sees. */
export interface BaselineData extends Pick<
  TextData,
  "trainIds" | "validationIds" | "validationCharacters"
> {
  tokenizer: {
    readonly kind: Tokenizer["kind"];
    readonly vocabSize: number;
    decode(ids: ArrayLike<number>): string;
  };
  /** Default: none, so that the validation part measures. */
  test?: TextData["test"];
}

export interface BaselineOptions {
  /**
   * The n-grams to try; 0 is a uniform guess, 1 and 2 are called unigram and bigram.
   *
   * Default: 0, 1, 2, and 5 for characters or 3 for longer tokens. On tiny-shakespeare (1 million
   * characters to count, 65 different) orders 4 to 8 reach 1.719, 1.561, 1.523, 1.517, 1.519 nats
   * per character. Order 5 has most of that, is the one that others report, and stays cheap in
   * memory; ask for 7 where the strongest opponent matters. For words 3, 4, 5: 1.192, 1.182, 1.184;
   * for 1024 pieces: 1.566, 1.528, 1.528.
   */
  orders?: readonly number[];
}

/** What one baseline reaches on the held-out part. */
export interface TextBaseline extends TextEvaluation {
  /** `uniform`, `unigram`, `bigram`, `3-gram`, … */
  name: string;
  order: number;
}

/**
 * Longer training parts are counted from here to their end only, so that time and memory stay
 * bounded even where nearly every n-gram is new: about 10 s and 1.5 GiB at order 5.
 */
const MAX_COUNTED_IDS = 4e6;

/**
 * Baselines for a language model: each counts the n-grams of the training part, then predicts every
 * token of the held-out part (the test part, where there is one) but the first, which are a network's own targets.
 *
 * Smoothing is interpolated modified Kneser–Ney ({@link NgramModel}); nothing has probability 0.
 * Nats per character compare tokenizers only if the tokens give back the whole text, as characters
 * and pairs do: of a word it does not know, a word model predicts only that it does not know it.
 *
 * @example
 * const bytes = { kind: "char", vocabSize: 2, decode: (ids: ArrayLike<number>) => "x".repeat(ids.length) } as const;
 * const ids = Int32Array.from({ length: 1000 }, (_, i) => i % 2);
 * const [uniform, , bigram] = textBaselines({
 *   tokenizer: bytes,
 *   trainIds: ids.subarray(0, 900),
 *   validationIds: ids.subarray(900),
 *   validationCharacters: 100,
 * });
 * uniform.natsPerCharacter; // 0.693
 * bigram.natsPerCharacter; // 0.002
 */
export function textBaselines(
  data: BaselineData,
  { orders = [0, 1, 2, data.tokenizer.kind === "char" ? 5 : 3] }: BaselineOptions = {},
): TextBaseline[] {
  const { tokenizer, trainIds, test = null } = data;
  const { vocabSize } = tokenizer;
  const heldOut = measuredPart({ ...data, test });
  const counted = trainIds.subarray(Math.max(0, trainIds.length - MAX_COUNTED_IDS));
  const tokens = heldOut.ids.length - 1;
  const first = countCharacters(tokenizer.decode(heldOut.ids.subarray(0, 1)));
  const characters = heldOut.characters - first;

  return orders.map((order) => {
    const natsPerToken =
      order === 0
        ? Math.log(vocabSize)
        : new NgramModel(counted, { vocabSize, order }).crossEntropy(heldOut.ids);
    return { name: nameOf(order), order, ...evaluation(natsPerToken * tokens, tokens, characters) };
  });
}

function nameOf(order: number): string {
  return ["uniform", "unigram", "bigram"][order] ?? `${order}-gram`;
}
