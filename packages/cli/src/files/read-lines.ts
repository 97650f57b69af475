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
    gap >= 0
      ? ` Line ${formatCount(gap + 1)} is blank in only one of them: that may be where they part.`
      : (partingHint(short, long) ??
        ` Line ${formatCount(from + 1)} of ${long.name} is the first without a partner: ${JSON.stringify(long.lines[from].slice(0, 60))}.`);
  throw new FailureError(
    `${a.name} has ${plural(a.lines.length, "line")} and ${b.name} has ${formatCount(b.lines.length)}; expected one line in each for every pair.${hint}`,
  );
}

/** Shorter ends say nothing about which lines belong together. */
const FEWEST_AFTER = 20;
/** How much better lengths must agree, after the lines without a partner, to believe in it. */
const AGREEMENT = 0.8;

/**
 * Where lines seem to be missing, if somewhere in the middle: the place after which the lengths of
 * lines agree far better when the longer file skips as many as it has more.
 */
function partingHint(short: ReadLines, long: ReadLines): string | null {
  const more = long.lines.length - short.lines.length;
  const n = short.lines.length;
  const logs = (lines: readonly string[]) =>
    Float64Array.from(lines, (it) => Math.log1p(it.length));
  const [a, b] = [logs(short.lines), logs(long.lines)];
  const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const ratio = mean(b) - mean(a); // One language is longer than the other.
  const apart = (i: number, shift: number) => Math.abs(b[i + shift] - a[i] - ratio);

  // From the end: what skipping costs from line i on, and what not skipping does.
  let [skipped, straight, gain, at] = [0, 0, 0, n];
  let [skippedThere, straightThere] = [0, 0];
  for (let i = n - 1; i >= 0; i--) {
    skipped += apart(i, more);
    straight += apart(i, 0);
    if (straight - skipped > gain) {
      [gain, at, skippedThere, straightThere] = [straight - skipped, i, skipped, straight];
    }
  }
  if (n - at < FEWEST_AFTER || skippedThere > AGREEMENT * straightThere) return null;
  return ` By their lengths, the lines part at about line ${formatCount(at + 1)}: ${JSON.stringify(long.lines[at].slice(0, 60))} in ${long.name}, ${JSON.stringify(short.lines[at].slice(0, 60))} in ${short.name}.`;
}
