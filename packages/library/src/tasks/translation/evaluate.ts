/**
 * @file How good translations are: BLEU and chrF against references, in all and by length.
 */

import { bleu, chrf, spacesWords, UNSPACED_LETTER } from "unrolled";
import type { TranslationModel } from "./model.ts";
import type { SentencePair } from "./pairs.ts";
import { translate, type TranslateOptions, type Translation } from "./predict.ts";

/** Scores of a set of translations. */
export interface TranslationScores {
  /** Cased, detokenized; equal to sacreBLEU's with `signature`. */
  bleu: number;
  chrf: number;
  /** Length of the translations over that of the references, in tokens of BLEU. */
  lengthRatio: number;
  signature: string;
  sentences: number;
}

export interface TranslationEvaluation extends TranslationScores {
  byLength: LengthBin[];
  translations: Translation[];
}

/** The sentences whose source has from `from` to `to` words. */
export interface LengthBin {
  from: number;
  /** Infinity for the last. */
  to: number;
  sentences: number;
  /** null where there are too few sentences for a score to mean anything. */
  bleu: number | null;
}

/** Translates the sources and compares with the references. */
export function evaluateTranslation(
  model: TranslationModel,
  pairs: readonly SentencePair[],
  options: TranslateOptions = {},
): TranslationEvaluation {
  const sources = pairs.map(({ source }) => source);
  const references = pairs.map(({ target }) => target);
  const translations = translate(model, sources, { ...options, bySentence: false });
  const texts = translations.map(({ text }) => text);
  return {
    ...scoreTranslations(texts, references),
    byLength: bleuByLength(texts, references, sources),
    translations,
  };
}

/** BLEU and chrF of texts against one reference each. */
export function scoreTranslations(
  texts: readonly string[],
  references: readonly string[],
): TranslationScores {
  const score = bleu(texts, references, { tokenize: bleuTokens(references) });
  return {
    bleu: score.score,
    chrf: chrf(texts, references).score,
    lengthRatio: score.hypothesisLength / score.referenceLength,
    signature: score.signature,
    sentences: texts.length,
  };
}

/** What BLEU's tokens are: 13a's words or, in scripts that put no spaces between words, characters. */
function bleuTokens(references: readonly string[]): "13a" | "char" {
  return spacesWords(references.join(" ")) ? "13a" : "char";
}

const WORD = new RegExp(String.raw`${UNSPACED_LETTER}|(?:(?!${UNSPACED_LETTER})\S)+`, "gu");

const BIN_STARTS = [1, 6, 11, 16, 21, 31];
const FEWEST_SENTENCES = 10;

/** BLEU for sources of 1–5, 6–10, 11–15, 16–20, 21–30 and more than 30 words. */
export function bleuByLength(
  texts: readonly string[],
  references: readonly string[],
  sources: readonly string[],
): LengthBin[] {
  const words = sources.map((source) => source.match(WORD)?.length ?? 0);
  const tokenize = bleuTokens(references);
  return BIN_STARTS.map((from, bin) => {
    const to = (BIN_STARTS[bin + 1] ?? Infinity) - 1;
    const inside = [...words.keys()].filter((i) => words[i] >= from && words[i] <= to);
    const score = () =>
      bleu(
        inside.map((i) => texts[i]),
        inside.map((i) => references[i]),
        { tokenize },
      ).score;
    const sentences = inside.length;
    return { from, to, sentences, bleu: sentences >= FEWEST_SENTENCES ? score() : null };
  }).filter(({ sentences }) => sentences > 0);
}
