/**
 * @file The text to learn from: one file or several joined, or standard input.
 */

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { decodeText } from "unrolled/tasks/text";
import { FailureError } from "../errors.ts";
import { commandLine } from "../terminal/invocation.ts";
import { formatBytes } from "../terminal/numbers.ts";

export interface TextSource {
  text: string;
  /** As the files were named on the command line. */
  names: string[];
  bytes: number;
  /** Of all bytes in order: tells whether a resumed run reads the same text. */
  sha256: string;
}

/** Up to here a string, its ids and the baselines fit into memory; `decodeText` says the same. */
const MAX_BYTES = 150e6;

/** Reads and joins the files; `-` is standard input. */
export function readTexts(names: readonly string[]): TextSource {
  const hash = createHash("sha256");
  let text = "";
  let bytes = 0;
  for (const name of names) {
    const contents = readBytes(name);
    bytes += contents.length;
    checkSize(bytes, name);
    hash.update(contents);
    text += decodeText(contents, label(name));
  }
  return { text, names: [...names], bytes, sha256: hash.digest("hex") };
}

function readBytes(name: string): Uint8Array {
  if (name === "-") return readFileSync(0);
  const stats = statSync(name);
  if (stats.isDirectory()) {
    throw new FailureError(`Cannot read ${name}: it is a folder. Name the files in it.`);
  }
  if (stats.isFile()) checkSize(stats.size, name);
  return readFileSync(name);
}

function checkSize(bytes: number, name: string): void {
  if (bytes <= MAX_BYTES) return;
  throw new FailureError(
    `${label(name)} is too large: ${formatBytes(bytes)} in all, and text is held in memory as a whole, up to ${formatBytes(MAX_BYTES)}. ` +
      `Train on a part of it: head -c 100M ${name} | ${commandLine("train", "text", "-")}`,
  );
}

/** How people call it; `-` is what standard input is called on a command line. */
export function label(name: string): string {
  return name === "-" ? "standard input" : name;
}

/** `shakespeare` for `books/shakespeare.txt`: what a run on this text is called. */
export function stemOf(name: string): string {
  if (name === "-") return "stdin";
  const stem = basename(name, extname(name)).replace(/[^\p{L}\p{N}._-]+/gu, "-");
  return stem.replace(/^[-.]+|-+$/g, "") || "text";
}
