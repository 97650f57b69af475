/**
 * @file The task `translation` on the command line: from one language into another.
 */

import type { CliTask } from "../task.ts";
import { setUpEval } from "./eval.ts";
import { translationExport } from "./export.ts";
import { trainingFacts } from "./facts.ts";
import { setUpRun } from "./run.ts";
import { setUpTrain } from "./train.ts";

export const translation: CliTask = {
  name: "translation",
  summary: "from one language into another, learned from pairs of sentences",
  train: setUpTrain,
  run: setUpRun,
  eval: setUpEval,
  inspect: { facts: trainingFacts },
  export: translationExport,
};
