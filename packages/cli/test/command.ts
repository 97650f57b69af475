/**
 * @file Runs the built command as a user does: in a process of its own, in a folder of its own.
 */

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const COMMAND = join(ROOT, "packages", "cli", "bin", "unrolled.js");
const BROKEN_FS = new URL("broken-file-system.mjs", import.meta.url).href;

/** Builds what is not current, so that the tests never meet an old command. */
export function buildCommand(): void {
  const build = pathToFileURL(join(ROOT, "scripts", "build.mjs")).href;
  const script = `const { build, COMMAND_PARTS } = await import("${build}"); await build({ parts: COMMAND_PARTS });`;
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { stdio: "pipe" });
}

/** A new folder, gone when the tests of the file are done. */
export function makeFolder(files: Record<string, string | Uint8Array> = {}): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "unrolled-cli-"));
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** stdout's lines as JSON. */
  events(): Record<string, unknown>[];
}

export interface RunOptions {
  cwd: string;
  input?: string;
  env?: Record<string, string>;
  /** Makes the file system fail: see broken-file-system.mjs. */
  brokenFs?: { call: string; path: string; nth?: number; code: string };
  /** Sees the output as it grows, and may kill the process. */
  onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs `unrolled` with these arguments to its end. */
export function unrolled(
  args: readonly string[],
  { cwd, input = "", env = {}, brokenFs, onOutput }: RunOptions,
): Promise<Outcome> {
  const preload = brokenFs ? ["--import", BROKEN_FS] : [];
  // What vitest and npm leave in the environment is not what a user has there.
  const ours = { npm_lifecycle_event: "", FORCE_COLOR: undefined };
  const child = spawn(process.execPath, [...preload, COMMAND, ...args], {
    cwd,
    env: { ...process.env, ...ours, BROKEN_FS: JSON.stringify(brokenFs), ...env },
  });
  child.stdin.end(input);
  let stdout = "";
  let stderr = "";
  const look = () => onOutput?.(stdout + stderr, (signal) => child.kill(signal));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    look();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const events = () =>
        stdout
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      resolve({ code, signal, stdout, stderr, events });
    });
  });
}

/** Text with something to learn: sentences of a few words in turn. */
export function someText(characters: number): string {
  const words = ["the cat", "a dog", "the old man", "she", "sees", "likes", "the sea", "a ship"];
  let text = "";
  for (let i = 0; text.length < characters; i = (i * 5 + 3) % 7919) {
    text += `${words[i % 4]} ${words[4 + (i % 2)]} ${words[6 + ((i >> 2) % 2)]}.\n`;
  }
  return text.slice(0, characters);
}

/** The smallest model that still learns: a test takes half a second with it. */
export const TINY = ["--hidden", "8", "--embedding", "4", "--batch", "4", "--seq", "16"];
