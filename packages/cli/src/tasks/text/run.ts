/**
 * @file `unrolled run` with a model of text: prompt in, text out.
 */

import type { Command } from "commander";
import { generateText, loadTextModel } from "unrolled/tasks/text";
import { addExamples } from "../../commands/examples.ts";
import { notNegative, share, wholeNumber } from "../../commands/options.ts";
import { modelReader } from "../../files/model-directory.ts";
import { answerInputs } from "../../terminal/answers.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import { encodeKnown } from "./unknown-characters.ts";

interface RunOptions {
  length: number;
  temperature: number;
  topK?: number;
  topP?: number;
  seed?: number;
  stop?: string;
  json?: true;
}

export function setUpRun(command: Command): void {
  command
    .description(
      "Continues a prompt with a trained model, and prints the text as it comes. Without a prompt it asks for one after the other; lines from standard input are prompts, too.",
    )
    .argument("[prompt]", 'what to continue; "" lets the model begin')
    .option("--length <n>", "tokens to generate at most", wholeNumber(0), 500)
    .option(
      "--temperature <t>",
      "below 1 safer, above 1 wilder, 0 always the likeliest",
      notNegative,
      0.8,
    )
    .option("--top-k <k>", "only the k likeliest tokens", wholeNumber(1))
    .option("--top-p <p>", "only the likeliest that reach this share", share("(0, 1]"))
    .option(
      "--seed <n>",
      "the same seed gives the same text (default: another each time)",
      wholeNumber(0),
    )
    .option("--stop <text>", "end before this text would appear")
    .action(runCommand);
  addExamples(command, [
    'unrolled run runs/book-lstm "Once upon a time"',
    'unrolled run runs/book-lstm "Once" --temperature 0.5 --length 2000 --seed 7 > story.txt',
  ]);
}

async function runCommand(
  directory: string,
  prompt: string | undefined,
  { json, seed = drawSeed(), ...sampling }: RunOptions,
): Promise<void> {
  const terminal = createTerminal(json ?? false);
  const model = loadTextModel(modelReader(directory));
  const show = (piece: string) =>
    json ? terminal.event({ type: "text", text: piece }) : process.stdout.write(piece);

  const proceed = async (start: string) => {
    if (start) encodeKnown(model, start, "The prompt");
    const pieces = generateText(model, { ...sampling, prompt: start, seed });
    if (start) show(start);
    let shown = 0;
    for (const piece of pieces) {
      show(piece);
      // A reader who has seen enough (`| head`) gets a turn to say so.
      if (++shown % 32 === 0) await new Promise(setImmediate);
    }
    if (!json) process.stdout.write("\n");
    terminal.event({ type: "end", seed });
  };

  const answered = await answerInputs(terminal, prompt === undefined ? [] : [prompt], {
    prompt: "prompt> ",
    welcome: "Type a beginning, and the model goes on.",
    answer: ([start]) => proceed(start),
  });
  // Neither a prompt nor anything to read: the model begins by itself.
  if (answered === 0 && !process.stdin.isTTY) await proceed("");
}

/** Small enough to type again. */
function drawSeed(): number {
  return Math.floor(Math.random() * 1e6);
}
