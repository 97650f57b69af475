/**
 * @file What the demo learns: the embedded text, or a file.
 */

import { entropyRate, generateCorpus, prepareText, TEXT_DEFAULTS } from "unrolled/tasks/text";
import type { Corpus, TextConfig, TextData } from "unrolled/tasks/text";
import { readTexts, stemOf } from "../files/read-texts.ts";

export interface DemoText {
  /** For titles. */
  name: string;
  /** For the name of a directory. */
  stem: string | null;
  text: string;
  data: TextData;
  config: Omit<TextConfig, "cell">;
  /** Of the embedded text alone: the places decided far back, and what no model can go below. */
  corpus: Corpus | null;
  floor: number | undefined;
}

/** Enough that the vocabulary of the grammar, and not single sentences, is what can be learned. */
const CORPUS_CHARACTERS = 300_000;
/** Held out at most: measuring must not take longer than training. */
const HELD_OUT_CHARACTERS = 30_000;

/**
 * Small enough that three trainings fit into a minute, and large enough that the gates matter:
 * a batch of 16 streams and not 32, because in so short a run the number of steps counts most.
 */
const DEMO_CONFIG = { ...TEXT_DEFAULTS, embeddingDim: 32, hiddenSize: 128, batchSize: 16 };

export function demoText(file: string | undefined, seed: number): DemoText {
  const corpus =
    file === undefined ? generateCorpus({ characters: CORPUS_CHARACTERS, seed }) : null;
  const text = corpus?.text ?? readTexts([file!]).text;
  const validation = Math.min(TEXT_DEFAULTS.validation, HELD_OUT_CHARACTERS / text.length);
  const config = { ...DEMO_CONFIG, validation, seed };
  return {
    name: file === undefined ? "a text from a grammar" : stemOf(file),
    stem: file === undefined ? null : stemOf(file),
    text,
    config,
    data: prepareText(text, { ...config, cell: "lstm" }),
    corpus,
    floor: corpus ? entropyRate() : undefined,
  };
}
