/**
 * @file Raw file → text → ids → batches.
 */

import {
  ArgumentError,
  BpeTokenizer,
  BpttBatches,
  CharTokenizer,
  FormatError,
  splitByPosition,
  tensor,
  WordTokenizer,
  type BatchSource,
  type Tensor,
  type Tokenizer,
} from "unrolled";
import type { TextConfig } from "./config.ts";
import { countCharacters } from "./count-characters.ts";
import { ShuffledStretches, type StretchPosition } from "./shuffled-stretches.ts";

/** A piece of a text, to be measured. */
export interface TextPart {
  ids: Int32Array;
  /** How many characters the ids stand for. */
  characters: number;
}

/** A text as ids: what comes first trains, the end is held out. */
export interface TextData {
  tokenizer: Tokenizer;
  trainIds: Int32Array;
  validationIds: Int32Array;
  /** How many characters the ids stand for. */
  trainCharacters: number;
  validationCharacters: number;
  /** The very end, which chooses nothing. Null without a test share. */
  test: TextPart | null;
}

/** What a model that is done is measured on: the test part, or without one the validation part. */
export function measuredPart({
  validationIds: ids,
  validationCharacters: characters,
  test,
}: Pick<TextData, "validationIds" | "validationCharacters" | "test">): TextPart {
  return test ?? { ids, characters };
}

/** One step of truncated backpropagation through time, both [batch, seq]. */
export interface TextBatch {
  ids: Tensor;
  targets: Tensor;
  /** What was read before stands elsewhere in the text: no state is carried on to here. */
  isFresh?: boolean;
}

/** Beyond this a string of JavaScript, the ids and the baselines no longer fit into memory. */
const MAX_BYTES = 150e6;

/**
 * The text in a file's bytes: UTF-8 (or UTF-16 with its mark), without a byte order mark, and with
 * line breaks as "\n".
 *
 * @param name how errors call the file
 * @throws FormatError if the file is empty, too large, binary, or not UTF-8
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}`);
  };
  if (bytes.length === 0) fail("expected text, got an empty file.");
  if (bytes.length > MAX_BYTES) {
    fail(
      `expected at most ${MAX_BYTES / 1e6} MB of text, got ${Math.round(bytes.length / 1e6)} MB. Take a part of it.`,
    );
  }
  const encoding = encodingOf(bytes);
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return fail(
      `expected text in UTF-8, got bytes that are not, the first at position ${firstInvalidByte(bytes)}. If it is text, convert it (for example: iconv -f latin1 -t utf-8).`,
    );
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) fail(`expected text, got a binary file (a zero byte at position ${zero}).`);
  return text.replaceAll("\r\n", "\n");
}

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** By halving: a prefix decodes, as a stream, until it holds the first wrong byte. */
function firstInvalidByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1;
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      decoder.decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}

/**
 * Splits a text by position (training, validation, test), makes a tokenizer from its first part, and
 * encodes all.
 *
 * Characters that stand only in a held-out part belong to the vocabulary too (they are the
 * alphabet, not something learned); words and pieces come from the training part alone.
 *
 * @throws ArgumentError if there is too little text, or nothing to learn in it
 */
export function prepareText(text: string, config: TextConfig): TextData {
  if (text.length < 2) {
    throw new ArgumentError(
      `text: expected at least two characters, one to read and one to predict, got ${text.length}.`,
    );
  }
  const { validation: share, test: testShare } = config;
  const [learned, test] = testShare === 0 ? [text, null] : splitByPosition(text, 1 - testShare);
  const [train, validation] = splitByPosition(learned, 1 - share / (1 - testShare));
  const tokenizer = tokenizerFor(text, train, config);
  if (tokenizer.vocabSize < 2) {
    throw new ArgumentError(
      `text: expected at least two different characters, got only ${JSON.stringify(text[0])}: there is nothing to predict.`,
    );
  }
  const data = {
    tokenizer,
    trainIds: tokenizer.encode(train),
    validationIds: tokenizer.encode(validation),
    trainCharacters: countCharacters(train),
    validationCharacters: countCharacters(validation),
    test: test === null ? null : { ids: tokenizer.encode(test), characters: countCharacters(test) },
  };
  checkLength(data.validationIds, "validation", config);
  if (data.test) checkLength(data.test.ids, "test", config);
  return data;
}

function checkLength(ids: Int32Array, part: "validation" | "test", config: TextConfig): void {
  if (ids.length >= 2) return;
  throw new ArgumentError(
    `text: the ${part} part that is held out has ${ids.length} token, and 2 are needed to measure. Use a longer text, or a larger ${part} share than ${config[part]}.`,
  );
}

function tokenizerFor(text: string, train: string, { tokens, vocabSize }: TextConfig): Tokenizer {
  switch (tokens) {
    case "char":
      return CharTokenizer.train(text);
    case "word":
      return WordTokenizer.train(train, { maxSize: vocabSize });
    case "bpe":
      return BpeTokenizer.train(train, { vocabSize });
  }
}

/**
 * The training batches, with a place that can be saved: stretches of the text in an order of chance,
 * or with `stretch` 0, and where the text is too short for stretches, streams from beginning to end.
 */
export function textBatches(ids: Int32Array, config: TextConfig): BatchSource<TextBatch> {
  const { batchSize, seqLength: bptt, seed } = config;
  const stretch = Math.ceil(config.stretch / bptt) * bptt;
  if (stretch === 0 || ids.length < 2 * stretch * (batchSize + 1)) return streams(ids, config);
  const batches = new ShuffledStretches(ids, { batchSize, bptt, stretch, seed });
  return {
    batchesPerEpoch: batches.length,
    next() {
      const { inputs, targets, shape, isFresh } = batches.next();
      const batch = {
        ids: tensor(inputs, { shape }),
        targets: tensor(targets, { shape }),
        isFresh,
      };
      return { batch, startsEpoch: batches.position.step === 1 % batches.length };
    },
    getPosition: () => batches.position,
    setPosition(position) {
      batches.position = position as StretchPosition;
    },
  };
}

/** From beginning to end, over and over. Small texts get fewer, shorter streams. */
function streams(ids: Int32Array, config: TextConfig): BatchSource<TextBatch> {
  const { batchSize, bptt } = fitting(ids.length, config);
  const batches = new BpttBatches(ids, { batchSize, bptt });
  return {
    batchesPerEpoch: batches.length,
    next() {
      const { inputs, targets, shape, isFirst } = batches.next();
      return {
        batch: { ids: tensor(inputs, { shape }), targets: tensor(targets, { shape }) },
        startsEpoch: isFirst,
      };
    },
    getPosition: () => batches.position,
    setPosition(position) {
      batches.position = position as number;
    },
  };
}

/** As many streams as leave each at least four steps, so that a short text still trains. */
function fitting(length: number, { batchSize, seqLength }: TextConfig) {
  if (length < 2) {
    throw new ArgumentError(`text: expected at least two tokens to train on, got ${length}.`);
  }
  const bptt = Math.min(seqLength, Math.max(1, Math.floor((length - 1) / 4)));
  const streams = Math.max(1, Math.floor((length - 1) / (4 * bptt)));
  return { batchSize: Math.min(batchSize, streams), bptt };
}
