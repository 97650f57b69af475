/**
 * @file `unrolled inspect`: what is inside a trained model, or any file of weights.
 */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { parseSafetensors, type EngineName, type SafetensorsEntry } from "unrolled";
import { MisuseError } from "../errors.ts";
import {
  METRICS,
  modelReader,
  readConfig,
  readMetrics,
  type MetricsLine,
} from "../files/model-directory.ts";
import { label, type Source } from "../files/read-bytes.ts";
import { taskOf } from "../tasks/index.ts";
import type { CliTask } from "../tasks/task.ts";
import { describeValue } from "../report/describe.ts";
import { formatBytes, formatCount, formatDuration, plural } from "../terminal/numbers.ts";
import { renderPairs, renderTable } from "../terminal/table.ts";
import { createTerminal, type Terminal } from "../terminal/terminal.ts";
import { engineOption, setUpEngine } from "./engine.ts";
import { inspectGradients, inspectSpectra, type GradientOptions } from "./inspect-gradients.ts";
import { jsonOption, wholeNumber } from "./options.ts";

export function addInspect(program: Command): void {
  program
    .command("inspect")
    .summary("show settings, scores, tensors and gradients of a model")
    .description("Shows what is inside a trained model, or inside any safetensors file.")
    .argument("<model-dir|file>", "what `unrolled train` wrote, or a .safetensors file")
    .option(
      "--gradients [file...]",
      "measure gradients, gates and how far back layers reach, on these files or on data held out in training; of a file of weights, their spectra",
    )
    .option("--steps <n>", "steps in a sequence (default: as in training)", wholeNumber(2))
    .option("--sequences <n>", "how many of them (default: 4)", wholeNumber(1))
    .option("--float64", "measure in float64: slow, and down to 1e-150")
    .option("-o, --output <file>", "write what was measured as a report in HTML, too")
    .option("--force", "replace the report if it exists")
    .addOption(engineOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  unrolled inspect runs/book-lstm
  unrolled inspect runs/book-lstm --gradients
  unrolled inspect runs/book-lstm -o gradients.html --steps 200 --gradients another-book.txt
  unrolled inspect downloads/model.safetensors --gradients`,
    )
    .action(inspectCommand);
}

interface InspectOptions extends Omit<GradientOptions, "files"> {
  gradients?: true | string[];
  engine?: EngineName;
  json?: true;
}

function inspectCommand(path: string, options: InspectOptions): void {
  const { gradients, engine, json, ...rest } = options;
  checkNeeded(options);
  const terminal = createTerminal(json ?? false);
  setUpEngine(engine);
  if (statSync(path).isDirectory()) {
    const { inspect } = inspectModel(terminal, path);
    if (gradients === undefined) return;
    if (inspect.gradients) {
      const files = gradients === true ? [] : gradients;
      inspectGradients(terminal, path, inspect.gradients, { ...rest, files });
      return;
    }
    inspectSpectra(terminal, path, modelReader(path)("model.safetensors"));
    return;
  }
  const bytes = new Uint8Array(readFileSync(path));
  inspectWeights(terminal, path, bytes);
  if (gradients !== undefined) inspectSpectra(terminal, path, bytes);
}

/** These say how gradients are measured, and nothing without them. */
function checkNeeded(options: InspectOptions): void {
  if (options.gradients !== undefined) return;
  const names = ["steps", "sequences", "float64", "output", "force"] as const;
  const given = names.find((name) => options[name] !== undefined);
  if (given) throw new MisuseError(`inspect: --${given} is for --gradients.`);
}

/** Returns the task that the model is for. */
function inspectModel(terminal: Terminal, directory: string): CliTask {
  const task = taskOf(directory);
  const { config, formatVersion } = readConfig(directory) as {
    formatVersion?: unknown;
    config?: Record<string, unknown>;
  };
  const bytes = modelReader(directory)("model.safetensors");
  const metrics = readMetrics(join(directory, METRICS));
  const end = metrics.find(({ type }) => type === "end") ?? null;
  terminal.event({ type: "model", directory, task: task.name, formatVersion, config, end });
  terminal.print(`${directory}: a model for the task ${task.name}`);
  terminal.print();
  const settings = Object.entries(config ?? {}).map(
    ([key, value]) => [key, describeValue(value)] as const,
  );
  terminal.print(renderPairs([...settings, ...training(task, metrics)]));
  terminal.print();
  inspectWeights(terminal, join(directory, "model.safetensors"), bytes);
  return task;
}

/** What happened in training, as far as it was noted. */
function training(task: CliTask, metrics: readonly MetricsLine[]): [string, string][] {
  const start = metrics.find(({ type }) => type === "start");
  const end = metrics.find(({ type }) => type === "end");
  if (!start || !end) return [];
  const source = start.source as Source | null;
  return [
    ["trained on", source ? source.names.map(label).join(", ") : "the demo's own text"],
    [
      "trained for",
      `${plural(end.steps as number, "step")}, ${formatDuration(end.seconds as number)}`,
    ],
    ...task.inspect.facts(start, end),
  ];
}

function inspectWeights(terminal: Terminal, path: string, bytes: Uint8Array): void {
  const { tensors, metadata } = parseSafetensors(bytes, path);
  const facts = [...tensors].map(([name, entry]) => ({ name, ...factsOf(entry) }));
  const parameters = facts.reduce((sum, { size }) => sum + size, 0);
  const broken = facts.reduce((sum, { notFinite }) => sum + notFinite, 0);
  for (const fact of facts) terminal.event({ type: "tensor", ...fact });
  terminal.event({ type: "weights", path, parameters, bytes: bytes.length, metadata });

  const columns = [
    { title: "tensor", align: "left" as const },
    { title: "shape", align: "left" as const },
    { title: "type", align: "left" as const },
    { title: "numbers" },
    { title: "norm" },
    ...(broken > 0 ? [{ title: "NaN, ∞" }] : []),
  ];
  const rows = facts.map(({ name, shape, dtype, size, norm, notFinite }) => [
    name,
    `[${shape.join(", ")}]`,
    dtype,
    formatCount(size),
    Number.isFinite(norm) ? String(Number(norm.toPrecision(4))) : String(norm),
    notFinite > 0 ? formatCount(notFinite) : "",
  ]);
  terminal.print(renderTable(columns, rows));
  terminal.print();
  terminal.print(
    `${plural(tensors.size, "tensor")}, ${plural(parameters, "number")}, ${formatBytes(bytes.length)}.`,
  );
  for (const [key, value] of Object.entries(metadata ?? {})) {
    terminal.print(`${key}: ${value.length > 100 ? `${value.slice(0, 100)}…` : value}`);
  }
  if (broken > 0)
    terminal.print(`${plural(broken, "number")} not finite: these weights are damaged.`);
}

/** The norm of what is finite, and how many numbers are not. */
function factsOf({ dtype, shape, data }: SafetensorsEntry) {
  let squares = 0;
  let notFinite = 0;
  for (const value of data as Iterable<number | bigint>) {
    const number = Number(value);
    if (Number.isFinite(number)) squares += number * number;
    else notFinite++;
  }
  return { dtype, shape, size: data.length, norm: Math.sqrt(squares), notFinite };
}
