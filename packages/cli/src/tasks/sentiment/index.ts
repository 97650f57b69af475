/**
 * @file The task `sentiment` on the command line: a classifier of texts.
 */

import type { CliTask } from "../task.ts";
import { setUpEval } from "./eval.ts";
import { sentimentExport } from "./export.ts";
import { trainingFacts } from "./facts.ts";
import { setUpRun } from "./run.ts";
import { setUpTrain } from "./train.ts";

export const sentiment: CliTask = {
  name: "sentiment",
  summary: "a classifier of texts: opinions, topics, languages",
  train: setUpTrain,
  run: setUpRun,
  eval: setUpEval,
  inspect: { facts: trainingFacts },
  export: sentimentExport,
};
