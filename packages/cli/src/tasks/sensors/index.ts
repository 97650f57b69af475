/**
 * @file The task `sensors` on the command line: a class, or a number, for a recording.
 */

import type { CliTask } from "../task.ts";
import { setUpEval } from "./eval.ts";
import { sensorExport } from "./export.ts";
import { trainingFacts } from "./facts.ts";
import { setUpRun } from "./run.ts";
import { setUpTrain } from "./train.ts";

export const sensors: CliTask = {
  name: "sensors",
  summary: "a class, or a number, for recordings of one or many sensors",
  train: setUpTrain,
  run: setUpRun,
  eval: setUpEval,
  inspect: { facts: trainingFacts },
  export: sensorExport,
};
