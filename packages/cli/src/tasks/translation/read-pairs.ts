/**
 * @file Pairs of sentences from what people have: two files line by line, or a table with two columns.
 */

import type { Option } from "commander";
import { Option as CommandOption } from "commander";
import type { SentencePair } from "unrolled/tasks/translation";
import { FailureError, MisuseError } from "../../errors.ts";
import type { Source } from "../../files/read-bytes.ts";
import { readParallelLines } from "../../files/read-lines.ts";
import {
  columnOf,
  describeTable,
  readTable,
  tableOptions,
  type TableOptions,
} from "../../files/read-table.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";

/** How a table is read, as typed. */
export interface PairOptions extends TableOptions {
  /** The columns of a table. Default: its first two. */
  source?: string;
  target?: string;
}

export interface ReadPairs {
  pairs: SentencePair[];
  /** What was found, for people. */
  about: string;
  source: Source;
}

/** `--source`, `--target`, and how a table is written. */
export function pairOptions(): Option[] {
  return [
    new CommandOption("--source <column>", "of a table: what is translated (default: the first)"),
    new CommandOption("--target <column>", "of a table: the translations (default: the second)"),
    ...tableOptions(),
  ];
}

/** What of the options says how pairs are read. */
export function readingOf(options: PairOptions): PairOptions {
  const { source, target, delimiter, header, encoding } = options;
  return { source, target, delimiter, header, encoding };
}

/**
 * Two files are read side by side; one is a table.
 *
 * @throws FailureError where lines or columns are missing
 */
export function readPairs(names: readonly string[], options: PairOptions = {}): ReadPairs {
  if (names.length === 1) return readPairTable(names[0], options);
  if (names.length === 2) return readTwoFiles(names, options);
  throw new MisuseError(
    `Expected two files with a sentence on every line, or one table with two columns, got ${names.length} files: ${names.join(", ")}.`,
  );
}

function readPairTable(name: string, options: PairOptions): ReadPairs {
  const table = readTable(name, options);
  if (table.columns.length < 2) {
    throw new FailureError(
      `${table.name}: expected two columns, sentences and their translations, got one. If the translations are in another file, name both: ${name} <file>; if something else than ${JSON.stringify(table.format.delimiter ?? "a key")} stands between them, say --delimiter.`,
    );
  }
  const [first, second] = [options.source ?? "1", options.target ?? "2"];
  const sources = columnOf(table, first);
  const targets = columnOf(table, second);
  return {
    pairs: sources.map((source, i) => ({ source, target: targets[i] })),
    about: describeTable(table),
    source: table.source,
  };
}

function readTwoFiles(names: readonly string[], options: PairOptions): ReadPairs {
  const { source, target, delimiter, header, encoding } = options;
  const wrong = Object.entries({ source, target, delimiter, header }).find(([, value]) => value);
  if (wrong) {
    throw new MisuseError(
      `--${wrong[0]} is for a table; with two files, the first is translated and the second has the translations.`,
    );
  }
  const { files, source: read } = readParallelLines(names, encoding);
  const [sources, targets] = files;
  if (sources.lines.length === 0) {
    throw new FailureError(`${sources.name}: expected a sentence on every line, got no line.`);
  }
  return {
    pairs: sources.lines.map((line, i) => ({ source: line, target: targets.lines[i] })),
    about: `${sources.name}, ${targets.name}: ${formatCount(sources.lines.length)} ${plural(sources.lines.length, "line").replace(/^[^ ]+ /, "")} each`,
    source: read,
  };
}

/** Pairs without those with an empty side, and how many there were. */
export function withoutEmpty(pairs: readonly SentencePair[]): {
  pairs: SentencePair[];
  empty: number;
} {
  const kept = pairs
    .map(({ source, target }) => ({ source: source.trim(), target: target.trim() }))
    .filter(({ source, target }) => source !== "" && target !== "");
  return { pairs: kept, empty: pairs.length - kept.length };
}
