/**
 * @file The task `forecast` on the command line: what comes next in a series.
 */

import type { CliTask } from "../task.ts";
import { setUpEval } from "./eval.ts";
import { trainingFacts } from "./facts.ts";
import { setUpRun } from "./run.ts";
import { setUpTrain } from "./train.ts";

export const forecast: CliTask = {
  name: "forecast",
  summary: "forecasts of series in a table, with intervals, beside classical ones",
  train: setUpTrain,
  run: setUpRun,
  eval: setUpEval,
  inspect: { facts: trainingFacts },
};
