/**
 * @file `unrolled train <task>`: from data to a model directory.
 */

import type { Command } from "commander";
import { addExamples, examplesOf } from "./examples.ts";
import { TASKS } from "../tasks/index.ts";

export function addTrain(program: Command): void {
  const train = program
    .command("train")
    .description("train a model on your own data")
    .usage("<task> <data…> [options]");
  train.configureHelp({ subcommandTerm: (command) => command.name() });
  const examples = TASKS.flatMap((task) => {
    const command = train.command(task.name).summary(task.summary);
    task.train(command);
    return examplesOf(command).slice(0, 1);
  });
  addExamples(train, examples, "The options of a task: unrolled train <task> --help");
}
