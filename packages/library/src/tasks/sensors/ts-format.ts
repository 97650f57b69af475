/**
 * @file The `.ts` text form of the UEA and UCR archives, as sktime and aeon write it.
 *
 *   # a comment
 *   @problemName BasicMotions
 *   @classLabel true Standing Running       or @targetLabel true
 *   @data
 *   0.1,0.2,0.3:1.1,1.2,1.3:Standing        channels apart by colons, the answer last
 */

import { FormatError } from "unrolled";
import { sensorSet, type RawCase, type SensorSet } from "./cases.ts";

interface Header {
  answers: "classes" | "numbers" | "none";
  classes: readonly string[];
}

/**
 * The cases of a `.ts` file. `?` and `NaN` are missing values.
 *
 * @param name how errors call the file
 * @throws FormatError naming the line
 *
 * @example
 * const set = parseTs("@classLabel true up down\n@data\n1,2,3:0,0,0:up\n3,2:1,1:down\n", "demo.ts");
 * set.channels; // ["channel 1", "channel 2"]
 * set.cases.map(({ steps, answer }) => `${steps} ${answer}`); // ["3 up", "2 down"]
 */
export function parseTs(text: string, name: string): SensorSet {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^\s*@data\s*$/i.test(line));
  if (start < 0) {
    throw new FormatError(
      `${name}: expected a line @data, as in the .ts files of the UEA archive, got none in ${lines.length} lines.`,
    );
  }
  const header = readHeader(lines.slice(0, start), name);
  const raw: RawCase[] = [];
  for (const [index, line] of lines.entries()) {
    if (index <= start || line.trim() === "" || line.startsWith("#")) continue;
    raw.push(readCase(line.trim(), header, `${name}, line ${index + 1}`, raw));
  }
  const count = raw[0]?.columns.length ?? 0;
  return sensorSet(
    Array.from({ length: count }, (_, c) => `channel ${c + 1}`),
    raw,
  );
}

function readHeader(lines: readonly string[], name: string): Header {
  const header: Header = { answers: "none", classes: [] };
  for (const [index, line] of lines.entries()) {
    const [key, first, ...rest] = line.trim().split(/\s+/);
    const isTrue = first?.toLowerCase() === "true";
    switch (key.toLowerCase()) {
      case "@timestamps":
        if (!isTrue) break;
        throw new FormatError(
          `${name}, line ${index + 1}: cases with time stamps, (time, value), are not read. Write the values alone, at even steps.`,
        );
      case "@classlabel":
        if (isTrue) Object.assign(header, { answers: "classes", classes: rest });
        break;
      case "@targetlabel":
        if (isTrue) header.answers = "numbers";
    }
  }
  return header;
}

function readCase(
  line: string,
  { answers, classes }: Header,
  where: string,
  before: readonly RawCase[],
): RawCase {
  const parts = line.split(":");
  const last = answers === "none" ? null : parts.pop()!.trim();
  if (last !== null && answers === "classes" && classes.length > 0 && !classes.includes(last)) {
    throw new FormatError(
      `${where}: expected the case to end with one of the classes ${classes.join(", ")}, got ${JSON.stringify(last.slice(0, 40))}.`,
    );
  }
  const columns = parts.map((part, c) =>
    part.split(",").map((cell, t) => readNumber(cell, `${where}, channel ${c + 1}, step ${t + 1}`)),
  );
  const ragged = columns.findIndex((column) => column.length !== columns[0].length);
  if (ragged > 0) {
    throw new FormatError(
      `${where}: expected all channels of a case to have as many steps as the first, ${columns[0].length}, got ${columns[ragged].length} in channel ${ragged + 1}.`,
    );
  }
  if (before.length > 0 && columns.length !== before[0].columns.length) {
    throw new FormatError(
      `${where}: expected ${before[0].columns.length} channels as in the first case, got ${columns.length}.`,
    );
  }
  const answer = last !== null && answers === "numbers" ? readNumber(last, where) : last;
  return { id: String(before.length + 1), columns, answer };
}

function readNumber(cell: string, where: string): number {
  const text = cell.trim();
  if (text === "?" || text === "" || text.toLowerCase() === "nan") return NaN;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new FormatError(`${where}: expected a number, got ${JSON.stringify(text.slice(0, 40))}.`);
}
