/**
 * @file `unrolled run` and `unrolled eval`: what they do, and which options they have, is up to the
 * task that the model in the directory was trained for.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, type Option } from "commander";
import type { EngineName } from "unrolled";
import { MisuseError } from "../errors.ts";
import { TASKS, taskOf } from "../tasks/index.ts";
import type { CliTask, SetUp } from "../tasks/task.ts";
import { wrap } from "../terminal/wrap.ts";
import { engineOption, setUpEngine } from "./engine.ts";
import { examplesOf } from "./examples.ts";
import { jsonOption } from "./options.ts";

export interface ModelVerb {
  verb: "run" | "eval";
  /** For `unrolled --help`. */
  summary: string;
  description: string;
  /** What stands in the usage behind the verb. */
  usage: string;
  /** What a task makes of the command. */
  setUpOf: (task: CliTask) => SetUp;
}

export function addModelCommand(program: Command, verb: ModelVerb): void {
  const command = program
    .command(verb.verb)
    .summary(verb.summary)
    .argument("[words...]")
    .helpOption(false)
    .allowUnknownOption()
    .action((words: string[]) => dispatch(program, verb, words));
  command.helpInformation = () => overview(verb);
}

async function dispatch(
  program: Command,
  verb: ModelVerb,
  words: readonly string[],
): Promise<void> {
  const wantsHelp = words.includes("--help") || words.includes("-h");
  const place = findPlace(words);
  if (place === null || (wantsHelp && !existsSync(place))) {
    if (wantsHelp) {
      process.stdout.write(overview(verb));
      return;
    }
    throw new MisuseError(
      `missing required argument 'model-dir'. (unrolled ${verb.verb} --help shows what there is)`,
    );
  }
  await parse(program, verb, taskOf(place), words, place);
}

/**
 * The word that names the model: the first word. Where options come before it, one of their values
 * may be mistaken for it, so it is the first that is a model directory, or that exists at all.
 */
function findPlace(words: readonly string[]): string | null {
  const plain = words.filter((word) => !word.startsWith("-"));
  if (plain.length === 0 || plain[0] === words[0]) return plain[0] ?? null;
  const isModel = (word: string) => existsSync(join(word, "config.json"));
  return plain.find(isModel) ?? plain.find((word) => existsSync(word)) ?? plain[0];
}

async function parse(
  program: Command,
  verb: ModelVerb,
  task: CliTask,
  words: readonly string[],
  place: string,
): Promise<void> {
  const command = build(verb, task);
  let said = "";
  command.copyInheritedSettings(program).configureOutput({
    writeErr: (text) => {
      said += text;
    },
  });
  try {
    await command.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== "commander.unknownOption") {
      process.stderr.write(said);
      throw error;
    }
    const [unknown, meant = ""] = error.message.replace(/^error: /, "").split("\n");
    const known = command.options.map(longName).join(", ");
    throw new MisuseError(
      `${unknown}: ${place} holds a ${task.name} model, and ${verb.verb} has ${known} for it.${meant && ` ${meant}`}`,
    );
  }
}

function build({ verb, description, setUpOf }: ModelVerb, task: CliTask): Command {
  const command = new Command(`unrolled ${verb}`)
    .description(description)
    .argument("<model-dir>", "what `unrolled train` wrote");
  setUpOf(task)(command);
  return command
    .addOption(engineOption())
    .addOption(jsonOption())
    .hook("preAction", () => {
      setUpEngine(command.opts<{ engine?: EngineName }>().engine);
    });
}

/** What every task makes of the command. */
function overview(verb: ModelVerb): string {
  const parts = [
    `Usage: unrolled ${verb.verb} ${verb.usage}`,
    wrap(verb.description, WIDTH),
    wrap(
      `Options depend on the model's task; these are explained by \`unrolled ${verb.verb} <model-dir> --help\`:`,
      WIDTH,
    ),
  ];
  const examples: string[] = [];
  for (const task of TASKS) {
    const command = build(verb, task);
    parts.push(
      `${task.name}: ${task.summary}\n${indent(command.options.map(longName).join(", "))}`,
    );
    examples.push(...examplesOf(command));
  }
  const lines = examples.map((example) => `  ${example}`);
  parts.push(`Examples:\n${lines.join("\n")}`);
  return `${parts.join("\n\n")}\n`;
}

const WIDTH = 80;

function indent(text: string): string {
  return wrap(text, WIDTH - 2).replace(/^/gm, "  ");
}

function longName(option: Option): string {
  return option.long ?? option.flags;
}
