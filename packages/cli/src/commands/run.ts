/**
 * @file `unrolled run`: a trained model does what it was trained for.
 */

import type { Command } from "commander";
import type { EngineName } from "unrolled";
import { generateText, loadTextModel } from "unrolled/tasks/text";
import { FailureError } from "../errors.ts";
import { modelReader, readConfig } from "../files/model-directory.ts";
import { createTerminal } from "../terminal/terminal.ts";
import { encodeKnown } from "../text/unknown-characters.ts";
import { engineOption, setUpEngine } from "./engine.ts";
import { jsonOption, notNegative, share, wholeNumber } from "./options.ts";

interface RunOptions {
  length: number;
  temperature: number;
  topK?: number;
  topP?: number;
  seed?: number;
  stop?: string;
  engine?: EngineName;
  json?: true;
}

export function addRun(program: Command): void {
  program
    .command("run")
    .summary("let a trained model do its work: generate text")
    .description("Continues a prompt with a trained model, and prints the text as it comes.")
    .argument("<model-dir>", "what `unrolled train` wrote")
    .argument("[prompt]", "what to continue")
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
    .addOption(engineOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  unrolled run runs/book-lstm "Once upon a time"
  unrolled run runs/book-lstm "Once" --temperature 0.5 --length 2000 --seed 7 > story.txt`,
    )
    .action(runCommand);
}

async function runCommand(
  directory: string,
  prompt: string | undefined,
  { engine, json, seed = drawSeed(), ...sampling }: RunOptions,
): Promise<void> {
  const terminal = createTerminal(json ?? false);
  setUpEngine(engine);
  checkTask(directory);
  const model = loadTextModel(modelReader(directory));

  if (prompt) encodeKnown(model, prompt, "The prompt");

  const { stdout } = process;
  const show = (piece: string) =>
    json ? terminal.event({ type: "text", text: piece }) : stdout.write(piece);
  const pieces = generateText(model, { ...sampling, prompt, seed });
  if (prompt) show(prompt);
  let shown = 0;
  for (const piece of pieces) {
    show(piece);
    // A reader who has seen enough (`| head`) gets a turn to say so.
    if (++shown % 32 === 0) await new Promise(setImmediate);
  }
  if (!json) stdout.write("\n");
  terminal.event({ type: "end", seed });
}

/** Small enough to type again. */
function drawSeed(): number {
  return Math.floor(Math.random() * 1e6);
}

/** The model must be one that this version can run. */
export function checkTask(directory: string): void {
  const { task } = readConfig(directory);
  if (task === "text") return;
  throw new FailureError(
    `${directory} holds a model for the task ${JSON.stringify(task)}; this version knows: text.`,
  );
}
