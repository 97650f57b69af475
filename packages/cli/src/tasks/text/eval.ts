/**
 * @file `unrolled eval` with a model of text, on another text.
 */

import type { Command } from "commander";
import {
  countCharacters,
  evaluateText,
  loadTextModel,
  measuredPart,
  prepareText,
  textBaselines,
  type TextData,
  type TextModel,
  type TextPart,
} from "unrolled/tasks/text";
import { addExamples } from "../../commands/examples.ts";
import { FailureError } from "../../errors.ts";
import { modelReader } from "../../files/model-directory.ts";
import { label } from "../../files/read-bytes.ts";
import { readTexts, type TextSource } from "../../files/read-texts.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatCount } from "../../terminal/numbers.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import { notedSource, readNoted } from "./noted-text.ts";
import { scoreTable, verdict, type Baseline } from "./scores.ts";
import { leaveOutUnknown } from "./unknown-characters.ts";

interface EvalOptions {
  train?: string[];
  json?: true;
}

export function setUpEval(command: Command): void {
  command
    .description(
      "Measures a trained model on a text. The baselines are counted on the text that the model was trained on, where it still lies in its place. Given that text itself, only its held-out end counts.",
    )
    .argument("<file...>", "text, gzip too; several files are joined; - is standard input")
    .option("--train <file...>", "the training text, if it has moved")
    .action(evalCommand);
  addExamples(command, ["unrolled eval runs/book-lstm another-book.txt"]);
}

function evalCommand(directory: string, files: string[], options: EvalOptions): void {
  const terminal = createTerminal(options.json ?? false);
  const model = loadTextModel(modelReader(directory));
  const source = readTexts(files);
  const learnedFrom = findTrainingText(directory, source, options.train);

  const isTrainingText = learnedFrom?.sha256 === source.sha256;
  const known = isTrainingText
    ? { text: source.text, says: null }
    : leaveOutUnknown(model, source.text, source.names.map(label).join(", "));
  const data = isTrainingText
    ? prepareText(source.text, model.config)
    : asHeldOut(model, known.text, learnedFrom?.text);
  const measured = measuredPart(data);
  const baselines = data.trainIds.length > 0 ? textBaselines(data) : [uniform(model, measured)];
  const evaluation = evaluateText(model, measured.ids, measured.characters);

  terminal.event({ type: "evaluation", ...evaluation, baselines, heldOutOnly: isTrainingText });
  const { name, color } = CELL_LOOKS[model.config.cell];
  terminal.print(
    isTrainingText
      ? `The model was trained on this text, so only the held-out end counts: ${formatCount(measured.characters)} characters.`
      : `${files.map(label).join(", ")}: ${formatCount(measured.characters)} characters, ${formatCount(measured.ids.length)} tokens.`,
  );
  if (known.says) terminal.say(known.says);
  terminal.print();
  terminal.print(scoreTable(baselines, [{ name: terminal.style(color, name), evaluation }]));
  if (learnedFrom) {
    terminal.print();
    terminal.say(verdict([{ name, evaluation }], baselines));
  } else {
    terminal.note(
      "\nThe other baselines are counted on the training text, which is not at hand. Name it: --train <file>",
    );
  }
}

/** The text that the model has learned from: given, noted in its metrics and still there, or none. */
function findTrainingText(
  directory: string,
  source: TextSource,
  given: readonly string[] | undefined,
): TextSource | null {
  const noted = notedSource(directory);
  if (given) {
    const found = readTexts(given);
    if (!noted || noted.sha256 === found.sha256) return found;
    throw new FailureError(
      `${given.join(", ")}: this is not the text that the model in ${directory} was trained on (${noted.names.join(", ")}).`,
    );
  }
  if (!noted) return null;
  if (noted.sha256 === source.sha256) return source;
  return readNoted(noted);
}

/** The whole text held out; what comes before the training text's own held-out end has trained. */
function asHeldOut(model: TextModel, text: string, trainingText: string | undefined): TextData {
  const training = trainingText === undefined ? null : prepareText(trainingText, model.config);
  return {
    tokenizer: model.tokenizer,
    trainIds: training?.trainIds ?? new Int32Array(0),
    trainCharacters: training?.trainCharacters ?? 0,
    validationIds: model.tokenizer.encode(text),
    validationCharacters: countCharacters(text),
    test: null,
  };
}

/** The one baseline that has counted nothing. */
function uniform(model: TextModel, { ids, characters }: TextPart): Baseline {
  const natsPerToken = Math.log(model.tokenizer.vocabSize);
  const natsPerCharacter = (natsPerToken * (ids.length - 1)) / characters;
  return { name: "uniform", natsPerToken, natsPerCharacter };
}
