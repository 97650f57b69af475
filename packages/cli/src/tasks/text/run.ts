/**
 * @file `unrolled run` with a model of text: prompt in, text out; or a story told by two, what may come
 * next, and what surprises.
 */

import type { Command } from "commander";
import { generateText, loadTextModel, nextTokens, type TextModel } from "unrolled/tasks/text";
import { addExamples } from "../../commands/examples.ts";
import { notNegative, positive, share, wholeNumber } from "../../commands/options.ts";
import { modelReader } from "../../files/model-directory.ts";
import { answerInputs } from "../../terminal/answers.ts";
import { createTerminal, type Terminal } from "../../terminal/terminal.ts";
import { Chat, CHAT_WELCOME } from "./chat.ts";
import { nextTable } from "./next.ts";
import { showScore } from "./score.ts";
import { encodeKnown } from "./unknown-characters.ts";

interface RunOptions {
  length?: number;
  temperature: number;
  topK?: number;
  topP?: number;
  minP?: number;
  repetitionPenalty?: number;
  seed?: number;
  stop?: string;
  samples: number;
  chat?: true;
  next?: number | true;
  score?: string;
  html?: string;
  json?: true;
}

const LENGTH = 500;
/** In a conversation nobody wants to wait for a page. */
const CHAT_LENGTH = 200;
const NEXT_SHOWN = 10;

export function setUpRun(command: Command): void {
  command
    .description(
      "Continues a prompt with a trained model, and prints the text as it comes. Without a prompt, on a terminal, it is a conversation: every line goes into the same story. Lines from standard input are prompts, each for itself, unless --chat is given.",
    )
    .argument("[prompt]", 'what to continue; "" lets the model begin')
    .option(
      "--length <n>",
      `tokens to generate at most (default: ${LENGTH}, in a conversation ${CHAT_LENGTH})`,
      wholeNumber(0),
    )
    .option(
      "--temperature <t>",
      "below 1 safer, above 1 wilder, 0 always the likeliest",
      notNegative,
      0.8,
    )
    .option("--top-k <k>", "only the k likeliest tokens", wholeNumber(1))
    .option("--top-p <p>", "only the likeliest that reach this share", share("(0, 1]"))
    .option("--min-p <p>", "only those at least p times as likely as the first", share("[0, 1)"))
    .option("--repetition-penalty <x>", "above 1: the last 64 tokens are less likely", positive)
    .option(
      "--seed <n>",
      "the same seed gives the same text (default: another each time)",
      wholeNumber(0),
    )
    .option("--stop <text>", "end before this text would appear")
    .option("--samples <n>", "so many continuations of the prompt", wholeNumber(1), 1)
    .option("--chat", "carry the story on from line to line")
    .option("--next [n]", "only show what may come next, the n likeliest", wholeNumber(1))
    .option("--score <file>", "show what in a text surprises the model")
    .option("--html <file>", "with --score: the text in colours, as a page")
    .action(runCommand);
  addExamples(command, [
    'unrolled run runs/book-lstm "Once upon a time"',
    'unrolled run runs/book-lstm "Once" --temperature 0.5 --length 2000 --seed 7 > story.txt',
    'unrolled run runs/book-lstm "Once upon a t" --next',
    "unrolled run runs/book-lstm --score letter.txt --html letter.html",
  ]);
}

async function runCommand(
  directory: string,
  prompt: string | undefined,
  options: RunOptions,
): Promise<void> {
  const terminal = createTerminal(options.json ?? false);
  const model = loadTextModel(modelReader(directory));
  if (options.score !== undefined) showScore(terminal, model, options.score, options.html);
  else if (options.next !== undefined) showNext(terminal, model, prompt, options.next);
  else await generate(terminal, model, prompt, options);
}

function showNext(
  terminal: Terminal,
  model: TextModel,
  prompt: string | undefined,
  count: number | true,
): void {
  if (prompt) encodeKnown(model, prompt, "The prompt");
  const tokens = nextTokens(model, prompt, count === true ? NEXT_SHOWN : count);
  terminal.event({ type: "next", tokens });
  terminal.print(nextTable(tokens));
}

async function generate(
  terminal: Terminal,
  model: TextModel,
  prompt: string | undefined,
  { seed = drawSeed(), samples, chat, length, ...sampling }: RunOptions,
): Promise<void> {
  const { json } = terminal;
  const show = (text: string, more: object = {}) =>
    json ? terminal.event({ type: "text", text, ...more }) : process.stdout.write(text);

  const isChat = chat ?? (prompt === undefined && process.stdin.isTTY);
  if (isChat) {
    const settings = { ...sampling, length: length ?? CHAT_LENGTH, seed };
    const story = new Chat(terminal, model, settings, show);
    if (prompt) await story.answer(prompt);
    await answerInputs(terminal, [], {
      prompt: "> ",
      welcome: CHAT_WELCOME,
      answer: ([line]) => story.answer(line),
    });
    return;
  }

  const proceed = async (start: string, sample: number) => {
    const more = samples > 1 ? { sample } : {};
    if (samples > 1 && !json) terminal.note(terminal.noteStyle("dim", `── ${sample} ──`));
    const own = seed + sample - 1;
    if (start) show(start, more);
    const pieces = generateText(model, {
      ...sampling,
      length: length ?? LENGTH,
      prompt: start,
      seed: own,
    });
    let shown = 0;
    for (const piece of pieces) {
      show(piece, more);
      // A reader who has seen enough (`| head`) gets a turn to say so.
      if (++shown % 32 === 0) await new Promise(setImmediate);
    }
    if (!json) process.stdout.write("\n");
    terminal.event({ type: "end", seed: own, ...more });
  };
  const proceedAll = async (start: string) => {
    if (start) encodeKnown(model, start, "The prompt");
    for (let sample = 1; sample <= samples; sample++) await proceed(start, sample);
  };

  const answered = await answerInputs(terminal, prompt === undefined ? [] : [prompt], {
    prompt: "prompt> ",
    welcome: "Type a beginning, and the model goes on.",
    answer: ([start]) => proceedAll(start),
  });
  // Neither a prompt nor anything to read: the model begins by itself.
  if (answered === 0 && !process.stdin.isTTY) await proceedAll("");
}

/** Small enough to type again. */
function drawSeed(): number {
  return Math.floor(Math.random() * 1e6);
}
