/**
 * @file `unrolled eval` with a model of translation, on other pairs.
 */

import type { Command } from "commander";
import {
  evaluateTranslation,
  loadTranslationModel,
  translationBaselines,
  wordDictionary,
} from "unrolled/tasks/translation";
import { addExamples } from "../../commands/examples.ts";
import { FailureError } from "../../errors.ts";
import { modelReader } from "../../files/model-directory.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import { pairOptions, readPairs, readingOf, withoutEmpty, type PairOptions } from "./read-pairs.ts";
import { addSearchOptions, readDictionary, type SearchOptions } from "./run.ts";
import { lengthTable, scoreTable, systemsOf, verdict } from "./scores.ts";

interface EvalOptions extends PairOptions, SearchOptions {
  json?: true;
}

export function setUpEval(command: Command): void {
  command
    .description(
      "Translates sentences and compares with given translations: BLEU as sacreBLEU counts it (cased, detokenized), chrF, and BLEU by length, beside the source copied and a word-for-word dictionary.",
    )
    .argument("<file...>", "two files, sentences and their translations; or a table with both");
  for (const option of pairOptions()) command.addOption(option);
  addSearchOptions(command).action(evalCommand);
  addExamples(command, [
    "unrolled eval runs/train test.en test.de",
    "unrolled eval runs/train test.tsv --source English --target German",
  ]);
}

function evalCommand(directory: string, files: string[], options: EvalOptions): void {
  const terminal = createTerminal(options.json ?? false);
  const model = loadTranslationModel(modelReader(directory));
  const { pairs: all, about } = readPairs(files, readingOf(options));
  const { pairs, empty } = withoutEmpty(all);
  if (pairs.length === 0) {
    throw new FailureError(`${about}: expected sentences on both sides, got none.`);
  }
  const dictionary = readDictionary(directory);
  const baselines = translationBaselines(wordDictionary(dictionary), pairs);
  terminal.live(`translating ${formatCount(pairs.length)} sentences …`);
  const { translations, ...evaluation } = evaluateTranslation(model, pairs, {
    beamSize: options.beam,
    lengthPenalty: options.lengthPenalty,
    dictionary,
  });
  terminal.live("");
  terminal.event({ type: "evaluation", ...evaluation, empty, baselines });

  const left = empty > 0 ? ` ${plural(empty, "pair")} with an empty side left out.` : "";
  terminal.say(`${about}.${left}`);
  terminal.print();
  const name = terminal.style("bold", "this model");
  terminal.print(scoreTable(systemsOf(baselines, [{ name, scores: evaluation }])));
  terminal.print();
  const { head, rows } = lengthTable([{ name: "BLEU", bins: evaluation.byLength }]);
  terminal.print(renderTable(head.map((title) => ({ title })), rows)); // prettier-ignore
  terminal.print();
  terminal.say(verdict(evaluation, baselines, "sentences"));
  terminal.note(`\n${evaluation.signature}`);
  const cut = translations.filter(({ ended }) => !ended).length;
  if (cut > 0) terminal.note(`${plural(cut, "translation")} did not come to an end by itself.`);
}
