/**
 * @file How good translations are: BLEU and chrF against references, in all and by length.
 */

import { bleu, chrf, type BleuScore } from "unrolled";
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
  const score = bleuScore(texts, references);
  return {
    bleu: score.score,
    chrf: chrf(texts, references).score,
    lengthRatio: score.hypothesisLength / score.referenceLength,
    signature: score.signature,
    sentences: texts.length,
  };
}

/** BLEU's tokens are 13a's words or, in scripts that put no spaces between words, characters. */
function bleuScore(texts: readonly string[], references: readonly string[]): BleuScore {
  return bleu(texts, references, { tokenize: hasSpaces(references) ? "13a" : "char" });
}

/** Japanese, Chinese and Thai have hardly any; other languages one in five or six characters. */
const CHARACTERS_PER_SPACE = 25;

function hasSpaces(sentences: readonly string[]): boolean {
  const text = sentences.join("");
  if (sentences.every((sentence) => sentence.length < CHARACTERS_PER_SPACE / 2)) return true;
  return text.split(/\s/u).length * CHARACTERS_PER_SPACE >= text.length;
}

const BIN_STARTS = [1, 6, 11, 16, 21, 31];
const FEWEST_SENTENCES = 10;

/** BLEU for sources of 1–5, 6–10, 11–15, 16–20, 21–30 and more than 30 words. */
export function bleuByLength(
  texts: readonly string[],
  references: readonly string[],
  sources: readonly string[],
): LengthBin[] {
  const words = sources.map((source) => source.split(/\s+/u).length);
  return BIN_STARTS.map((from, bin) => {
    const to = (BIN_STARTS[bin + 1] ?? Infinity) - 1;
    const inside = [...words.keys()].filter((i) => words[i] >= from && words[i] <= to);
    const score = () =>
      bleuScore(
        inside.map((i) => texts[i]),
        inside.map((i) => references[i]),
      ).score;
    const sentences = inside.length;
    return { from, to, sentences, bleu: sentences >= FEWEST_SENTENCES ? score() : null };
  }).filter(({ sentences }) => sentences > 0);
}
