/**
 * @file The options that every `unrolled train <task>` has, and how a task adds its own.
 */

import { Option, type Command } from "commander";
import type { Budget, EngineName } from "unrolled";
import { engineOption } from "../commands/engine.ts";
import { jsonOption, positive, wholeNumber } from "../commands/options.ts";
import { describeValue } from "../report/describe.ts";

/** What {@link addRunOptions} reads. */
export interface RunOptions {
  out?: string;
  steps?: number;
  epochs?: number;
  minutes?: number;
  patience?: number;
  engine?: EngineName;
  checkpointEvery: number;
  resume?: true;
  force?: true;
  json?: true;
}

export interface RunDefaults {
  /** `<name of the file>-<cell>`: the directory in `runs/` where nobody names one. */
  name: string;
  budget: Budget;
  patience?: number;
}

/** `-o`, `--minutes`, `--steps`, `--epochs`, `--patience`, `--engine`, … `--json`. */
export function addRunOptions(command: Command, { name, budget, patience }: RunDefaults): Command {
  const [unit, amount] = Object.entries(budget)[0];
  const byDefault = (key: string) => (key === unit ? ` (default: ${amount})` : "");
  return command
    .option("-o, --out <dir>", `where the model goes (default: runs/${name})`)
    .addOption(
      new Option("--minutes <n>", `train so long${byDefault("minutes")}`)
        .argParser(positive)
        .conflicts(["steps", "epochs"]),
    )
    .addOption(
      new Option("--steps <n>", `train so many steps${byDefault("steps")}`)
        .argParser(wholeNumber(1))
        .conflicts(["epochs"]),
    )
    .addOption(
      new Option("--epochs <n>", `read the data so many times${byDefault("epochs")}`).argParser(
        positive,
      ),
    )
    .option(
      "--patience <n>",
      `stop after n validations without a better one${patience === undefined ? "" : ` (default: ${patience})`}`,
      wholeNumber(1),
    )
    .addOption(engineOption())
    .option("--checkpoint-every <seconds>", "how often to save a way back", positive, 30)
    .option("--resume", "go on with the interrupted run in the output directory")
    .option("--force", "replace what is in the output directory")
    .addOption(jsonOption());
}

/**
 * Makes options that change a key of the configuration. They have no default of their own, so that
 * a resumed run can tell what was typed; the help shows the configuration's.
 *
 * @example
 * const { number, choice } = settings(TEXT_DEFAULTS);
 * command.addOption(number("hiddenSize", "--hidden <n>", "features of the hidden state", wholeNumber(1)));
 */
export function settings<Config extends object>(defaults: Readonly<Config>) {
  type Key = keyof Config & string;
  const option = (
    key: Key,
    flags: string,
    description: string,
    byDefault: unknown = defaults[key],
  ) => {
    const made = new Option(flags, `${description}${shown(byDefault)}`);
    made.attributeName = () => key;
    return made;
  };
  return {
    /** @param byDefault in words, where it depends on the data */
    number: (
      key: Key,
      flags: string,
      description: string,
      parse: (text: string) => number,
      byDefault?: string,
    ) => option(key, flags, description, byDefault).argParser(parse),
    /** @param byDefault as of `number` */
    choice: (
      key: Key,
      flags: string,
      description: string,
      choices: readonly string[],
      byDefault?: string,
    ) => option(key, flags, description, byDefault).choices(choices),
    /** A word, or a switch. */
    plain: option,
  };
}

function shown(value: unknown): string {
  const isNothing = value === null || value === undefined || value === "" || value === false;
  return isNothing ? "" : ` (default: ${describeValue(value)})`;
}
