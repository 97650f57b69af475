/**
 * @file The end of a command's help: what to type.
 */

import type { Command } from "commander";

const EXAMPLES = new WeakMap<Command, readonly string[]>();

/** Lines to type, and what is worth knowing besides. */
export function addExamples(command: Command, examples: readonly string[], note = ""): Command {
  EXAMPLES.set(command, examples);
  const title = examples.length > 1 ? "Examples" : "Example";
  const lines = examples.map((example) => `  ${example}`).join("\n");
  return command.addHelpText("after", `\n${title}:\n${lines}${note && `\n\n${note}`}`);
}

export function examplesOf(command: Command): readonly string[] {
  return EXAMPLES.get(command) ?? [];
}
