/**
 * @file `unrolled train <task>`: from data to a model directory.
 */

import type { Command } from "commander";
import { TASKS } from "../tasks/index.ts";

export function addTrain(program: Command): void {
  const train = program
    .command("train")
    .description("train a model on your own data")
    .usage("<task> <data…> [options]");
  for (const task of TASKS) task.train(train.command(task.name).summary(task.summary));
}
