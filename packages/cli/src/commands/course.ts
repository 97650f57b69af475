/**
 * @file `unrolled course`: the course in a browser, offline; its experiments in the terminal.
 */

import { spawn } from "node:child_process";
import type { Command } from "commander";
import { ArgumentError } from "unrolled";
import { showFindings } from "../course/show.ts";
import { pagesFolder, servePages } from "../course/serve-pages.ts";
import { FailureError, MisuseError } from "../errors.ts";
import { createTerminal, type Terminal } from "../terminal/terminal.ts";
import { renderTable } from "../terminal/table.ts";
import { jsonOption, portNumber } from "./options.ts";

type Course = typeof import("unrolled-course/experiments");
type Experiment = Awaited<ReturnType<Course["loadExperiment"]>>;

interface ServeOptions {
  port?: number;
  host: string;
  open?: true;
}

export function addCourse(program: Command): void {
  const course = program
    .command("course")
    .summary("the course: four chapters in which every figure is an experiment")
    .description(
      "Serves the course on this machine, until Ctrl-C. Its experiments run in the terminal, too.",
    )
    .option("--port <n>", "the port to listen on (default: a free one)", portNumber)
    .option("--host <name>", "the address to listen on", "127.0.0.1")
    .option("--open", "open it in the browser")
    .addHelpText(
      "after",
      `
Examples:
  unrolled course
  unrolled course list
  unrolled course run 3A --seed 7`,
    )
    .action(serve);

  course
    .command("list")
    .summary("list the experiments")
    .description("Lists the experiments with their titles.")
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  unrolled course list")
    .action(list);

  course
    .command("run")
    .summary("run an experiment in the terminal")
    .description(
      "Computes a figure of the course and prints it: plots, tables, and whether what should be seen was seen. Each knob of the experiment is an option; with --help behind its name they are listed.",
    )
    .argument("[experiment]", "its chapter and letter, such as 3A")
    .argument("[knobs...]", "the experiment's own options, such as --rho 1.1")
    .option("--seed <n>", "where the random numbers start (default: 1)")
    .addOption(jsonOption())
    .option("-h, --help", "show this, and behind the name of an experiment its knobs")
    .helpOption(false)
    .allowUnknownOption()
    .addHelpText(
      "after",
      `
Examples:
  unrolled course run 3A --seed 7
  unrolled course run 3A --help`,
    )
    .action(runOne);
}

async function serve({ port, host, open }: ServeOptions): Promise<void> {
  const { server, url } = await servePages(pagesFolder(), { host, port });
  console.log(`The course is at ${url}\nCtrl-C ends it.`);
  if (open) openInBrowser(url);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  server.closeAllConnections();
  server.close();
}

function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  // Where there is none, the address has been printed.
  spawn(command, args, { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}

async function list({ json }: { json?: true }): Promise<void> {
  const course = await loadCourse();
  const experiments = await Promise.all(course.EXPERIMENT_IDS.map(course.loadExperiment));
  if (json) {
    for (const { id, title, knobs } of experiments) {
      console.log(JSON.stringify({ type: "experiment", id, title, knobs }));
    }
    return;
  }
  const rows = experiments.map(({ id, title }) => [id, title]);
  const columns = ["", "experiment"].map((title) => ({ title, align: "left" as const }));
  console.log(renderTable(columns, rows));
}

interface RunOptions {
  seed?: string;
  json?: true;
  help?: true;
}

async function runOne(
  id: string | undefined,
  words: string[],
  { seed, json, help }: RunOptions,
  command: Command,
): Promise<void> {
  if (id === undefined) {
    if (help) command.help();
    throw new MisuseError("course run: say which experiment, such as 3A. `course list` has all.");
  }
  const terminal = createTerminal(json ?? false);
  const course = await loadCourse();
  const experiment = await misuse(() => course.loadExperiment(id));
  if (help || words.includes("--help")) {
    terminal.print(describeKnobs(experiment));
    return;
  }
  const given = { ...knobsFrom(words), ...(seed === undefined ? {} : { seed }) };
  const settings = await misuse(() => course.settingsFor(experiment, given));

  terminal.print(`${terminal.style("bold", experiment.id)}  ${experiment.title}\n`);
  const findings = await course.runExperiment(experiment, given, {
    onProgress: ({ progress, ...rest }) => report(terminal, progress, rest.summary),
  });
  terminal.live("");
  terminal.event({ type: "findings", id: experiment.id, settings, ...findings });
  showFindings(experiment, findings, terminal);
  const broken = findings.claims.filter((claim) => !course.holds(claim));
  if (broken.length > 0) {
    throw new FailureError(`${broken.length} of ${findings.claims.length} claims did not hold.`);
  }
}

function report(terminal: Terminal, progress: number, summary: string): void {
  const percent = `${Math.round(progress * 100)} %`.padStart(5);
  const room = Math.max(20, terminal.columns - 8);
  terminal.live(`${percent}  ${summary.slice(0, room)}`);
  terminal.event({ type: "progress", progress, summary });
}

/** `--rho 1.1 --cell=gru` → `{ rho: "1.1", cell: "gru" }` */
function knobsFrom(words: readonly string[]): Record<string, string> {
  const knobs: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const [, name, inline] = /^--([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === undefined) {
      throw new MisuseError(`"${word}" is no option. Knobs are written --name value.`);
    }
    const value = inline ?? words[++at];
    if (value === undefined) throw new MisuseError(`--${name} needs a value.`);
    knobs[name] = value;
  }
  return knobs;
}

function describeKnobs({ id, title, knobs }: Experiment): string {
  const rows = Object.entries(knobs).map(([name, knob]) => {
    const values =
      knob.kind === "number"
        ? `${knob.min} to ${knob.max}`
        : knob.kind === "choice"
          ? knob.options.join(", ")
          : `text, at most ${knob.maxLength} characters`;
    return [`--${name}`, knob.label, values, String(knob.default)];
  });
  const columns = ["knob", "", "values", "default"].map((name) => ({
    title: name,
    align: "left" as const,
  }));
  const table = renderTable(columns, [...rows, ["--seed", "", "a whole number", "1"]]);
  return `${id}  ${title}\n\n${table}\n\nExample:\n  unrolled course run ${id} --seed 7`;
}

/** What is wrong here is the command line, not the data. */
async function misuse<T>(look: () => T | Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ArgumentError) throw new MisuseError(error.message);
    throw error;
  }
}

async function loadCourse(): Promise<Course> {
  return import("unrolled-course/experiments");
}
