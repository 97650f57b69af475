/**
 * @file `unrolled run`: a trained model does what it was trained for.
 */

import type { Command } from "commander";
import { addModelCommand } from "./model-command.ts";

export function addRun(program: Command): void {
  addModelCommand(program, {
    verb: "run",
    summary: "let a trained model do its work",
    description:
      "Lets a trained model do its work. Without an input it asks for one after the other, or reads them from standard input, one a line.",
    usage: "<model-dir> [input…] [options]",
    setUpOf: (task) => task.run,
  });
}
