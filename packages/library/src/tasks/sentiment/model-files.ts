/**
 * @file A trained model as files, and back: the weights, and all that is needed to rebuild it.
 */

import { decodeTaskModel, encodeTaskModel, FormatError, Vocabulary } from "unrolled";
import { BagOfNgrams } from "./bag.ts";
import { sentimentConfig, type SentimentConfig } from "./config.ts";
import type { Grades } from "./grades.ts";
import { SentimentModel, type Mix } from "./model.ts";

/** What a model is like whose configuration does not say, because there was no choice. */
const BEFORE: Partial<SentimentConfig> = { letterNgrams: 0 };

/** `model.safetensors` and `config.json`, by name. */
export function saveSentimentModel(model: SentimentModel): Record<string, Uint8Array> {
  const { config, labels, grades, vocabulary, mix, bag } = model;
  return encodeTaskModel("sentiment", model, {
    config,
    labels,
    grades,
    vocabulary: vocabulary.toJSON(),
    mix,
    bag: bag && { order: bag.order, ngrams: bag.ngrams },
  });
}

/**
 * Rebuilds a model from its files.
 *
 * @param read gives a file's bytes by name
 * @throws FormatError naming the file and what is wrong with it
 */
export function loadSentimentModel(read: (name: string) => Uint8Array): SentimentModel {
  return decodeTaskModel("sentiment", read, (fields) => {
    const labels = stringsOf(fields.labels, "labels");
    const model = new SentimentModel(
      sentimentConfig({ ...BEFORE, ...(fields.config as Partial<SentimentConfig>) }),
      labels,
      Vocabulary.fromJSON(fields.vocabulary),
      gradesFrom(fields.grades, labels.length),
    );
    const bag = fields.bag as { order: number; ngrams: unknown } | null;
    if (bag) {
      model.bag = new BagOfNgrams(stringsOf(bag.ngrams, "bag.ngrams"), bag.order, labels.length);
    }
    model.mix = mixOf(fields.mix, labels.length);
    return model;
  });
}

function stringsOf(value: unknown, name: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new FormatError(`config.json: expected ${name} to be a list of strings.`);
}

function gradesFrom(value: unknown, numLabels: number): Grades | null {
  if (value === null || value === undefined) return null;
  const { names, labels } = value as Partial<Grades>;
  const known = stringsOf(names, "grades.names");
  const isPlace = (label: unknown) => Number.isInteger(label) && (label as number) < numLabels;
  if (Array.isArray(labels) && labels.length === known.length && labels.every(isPlace)) {
    return { names: known, labels: labels as number[] };
  }
  throw new FormatError(
    `config.json: expected grades.labels to have a number below ${numLabels} for each of ${known.length} grades, got ${JSON.stringify(labels)}.`,
  );
}

/** Models from before there were offsets have none. */
function mixOf(value: unknown, numLabels: number): Mix {
  const none = new Array<number>(numLabels).fill(0);
  const { network, bag, offsets = none } = (value ?? {}) as Partial<Mix>;
  const numbers: unknown[] = [network, bag, ...(Array.isArray(offsets) ? offsets : [])];
  if (numbers.length === 2 + numLabels && numbers.every(Number.isFinite)) {
    return { network: network!, bag: bag!, offsets };
  }
  throw new FormatError(
    `config.json: expected mix to have two numbers, network and bag, and ${numLabels} offsets, got ${JSON.stringify(value)}.`,
  );
}
