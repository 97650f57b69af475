/**
 * @file What the demo learns: the embedded text, or a file.
 */

import { entropyRate, generateCorpus, prepareText, TEXT_DEFAULTS } from "unrolled/tasks/text";
import type { DecidedPlace, TextConfig, TextData } from "unrolled/tasks/text";
import { stemOf } from "../../files/read-bytes.ts";
import { readTexts, type TextSource } from "../../files/read-texts.ts";

export interface DemoText {
  /** For titles. */
  name: string;
  /** For the name of a directory. */
  stem: string | null;
  text: string;
  /** The file, if there is one. */
  source: Omit<TextSource, "text"> | null;
  data: TextData;
  config: Omit<TextConfig, "cell">;
  /** Of the embedded text alone: what no model can go below, in nats per character. */
  floor: number | null;
  /** Of the embedded text alone: the places that were decided before, counted from `heldOut`. */
  places: DecidedPlace[] | null;
  heldOut: string;
}

/** Enough that the vocabulary of the grammar, and not single sentences, is what can be learned. */
const CORPUS_CHARACTERS = 300_000;
/** Held out at most: measuring must not take longer than training. */
const HELD_OUT_CHARACTERS = 30_000;

/**
 * Small enough that three trainings fit into a minute, and large enough to learn what stands far
 * back: with 96 hidden features an LSTM had found 83 % of it where one of 128 had 98 %. A batch of
 * 16 streams and not 32, because in so short a run the number of steps counts most.
 */
const DEMO_CONFIG = {
  ...TEXT_DEFAULTS,
  embeddingDim: 32,
  hiddenSize: 128,
  batchSize: 16,
  lr: 3e-3,
  beta2: 0.999,
  dropout: 0,
  stretch: 0,
  // Its sentences have nothing to do with one another: a cold start costs one of them.
  stateReset: 0,
};

export function demoText(file: string | undefined, seed: number): DemoText {
  const corpus =
    file === undefined ? generateCorpus({ characters: CORPUS_CHARACTERS, seed }) : null;
  const { text, ...source } = corpus ?? readTexts([file!]);
  const validation = Math.min(TEXT_DEFAULTS.validation, HELD_OUT_CHARACTERS / text.length);
  const config = { ...DEMO_CONFIG, validation, seed };
  const data = prepareText(text, { ...config, cell: "lstm" });
  const start = data.trainCharacters;
  return {
    name: file === undefined ? "a text from a grammar" : stemOf(file),
    stem: file === undefined ? null : stemOf(file),
    text,
    source: "sha256" in source ? source : null,
    config,
    data,
    floor: corpus && entropyRate(),
    places: corpus && placesFrom(start, corpus.places),
    heldOut: data.tokenizer.decode(data.validationIds),
  };
}

/** The places of a text's end that were also decided there. */
function placesFrom(start: number, places: readonly DecidedPlace[]): DecidedPlace[] {
  return places
    .filter(({ cue }) => cue >= start)
    .map((place) => ({ ...place, position: place.position - start, cue: place.cue - start }));
}
