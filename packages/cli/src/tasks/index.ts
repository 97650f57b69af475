/**
 * @file The tasks that the command line knows.
 */

import { FailureError } from "../errors.ts";
import { readConfig } from "../files/model-directory.ts";
import { forecast } from "./forecast/index.ts";
import { sensors } from "./sensors/index.ts";
import { sentiment } from "./sentiment/index.ts";
import type { CliTask } from "./task.ts";
import { text } from "./text/index.ts";
import { translation } from "./translation/index.ts";

export const TASKS: readonly CliTask[] = [text, sentiment, translation, forecast, sensors];

/** The task of the model in `directory`. */
export function taskOf(directory: string): CliTask {
  const { task } = readConfig(directory);
  const found = TASKS.find(({ name }) => name === task);
  if (found) return found;
  throw new FailureError(
    `${directory} holds a model for the task ${JSON.stringify(task)}; this version knows: ${TASKS.map(({ name }) => name).join(", ")}. Was it trained with another version of Unrolled?`,
  );
}

/** For the help: every task on a line. */
export function taskList(): string {
  const widest = Math.max(...TASKS.map(({ name }) => name.length));
  const lines = TASKS.map(({ name, summary }) => `  ${name.padEnd(widest)}  ${summary}`);
  return `Tasks, as in \`unrolled train <task>\`; the model knows its own:\n${lines.join("\n")}`;
}
