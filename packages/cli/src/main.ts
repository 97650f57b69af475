/**
 * @file `unrolled`: finds the command, nothing else.
 */

import { Command } from "commander";
import { addCompare } from "./commands/compare.ts";
import { addCourse } from "./commands/course.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEval } from "./commands/eval.ts";
import { addExport } from "./commands/export.ts";
import { addInspect } from "./commands/inspect.ts";
import { addRun } from "./commands/run.ts";
import { addTrain } from "./commands/train.ts";
import { explain } from "./errors.ts";
import { taskList } from "./tasks/index.ts";
import { version } from "./version.ts";

/** Runs the command that `args` name and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  endQuietlyWithReader();
  const program = new Command("unrolled")
    .description("Train, run and understand RNNs, LSTMs and GRUs.")
    .version(version, "-V, --version", "print the version")
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "unrolled: ")),
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  const commands = [
    addDemo,
    addTrain,
    addRun,
    addEval,
    addCompare,
    addInspect,
    addExport,
    addDoctor,
    addCourse,
  ];
  for (const add of commands) add(program);
  program.addHelpText("after", `\n${taskList()}\n\nStart with: unrolled demo`);

  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    const { message, isSaid, exitCode } = explain(error);
    if (message !== null) {
      const event = { type: "error", message, exitCode };
      if (args.includes("--json")) console.log(JSON.stringify(event));
      if (!isSaid) console.error(`unrolled: ${message}`);
      if (process.env.UNROLLED_DEBUG) console.error(error);
    }
    return exitCode;
  }
}

/** `unrolled run model | head` is over when `head` has seen enough. */
function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
}
