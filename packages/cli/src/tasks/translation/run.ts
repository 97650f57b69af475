/**
 * @file `unrolled run` with a model of translation: a sentence in, its translation out.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import {
  loadTranslationModel,
  translate,
  type Translation,
  type TranslationModel,
} from "unrolled/tasks/translation";
import { addExamples } from "../../commands/examples.ts";
import { notNegative, wholeNumber } from "../../commands/options.ts";
import { modelReader, parseJson } from "../../files/model-directory.ts";
import { answerInputs } from "../../terminal/answers.ts";
import { formatCount } from "../../terminal/numbers.ts";
import { createTerminal, type Terminal } from "../../terminal/terminal.ts";
import { alignmentTable } from "./alignment.ts";

/** Words and their translations, as {@link learnDictionary} found them: beside the model's files. */
export const DICTIONARY = "dictionary.json";

export interface SearchOptions {
  beam: number;
  lengthPenalty: number;
}

interface RunOptions extends SearchOptions {
  attention?: true;
  json?: true;
}

/** `--beam`, `--length-penalty` */
export function addSearchOptions(command: Command): Command {
  return command
    .option("--beam <n>", "translations followed side by side; 1 is the fastest", wholeNumber(1), 5)
    .option("--length-penalty <x>", "above 1 longer translations, below 1 shorter", notNegative, 1);
}

export function setUpRun(command: Command): void {
  command
    .description(
      "Translates. Without a sentence it asks for one after the other; from standard input, every line is one.",
    )
    .argument("[sentence...]", "what to translate, each in quotation marks");
  addSearchOptions(command)
    .option("--attention", "show which words each word of the translation looked at")
    .action(runCommand);
  addExamples(command, [
    'unrolled run runs/train "A dog runs."',
    'unrolled run runs/train "A dog runs." --attention',
    "unrolled run runs/train < sentences.txt > translations.txt",
  ]);
}

/** Lines of standard input that are translated together. */
const AT_ONCE = 64;

async function runCommand(
  directory: string,
  sentences: string[],
  { beam, lengthPenalty, attention, json }: RunOptions,
): Promise<void> {
  const terminal = createTerminal(json ?? false);
  const model = loadTranslationModel(modelReader(directory));
  if (attention && model.config.attention === "none") {
    terminal.note("This model was trained without attention, so there is none to show.");
  }
  const options = { beamSize: beam, lengthPenalty, dictionary: readDictionary(directory) };
  await answerInputs(terminal, sentences, {
    prompt: "> ",
    welcome: "Type a sentence, and the model translates it.",
    atOnce: AT_ONCE,
    answer: (inputs) => {
      const translations = translate(model, inputs, options);
      translations.forEach((it, i) => show(terminal, model, inputs[i], it, attention ?? false));
    },
  });
}

function show(
  terminal: Terminal,
  model: TranslationModel,
  source: string,
  translation: Translation,
  attention: boolean,
): void {
  const { text, score, ended, sourceTokens, targetTokens, attention: weights } = translation;
  terminal.event({
    type: "translation",
    source,
    text,
    score,
    ended,
    ...(attention && { sourceTokens, targetTokens, attention: weights?.map((row) => [...row]) }),
  });
  if (!terminal.json) terminal.print(text);
  const table = attention && !terminal.json && text ? alignmentTable(translation) : null;
  if (table) terminal.print(`\n${table}\n`);
  const { usualLongest } = model;
  const ends = [...sourceTokens.keys()].filter((i) => sourceTokens[i] === "</s>");
  const longest = Math.max(0, ...ends.map((end, i) => end - (ends[i - 1] ?? -1) - 1));
  if (longest > 2 * usualLongest) {
    terminal.note(
      `That sentence has ${formatCount(longest)} tokens, and 99 in 100 of those that the model was trained on have at most ${usualLongest}: expect less of its translation, or translate it in parts.`,
    );
  } else if (!ended) {
    terminal.note(
      "That translation was cut where it had become more than twice as long as the sentence.",
    );
  }
}

/** The dictionary that training left; empty where there is none. */
export function readDictionary(directory: string): ReadonlyMap<string, string> {
  const path = join(directory, DICTIONARY);
  if (!existsSync(path)) return new Map();
  return new Map(Object.entries(parseJson(readFileSync(path, "utf8"), path) as object));
}
