/**
 * @file Plain text files that belong together line by line.
 */

import { FailureError } from "../errors.ts";
import { formatCount, plural } from "../terminal/numbers.ts";
import { decode } from "./decode.ts";
import { label, readBytes, sourceOf, type Source } from "./read-bytes.ts";

export interface ReadLines {
  /** As people call the file. */
  name: string;
  lines: string[];
  encoding: string;
  gzip: boolean;
  bytes: Uint8Array;
}

const MAX_BYTES = 300e6;

/** The lines of a file, plain or gzip, without their ends; `-` is standard input. */
export function readLines(name: string, encoding?: string): ReadLines {
  const advice = `Give a part of it: head -n 1000000 ${name}`;
  const { bytes, gzip } = readBytes(name, { most: MAX_BYTES, advice });
  const decoded = decode(bytes, label(name), encoding);
  const lines = decoded.text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return { name: label(name), lines, encoding: decoded.encoding, gzip, bytes };
}

export interface ParallelLines {
  /** Of each file, all with as many lines. */
  files: ReadLines[];
  source: Source;
}

/**
 * Reads files whose lines belong together by their number.
 *
 * @throws FailureError where the numbers of lines differ, saying where to look
 */
export function readParallelLines(names: readonly string[], encoding?: string): ParallelLines {
  const files = names.map((name) => readLines(name, encoding));
  const [first, ...others] = files;
  for (const other of others) checkSameLength(first, other);
  const source = sourceOf(
    names,
    files.map(({ bytes }) => bytes),
  );
  return { files, source };
}

function checkSameLength(a: ReadLines, b: ReadLines): void {
  if (a.lines.length === b.lines.length) return;
  const [short, long] = a.lines.length < b.lines.length ? [a, b] : [b, a];
  const from = short.lines.length;
  const isBlank = (line: string) => line.trim() === "";
  const gap = short.lines.findIndex((line, i) => isBlank(line) !== isBlank(long.lines[i]));
  const hint =
    gap < 0
      ? ` Line ${formatCount(from + 1)} of ${long.name} is the first without a partner: ${JSON.stringify(long.lines[from].slice(0, 60))}.`
      : ` Line ${formatCount(gap + 1)} is blank in only one of them: that may be where they part.`;
  throw new FailureError(
    `${a.name} has ${plural(a.lines.length, "line")} and ${b.name} has ${formatCount(b.lines.length)}; expected one line in each for every pair.${hint}`,
  );
}
