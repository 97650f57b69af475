/**
 * @file Sentences in, translations out.
 */

import {
  ArgumentError,
  beamSearch,
  BpeTokenizer,
  collateIds,
  greedySearch,
  noGrad,
  replaceUnknown,
  WordTokenizer,
  type Hypothesis,
  type Tokenizer,
} from "unrolled";
import type { TranslationModel } from "./model.ts";
import { cleanSentence } from "./pairs.ts";
import { joinTranslations, sentencesOf } from "./paragraphs.ts";
import { decodeSentence, encodeSentence, encodeSource, END, START, UNKNOWN } from "./tokens.ts";

export interface TranslateOptions {
  /** Hypotheses kept side by side; 1 takes the likeliest token at every step. Default: 5. */
  beamSize?: number;
  /** α: log p is divided by the length to this power. Above 1, longer translations. Default: 1. */
  lengthPenalty?: number;
  /**
   * Tokens of a translation at most. Default: twice those of the source and 10, but no more than for
   * a source four times as long as any in training.
   */
  maxLength?: number;
  /**
   * Translate something long that consists of several sentences one by one. Default: `true`; where
   * translations are scored, a source is one whole.
   */
  bySentence?: boolean;
  /** Translations of single words, for words that the model does not know. Default: copied. */
  dictionary?: ReadonlyMap<string, string>;
}

export interface Translation {
  text: string;
  /** The pieces of the source and of the translation, as text; each ends with its end token. */
  sourceTokens: string[];
  targetTokens: string[];
  /** For each of `targetTokens`, how much it looked at each of `sourceTokens`. null without attention. */
  attention: Float32Array[] | null;
  /** log p, divided by the length penalty. */
  score: number;
  logProb: number;
  /** Whether the model came to an end; otherwise `maxLength` cut it. */
  ended: boolean;
}

/** Tokens of sources times hypotheses that go through the model together. */
const MAX_BATCH_TOKENS = 4096;

/**
 * Translates sentences, each by itself: the same whichever others are translated with it.
 *
 * Where something is longer than nearly every sentence of the training (`model.usualLongest`) and
 * consists of several, they are translated one by one. A sentence with nothing but white space is translated
 * by nothing.
 */
export function translate(
  model: TranslationModel,
  sentences: readonly string[],
  options: TranslateOptions = {},
): Translation[] {
  const { beamSize = 5, maxLength, bySentence = true } = options;
  if (!(Number.isInteger(beamSize) && beamSize >= 1)) {
    throw new ArgumentError(
      `translate: expected beamSize to be a whole number of at least 1, got ${beamSize}.`,
    );
  }
  if (maxLength !== undefined && !(Number.isInteger(maxLength) && maxLength >= 1)) {
    throw new ArgumentError(
      `translate: expected maxLength to be a whole number of at least 1, got ${maxLength}.`,
    );
  }
  const wasTraining = model.training;
  model.eval();
  try {
    const { source } = model.tokenizers;
    const parts = sentences.map(cleanSentence).map((text) => {
      if (text === "") return [];
      return bySentence ? inParts(model, text) : [text];
    });
    const texts = parts.flat();
    const encoded = texts.map((text) => encodeSource(source, text));
    const found: Translation[] = [];
    const order = Array.from(encoded.keys());
    order.sort((a, b) => encoded[a].length - encoded[b].length);
    for (const group of groupsOf(order, encoded, beamSize)) {
      const ids = group.map((i) => encoded[i]);
      const hypotheses = noGrad(() => search(model, ids, options));
      for (const [row, i] of group.entries()) {
        found[i] = translationOf(model, texts[i], ids[row], hypotheses[row], options);
      }
    }
    let at = 0;
    return parts.map(({ length }) =>
      length === 0 ? nothing(model) : joinTranslations(found.slice(at, (at += length))),
    );
  } finally {
    model.train(wasTraining);
  }
}

/** What is translated as a whole: a sentence, or of something long, each of its sentences. */
function inParts({ tokenizers, usualLongest }: TranslationModel, text: string): string[] {
  const { length } = encodeSentence(tokenizers.source, text);
  return length > usualLongest ? sentencesOf(text) : [text];
}

/** Sentences of one length together, so that none is padded, as many as fit. */
function* groupsOf(
  order: readonly number[],
  encoded: readonly Int32Array[],
  beamSize: number,
): Generator<number[]> {
  let group: number[] = [];
  for (const i of order) {
    const { length } = encoded[i];
    const isFull = (group.length + 1) * length * beamSize > MAX_BATCH_TOKENS;
    if (group.length > 0 && (isFull || encoded[group[0]].length !== length)) {
      yield group;
      group = [];
    }
    group.push(i);
  }
  if (group.length > 0) yield group;
}

function search(
  { seq2seq, config }: TranslationModel,
  sources: readonly Int32Array[],
  { beamSize = 5, lengthPenalty = 1, maxLength }: TranslateOptions,
): Hypothesis[] {
  const { ids } = collateIds(sources);
  const settings = {
    startTokens: Array.from(sources, () => START),
    endToken: END,
    maxLength: maxLength ?? 2 * Math.min(ids.shape[1], 4 * config.maxLength) + 10,
  };
  const state = seq2seq.start(ids);
  if (beamSize === 1) return greedySearch(seq2seq, state, settings);
  const found = beamSearch(seq2seq, state, { ...settings, beamSize, alpha: lengthPenalty });
  return found.map(([best]) => best);
}

function translationOf(
  { tokenizers: { source, target } }: TranslationModel,
  sentence: string,
  sourceIds: Int32Array,
  { tokens, attention, score, logProb, ended }: Hypothesis,
  { dictionary }: TranslateOptions,
): Translation {
  const ids = [...tokens, ...(ended ? [END] : [])];
  let text = decodeSentence(target, tokens);
  if (source instanceof WordTokenizer && target.specials.has(UNKNOWN) && attention) {
    const written = tokens.map((id) => (id === target.specials.get(UNKNOWN) ? UNKNOWN : ""));
    const words = replaceUnknown(written, source.split(sentence), attention, { dictionary });
    const copies = words.filter((_, i) => written[i] === UNKNOWN);
    text = text.replaceAll(UNKNOWN, () => copies.shift() ?? UNKNOWN);
  }
  return {
    text,
    sourceTokens: Array.from(sourceIds, (id) => tokenText(source, id)),
    targetTokens: ids.map((id) => tokenText(target, id)),
    attention,
    score,
    logProb,
    ended,
  };
}

/** A token as a reader would write it; bytes that are no character alone, as `<F0>`. */
function tokenText(tokenizer: Tokenizer, id: number): string {
  if (id === END) return "</s>";
  const text = tokenizer.decode([id]);
  if (!text.includes("\ufffd") || !(tokenizer instanceof BpeTokenizer)) return text;
  const bytes = Array.from(tokenizer.tokenBytes(id), (byte) => byte.toString(16).padStart(2, "0"));
  return `<${bytes.join(" ").toUpperCase()}>`;
}

function nothing({ config }: TranslationModel): Translation {
  return {
    text: "",
    sourceTokens: [],
    targetTokens: [],
    attention: config.attention === "none" ? null : [],
    score: 0,
    logProb: 0,
    ended: true,
  };
}
