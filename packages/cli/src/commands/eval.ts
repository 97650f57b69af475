/**
 * @file `unrolled eval`: a trained model on data that it has not seen, beside its baselines.
 */

import type { Command } from "commander";
import { addModelCommand } from "./model-command.ts";

export function addEval(program: Command): void {
  addModelCommand(program, {
    verb: "eval",
    summary: "measure a trained model on other data, beside its baselines",
    description: "Measures a trained model on data that it has not seen, beside its baselines.",
    usage: "<model-dir> <data…> [options]",
    setUpOf: (task) => task.eval,
  });
}
