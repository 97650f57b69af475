/**
 * @file `unrolled train <task>`: from data to a model directory.
 */

import type { Command } from "commander";
import { addTrainText } from "./train-text.ts";

export function addTrain(program: Command): void {
  const train = program
    .command("train")
    .description("train a model on your own data")
    .usage("<task> <data…> [options]");
  addTrainText(train);
}
