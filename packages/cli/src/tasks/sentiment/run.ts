/**
 * @file `unrolled run` with a classifier: texts in, classes out, and the words that spoke for them.
 */

import type { Command } from "commander";
import {
  classifyTexts,
  explainText,
  loadSentimentModel,
  type SentimentModel,
  type WordEffect,
} from "unrolled/tasks/sentiment";
import { addExamples } from "../../commands/examples.ts";
import { modelReader } from "../../files/model-directory.ts";
import { answerInputs } from "../../terminal/answers.ts";
import { renderTable } from "../../terminal/table.ts";
import { createTerminal, type Terminal } from "../../terminal/terminal.ts";
import { percent } from "./scores.ts";

interface RunOptions {
  words: boolean;
  json?: true;
}

/** Of many classes only these many are shown. */
const CLASSES_SHOWN = 6;
/** Lines from standard input that are read together. */
const AT_ONCE = 64;

export function setUpRun(command: Command): void {
  command
    .description(
      "Says which class a text belongs to, how probable each class is, and which words spoke for the answer: what becomes of it where they are left unread. Without a text it asks for one after the other; every line of standard input is a text, too, and gets a line with class, probability and text.",
    )
    .argument("[text]", "what to classify")
    .option("--no-words", "do not look for the words that spoke for the answer: faster")
    .action(runCommand);
  addExamples(command, [
    'unrolled run runs/reviews-lstm "what a film"',
    "unrolled run runs/reviews-lstm < lines.txt > classes.tsv",
  ]);
}

async function runCommand(
  directory: string,
  text: string | undefined,
  { words, json }: RunOptions,
): Promise<void> {
  const terminal = createTerminal(json ?? false);
  const model = loadSentimentModel(modelReader(directory));
  const isPiped = text === undefined && !process.stdin.isTTY;
  await answerInputs(terminal, text === undefined ? [] : [text], {
    prompt: "text> ",
    welcome: `Type a text: ${model.labels.slice(0, CLASSES_SHOWN).join(", ")}${model.labels.length > CLASSES_SHOWN ? ", …" : "?"}`,
    atOnce: isPiped ? AT_ONCE : 1,
    answer: (texts) => {
      if (isPiped) answerLines(terminal, model, texts);
      else answerOne(terminal, model, texts[0], words);
    },
  });
}

/** One line for each text, that a program can read; a line without words gets an empty class. */
function answerLines(terminal: Terminal, model: SentimentModel, texts: readonly string[]): void {
  const filled = texts.filter((text) => hasWords(text));
  const answers = classifyTexts(model, filled);
  let next = 0;
  for (const text of texts) {
    const answer = hasWords(text) ? answers[next++] : null;
    terminal.event({ type: "answer", text, ...(answer ?? { label: null }) });
    terminal.print(
      answer ? `${answer.label}\t${answer.probability.toFixed(4)}\t${text}` : `\t\t${text}`,
    );
  }
}

function hasWords(text: string): boolean {
  return text.trim() !== "";
}

function answerOne(terminal: Terminal, model: SentimentModel, text: string, words: boolean): void {
  const [answer] = classifyTexts(model, [text]);
  const effects = words ? explainText(model, text, answer.label) : null;
  terminal.event({ type: "answer", text, ...answer, words: effects });
  const { label, probabilities, tokens, unknown } = answer;
  terminal.print(`${terminal.style("bold", label)}   ${percent(answer.probability)}`);
  const ranked = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  const rows = ranked.slice(0, CLASSES_SHOWN).map(([name, p]) => [name, percent(p)]);
  if (ranked.length > 2) {
    terminal.print();
    terminal.print(
      renderTable([{ title: "class", align: "left" }, { title: "probability" }], rows),
    );
  }
  if (effects) {
    terminal.print();
    terminal.print(colored(terminal, effects));
    terminal.print(strongest(effects, label));
  }
  if (unknown > 0) {
    terminal.note(`${unknown} of ${tokens} tokens are none that the network has learned.`);
  }
}

/** The text with the words that speak for the answer in green, and against it in red. */
function colored(terminal: Terminal, effects: readonly WordEffect[]): string {
  const most = Math.max(...effects.map(({ effect }) => Math.abs(effect)), 1e-9);
  return effects
    .map(({ token, effect }) => {
      if (Math.abs(effect) < 0.25 * most) return token;
      return terminal.style(effect > 0 ? "green" : "red", token);
    })
    .join(" ");
}

/** For whoever sees no colours. */
function strongest(effects: readonly WordEffect[], label: string): string {
  const order = [...effects].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  const shown = order.slice(0, 5).map(({ token, effect }) => {
    const sign = effect < 0 ? "−" : "+";
    return `${token} ${sign}${Math.abs(effect).toFixed(2)}`;
  });
  return `Most for (+) and against (−) ${label}, in nats of log-odds: ${shown.join("   ")}`;
}
