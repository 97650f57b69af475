/**
 * @file The task `text` on the command line: a language model.
 */

import type { CliTask } from "../task.ts";
import { setUpEval } from "./eval.ts";
import { textExport } from "./export.ts";
import { trainingFacts } from "./facts.ts";
import { gradientBatch } from "./gradient-batch.ts";
import { setUpRun } from "./run.ts";
import { setUpTrain } from "./train.ts";

export const text: CliTask = {
  name: "text",
  summary: "a language model of any text: characters, words or pieces of words",
  train: setUpTrain,
  run: setUpRun,
  eval: setUpEval,
  inspect: { facts: trainingFacts, gradients: gradientBatch },
  export: textExport,
};
