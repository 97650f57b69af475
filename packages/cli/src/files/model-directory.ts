/**
 * @file A model directory: what `train` writes and every other command reads.
 *
 *   model.safetensors   the weights
 *   config.json         everything else that the model is made of
 *   metrics.jsonl       what happened in training, one JSON object a line
 *   report.html         the same for people
 *   checkpoint/         while training: where to go on
 */

import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "unrolled";
import { FailureError, isSystemError } from "../errors.ts";
import { commandLine } from "../terminal/invocation.ts";
import { writeWhole } from "./write.ts";

export const CHECKPOINT = join("checkpoint", "state.safetensors");
export const RUN = join("checkpoint", "run.json");
export const METRICS = "metrics.jsonl";
export const REPORT = "report.html";

const MODEL_FILES = ["model.safetensors", "config.json"];

/** One line of `metrics.jsonl`. */
export interface MetricsLine {
  type: string;
  [key: string]: unknown;
}

/** Refuses a directory whose contents would be lost. */
export function checkFree(directory: string, force: boolean): void {
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw new FailureError(
      `Cannot write to ${directory}: it is a file. Name a directory with -o; it is made where it is missing.`,
    );
  }
  if (force) return;
  // A run that was stopped before its first checkpoint has nothing to lose.
  if (existsSync(join(directory, CHECKPOINT))) {
    throw new FailureError(
      `${directory} holds an unfinished run. Go on with it (--resume), replace it (--force) or choose another directory (-o).`,
    );
  }
  if (MODEL_FILES.some((name) => existsSync(join(directory, name)))) {
    throw new FailureError(
      `${directory} holds a model already. Choose another directory (-o), or replace the model (--force).`,
    );
  }
}

/**
 * Puts a trained model in place and removes its checkpoint. The files are replaced one by one, the
 * weights last; the checkpoint goes when all of them are there.
 */
export function writeModel(directory: string, files: Record<string, Uint8Array | string>): void {
  const weightsLast = Object.entries(files).sort(
    ([a], [b]) => Number(a.endsWith(".safetensors")) - Number(b.endsWith(".safetensors")),
  );
  for (const [name, contents] of weightsLast) writeWhole(join(directory, name), contents);
  rmSync(join(directory, "checkpoint"), { recursive: true, force: true });
}

/** Reads one of the files of a model, for `loadTextModel`. */
export function modelReader(directory: string): (name: string) => Uint8Array {
  checkIsModel(directory);
  return (name) => readFileSync(join(directory, name));
}

/** The configuration, as far as it says which task the model is for. */
export function readConfig(directory: string): { task: string; [key: string]: unknown } {
  checkIsModel(directory);
  const path = join(directory, "config.json");
  const config = parseJson(readFileSync(path, "utf8"), path);
  if (
    typeof config !== "object" ||
    config === null ||
    typeof (config as { task?: unknown }).task !== "string"
  ) {
    throw new FormatError(
      `${path}: expected an object with a task, got ${JSON.stringify(config).slice(0, 60)}. Is it the config.json that \`unrolled train\` wrote?`,
    );
  }
  return config as { task: string };
}

function checkIsModel(directory: string): void {
  if (!existsSync(directory)) {
    throw new FailureError(
      `There is no ${directory}. A model directory is what \`unrolled train\` writes; train one with: ${commandLine("train", "text", "your-own.txt")}`,
    );
  }
  if (!statSync(directory).isDirectory()) {
    throw new FailureError(
      `${directory} is a file; expected a model directory, as \`unrolled train\` writes it.`,
    );
  }
  const missing = MODEL_FILES.find((name) => !existsSync(join(directory, name)));
  if (!missing) return;
  throw new FailureError(
    existsSync(join(directory, RUN))
      ? `${directory} holds a run that is not finished yet. Go on with it: the command is in ${join(directory, RUN)}, with --resume.`
      : `${directory} is no model directory: it has no ${missing}.`,
  );
}

/** What was noted in training; nothing where there is no such file. A last line cut off is left out. */
export function readMetrics(path: string): MetricsLine[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return [];
    throw error;
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as MetricsLine];
      } catch {
        return [];
      }
    });
}

export function formatMetrics(lines: readonly MetricsLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(
      `${path}: expected JSON, got something else (${(error as Error).message}). Is the file cut off or damaged?`,
    );
  }
}
