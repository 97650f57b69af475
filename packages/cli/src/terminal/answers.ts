/**
 * @file Inputs to a trained model, one after the other, wherever they come from.
 */

import { createInterface } from "node:readline";
import { UnrolledError } from "unrolled";
import { ExitError, FailureError, INTERRUPTED } from "../errors.ts";
import type { Terminal } from "./terminal.ts";

export interface Answering {
  /** What stands before the place to type, such as `review> `. */
  prompt: string;
  /** What somebody at the keyboard can type, in a sentence. */
  welcome: string;
  /** Answers a few inputs, in their order: prints, and sends events. */
  answer: (inputs: readonly string[]) => void | Promise<void>;
  /** How many inputs are answered together where many are there. Default: 1. */
  atOnce?: number;
}

/**
 * Answers what is `given` on the command line. Where that is nothing: somebody at a terminal is asked
 * for one line after the other until Ctrl-D, and an error is told and is no end; from a pipe or a
 * file every line of standard input is an input, and an error ends it.
 *
 * Returns how many inputs there were.
 */
export async function answerInputs(
  terminal: Terminal,
  given: readonly string[],
  answering: Answering,
): Promise<number> {
  if (given.length > 0) return answerAll(given, answering);
  return process.stdin.isTTY ? converse(terminal, answering) : answerStandardInput(answering);
}

async function answerAll(
  inputs: readonly string[],
  { answer, atOnce = 1 }: Answering,
): Promise<number> {
  for (let i = 0; i < inputs.length; i += atOnce) await answer(inputs.slice(i, i + atOnce));
  return inputs.length;
}

async function answerStandardInput({ answer, atOnce = 1 }: Answering): Promise<number> {
  let answered = 0;
  let waiting: string[] = [];
  const flush = async () => {
    const inputs = waiting;
    waiting = [];
    try {
      if (inputs.length > 0) await answer(inputs);
    } catch (error) {
      if (!isAboutInput(error)) throw error;
      const lines = inputs.length === 1 ? `line ${answered + 1}` : `lines from ${answered + 1} on`;
      throw new FailureError(`standard input, ${lines}: ${error.message}`);
    }
    answered += inputs.length;
  };
  for await (const chunk of linesAsTheyCome()) {
    for (const line of chunk) {
      waiting.push(line);
      if (waiting.length >= atOnce) await flush();
    }
    // Nobody waits for others to fill up a group.
    await flush();
  }
  return answered;
}

/** The lines of standard input, those that arrive together in one array. */
async function* linesAsTheyCome(): AsyncGenerator<string[]> {
  let rest = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    const lines = (rest + (chunk as string)).split(/\r?\n/);
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [rest];
}

async function converse(
  terminal: Terminal,
  { prompt, welcome, answer }: Answering,
): Promise<number> {
  terminal.note(`${welcome} Ctrl-D ends.`);
  // Under --json stdout is for events alone, so the prompt goes to stderr.
  const screen = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: terminal.noteStyle("bold", prompt),
  });
  let answered = 0;
  let isStopped = false;
  screen.on("SIGINT", () => {
    isStopped = true;
    screen.close();
  });
  screen.prompt();
  for await (const line of screen) {
    if (line.trim() !== "") {
      try {
        await answer([line]);
        answered++;
      } catch (error) {
        if (!isAboutInput(error)) throw error;
        terminal.note(error.message);
      }
    }
    if (isStopped) break;
    screen.prompt();
  }
  terminal.note();
  if (isStopped) throw new ExitError(INTERRUPTED);
  return answered;
}

/** What the library or a command refuses lies in the input; anything else is a mistake of ours. */
function isAboutInput(error: unknown): error is Error {
  return error instanceof UnrolledError || error instanceof FailureError;
}
