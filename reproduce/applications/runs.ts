/**
 * @file A command of an application run with one seed, here or somewhere else before, as a record.
 */

import { spawn, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { dataFile, findData } from "../data.ts";
import { addRecord, readRecords, type RunRecord } from "../records.ts";
import {
  trialsOf,
  type Application,
  type Entry,
  type Found,
  type JsonLine,
  type Trial,
} from "./application.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const COMMAND = join(ROOT, "packages", "cli", "bin", "unrolled.js");

export interface ApplicationRecord extends RunRecord {
  /** Of cross-validation, which one was measured with. */
  fold?: string;
  /** As it can be typed. */
  command: string;
  baselines: Record<string, number>;
  /** What `parts` of the entry gave. */
  parts?: Readonly<Record<string, number>>;
  /** Of Unrolled and of Node. */
  versions: { unrolled: string; node: string };
}

/** The latest record of each of an entry's runs that has one. */
export function recordsFor({ name }: Application, entry: Entry): ApplicationRecord[] {
  const records = readRecords<ApplicationRecord>({ name });
  return trialsOf(entry).flatMap(
    ({ seed, fold }) =>
      records.findLast((it) => it.row === entry.name && it.seed === seed && it.fold === fold) ?? [],
  );
}

/** Whether the data sets that its commands name are there. */
export function hasData({ train, eval: measure = [] }: Entry): boolean {
  const files = [...train, ...measure].filter((word) => word.startsWith("data:"));
  return files.every((word) => findData(word.slice("data:".length)) !== null);
}

/** The command as people type it. */
export function trainCommand({ name }: Application, { train }: Entry): string {
  return ["unrolled", "train", name, ...train.map(asTyped)].join(" ");
}

export function evalCommand({ eval: measure }: Entry, directory: string): string | null {
  return measure ? ["unrolled", "eval", directory, ...measure.map(asTyped)].join(" ") : null;
}

function asTyped(word: string): string {
  return word.replace(/^data:/, "$UNROLLED_DATA/").replace("{fold}", "$FOLD");
}

function trainWords({ train }: Entry, { fold }: Trial): string[] {
  return train.map((word) => (fold === undefined ? word : word.replace("{fold}", fold)));
}

/**
 * Trains one of an entry's runs, or goes on where that was interrupted, and keeps what came out. False
 * where it was interrupted again.
 */
export async function runTrial(
  application: Application,
  entry: Entry,
  trial: Trial,
  again: boolean,
): Promise<boolean> {
  const { seed, fold } = trial;
  const parts = [application.name, entry.name, ...(fold === undefined ? [] : [fold]), seed];
  const directory = join("runs", "results", parts.join("-"));
  const has = (name: string) => existsSync(join(ROOT, directory, name));
  if (again || !has("model.safetensors")) {
    const how = again ? ["--force"] : has(join("checkpoint", "run.json")) ? ["--resume"] : [];
    const words = trainWords(entry, trial).map(resolve);
    const code = await unrolled([
      ...["train", application.name, ...words],
      ...["-o", directory, "--seed", String(seed), ...how],
    ]);
    if (code === 130) return false;
    if (code !== 0) throw new Error(`unrolled train ended with ${code}`);
  }
  take(application, entry, join(ROOT, directory));
  return true;
}

/**
 * Keeps the result of a run that is done, from its model directory.
 *
 * @throws Error if it was another command's
 */
export function take(application: Application, entry: Entry, directory: string): ApplicationRecord {
  const lines = readJsonLines(readFileSync(join(directory, "metrics.jsonl"), "utf8"));
  const start = lines.find(({ type }) => type === "start");
  const end = lines.find(({ type }) => type === "end");
  if (!start || !end) throw new Error(`${directory}: its training has not come to its end`);
  const trial = trialOf(application, entry, start, directory);

  const measured = entry.eval ? evaluate(entry.eval, directory) : null;
  const found: Found = { start, end, evaluation: measured };
  const { score, baselines } = entry.read(found);
  const record: ApplicationRecord = {
    table: application.name,
    row: entry.name,
    ...trial,
    score,
    steps: end.steps as number,
    details: { parameters: end.parameters as number },
    ...(entry.parts && { parts: entry.parts(found) }),
    seconds: Math.round(end.seconds as number),
    cpuSeconds: Math.round((end.cpuSeconds as number | undefined) ?? 0),
    machine: start.machine as string,
    engine: start.engine as string,
    threads: start.threads as number,
    commit: commitOf(),
    date: (start.date as string).slice(0, 10),
    command: trainCommand(application, entry),
    baselines: { ...baselines },
    versions: { unrolled: start.version as string, node: start.node as string },
  };
  addRecord(record);
  return record;
}

/** Which of the entry's runs a directory is of, by the command that made it. */
function trialOf(
  { name }: Application,
  entry: Entry,
  { task, command, config }: JsonLine,
  directory: string,
): Trial {
  const wanted = trialsOf(entry).map((trial) => {
    const words = settled(["train", name, ...trainWords(entry, trial)]).join(" ");
    return { trial, words };
  });
  const was = settled(command as readonly string[]).join(" ");
  const same = wanted.filter(({ words }) => task === name && words === was);
  if (same.length === 0) {
    throw new Error(
      `${directory} was made by another command:\n  ${was}\nexpected\n  ${wanted[0].words}`,
    );
  }
  const { seed } = config as { seed: number };
  const found = same.find(({ trial }) => trial.seed === seed);
  if (found) return found.trial;
  throw new Error(`${directory}: seed ${seed} is none of ${entry.seeds.join(", ")}`);
}

/** What may differ from run to run: where it goes, its seed, how it was watched. */
const ITS_OWN = ["-o", "--out", "--seed", "--engine", "--checkpoint-every"];
const SWITCHES = ["--resume", "--force", "--json"];

/** The words that make the result, files by their names alone. */
function settled(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (ITS_OWN.includes(words[i])) i++;
    else if (!SWITCHES.includes(words[i])) kept.push(withoutFolder(words[i]));
  }
  return kept;
}

/** `3/10` is a fold and no file. */
function withoutFolder(word: string): string {
  return /^\d+\/\d+$/.test(word) ? word : basename(word.replace(/^data:/, ""));
}

function evaluate(words: readonly string[], directory: string): JsonLine {
  const args = ["eval", directory, ...words.map(resolve), "--json"];
  const printed = execFileSync(process.execPath, [COMMAND, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const event = readJsonLines(printed).findLast(({ type }) => type === "evaluation");
  if (event) return event;
  throw new Error(`unrolled ${args.join(" ")} printed no evaluation`);
}

function resolve(word: string): string {
  return word.startsWith("data:") ? dataFile(word.slice("data:".length)) : word;
}

/** Ctrl-C reaches the command by itself, which saves its checkpoint. */
function unrolled(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: ROOT, stdio: "inherit" });
  const ignore = () => {};
  process.on("SIGINT", ignore);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      process.off("SIGINT", ignore);
      done(code ?? 130);
    });
  });
}

function readJsonLines(text: string): JsonLine[] {
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as JsonLine);
}

function commitOf(): string {
  const options = { cwd: ROOT, encoding: "utf8" } as const;
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim();
}
