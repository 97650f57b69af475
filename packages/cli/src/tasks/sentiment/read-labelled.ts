/**
 * @file Labelled texts from whatever they lie in: a table, a folder for each class, a file for each
 * class, or trees.
 */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  looksLikeTrees,
  readTrees,
  type LabelledText,
  type MiddleText,
  type PartText,
} from "unrolled/tasks/sentiment";
import { FailureError } from "../../errors.ts";
import { decode } from "../../files/decode.ts";
import {
  label as labelOf,
  readBytes,
  sourceOf,
  stemOf,
  type Source,
} from "../../files/read-bytes.ts";
import { namesIn, readClassFiles, readClassFolder } from "../../files/read-classes.ts";
import {
  columnIndex,
  describeTable,
  readTable,
  type Table,
  type TableOptions,
} from "../../files/read-table.ts";
import { plural } from "../../terminal/numbers.ts";
import { findColumns } from "./find-columns.ts";

/** How labelled texts are read: what was typed. */
export interface ReadingOptions extends TableOptions {
  /** The column with the text. */
  text?: string;
  /** The column with the class. */
  label?: string;
  /** Where nothing is said: columns of these names, if both are there. */
  usual?: { text: string; label: string };
  /** A column with numbers of folds. */
  foldColumn?: string;
  /** `false`: trees give their sentences alone. */
  phrases?: boolean;
  /** Numbers as labels become `negative` and `positive`; the middle is learned from alone. */
  binary?: boolean;
  /** The number between the two, where other texts have told it. Default: the middle of the range. */
  half?: number;
}

export interface LabelledTexts {
  rows: LabelledText[];
  /** Where labels became two, what lies between them. */
  middle?: MiddleText[];
  half?: number;
  /** The columns that the texts and classes are from; null where there are none. */
  columns: { text: string; label: string } | null;
  /** The fold of every row, where there is a column for it. */
  folds: string[] | null;
  source: Source;
  /** What was found, in sentences for whoever trains. */
  about: string[];
}

const MAX_BYTES = 300e6;

export function readLabelled(inputs: readonly string[], options: ReadingOptions): LabelledTexts {
  const [first] = inputs;
  const trees = inputs.length === 1 && !isFolder(first) ? tryTrees(first, options) : null;
  const found = trees ?? fromTable(tableOf(inputs, options), options);
  if (options.binary) return { ...found, ...inTwo(found, options.half) };
  return found;
}

function tryTrees(name: string, { encoding, phrases = true }: ReadingOptions) {
  if (name === "-") return null; // What has been read once is gone.
  const { bytes } = readBytes(name, { most: MAX_BYTES, advice: "Take a part of it." });
  const called = labelOf(name);
  const { text } = decode(bytes, called, encoding);
  if (!looksLikeTrees(text)) return null;
  const rows = readTrees(text, called, { phrases });
  const parts = rows.reduce((sum, row) => sum + (row.parts?.length ?? 0), 0);
  const about = `${called}: ${plural(rows.length, "tree")}${parts > 0 ? ` with ${plural(parts, "labelled phrase")}, to learn from as well` : ""}`;
  return { rows, columns: null, folds: null, source: sourceOf([name], [bytes]), about: [about] };
}

function tableOf(inputs: readonly string[], options: ReadingOptions): Table {
  const { encoding } = options;
  const [first, ...others] = inputs;
  if (others.length > 0) return readClassFiles(inputs, encoding);
  return isFolder(first) ? tableOfFolder(first, encoding) : readTable(first, options);
}

/** Folders for classes or, where there are none, files for classes: the texts, not what is about them. */
function tableOfFolder(folder: string, encoding: string | undefined): Table {
  if (namesIn(folder, "folders").length > 1) return readClassFolder(folder, { encoding });
  const files = namesIn(folder, "files");
  const plain = files.filter((name) => /\.txt(\.gz)?$/i.test(name));
  const sameStem = files.filter((name) =>
    files.some((other) => other !== name && stemOf(other) === stemOf(name)),
  );
  const classes = plain.length > 1 ? plain : sameStem;
  if (classes.length > 1)
    return readClassFiles(
      classes.map((name) => join(folder, name)),
      encoding,
    );
  throw new FailureError(
    `${folder}: expected a folder for each class (pos/, neg/) or a file for each class (French.txt, Irish.txt), got ${files.slice(0, 5).join(", ") || "nothing"}.`,
  );
}

function isFolder(name: string): boolean {
  return name !== "-" && existsSync(name) && statSync(name).isDirectory();
}

/** What people and programs write for "there is nothing here". */
const MISSING = /^\s*(nan|null|n\/?a|undefined|)\s*$/i;

function fromTable(table: Table, options: ReadingOptions): LabelledTexts {
  const columns = findColumns(table, options);
  const fold = options.foldColumn === undefined ? null : columnIndex(table, options.foldColumn);
  const rows: LabelledText[] = [];
  const folds: string[] = [];
  let missing = 0;
  for (const row of table.rows) {
    if (MISSING.test(row[columns.label])) {
      missing++;
      continue;
    }
    // Line ends within a cell are often written as two characters.
    const text = row[columns.text].replaceAll("\\n", "\n");
    rows.push({ text, label: row[columns.label].trim() });
    if (fold !== null) folds.push(row[fold].trim());
  }
  const name = table.columns[columns.label];
  if (rows.length === 0) {
    throw new FailureError(`${table.name}: the column ${JSON.stringify(name)} has no labels.`);
  }
  const about = [describeTable(table)];
  if (table.format.kind !== "folder" && table.format.kind !== "files") {
    about.push(`Text: column ${table.columns[columns.text]}. Label: column ${name}.`);
  }
  if (missing > 0) about.push(`${plural(missing, "row")} without a label left out.`);
  return {
    rows,
    columns: { text: table.columns[columns.text], label: name },
    folds: fold === null ? null : folds,
    source: table.source,
    about,
  };
}

/** Numbers below and above `half`; as grades they stay what they were. */
function inTwo(
  { rows, folds, about }: LabelledTexts,
  known: number | undefined,
): Partial<LabelledTexts> {
  const numbers = rows.map(({ label }) => Number(label));
  const odd = rows.find((_, i) => !Number.isFinite(numbers[i]));
  if (odd) {
    throw new FailureError(
      `--binary: expected numbers as labels, such as 1 to 5, got ${JSON.stringify(odd.label)}.`,
    );
  }
  const bounds = numbers.reduce(
    ({ low, high }, n) => ({ low: Math.min(low, n), high: Math.max(high, n) }),
    { low: Infinity, high: -Infinity },
  );
  const half = known ?? (bounds.low + bounds.high) / 2;
  const sideOf = ({ text, label: grade = "" }: PartText): PartText => {
    if (Number(grade) === half) return { text, grade };
    return { text, grade, label: Number(grade) < half ? "negative" : "positive" };
  };
  const sided = rows.map((row) => {
    const side = sideOf(row);
    return row.parts ? { ...side, parts: row.parts.map(sideOf) } : side;
  });
  const hasSide = (row: PartText): row is LabelledText => row.label !== undefined;
  const kept = sided.filter(hasSide);
  const left = sided.length - kept.length;
  return {
    rows: kept,
    middle: sided.filter((row) => !hasSide(row)),
    half,
    folds: folds && folds.filter((_, i) => hasSide(sided[i])),
    about: [
      ...about,
      `Labels below ${half} are negative, above it positive${left > 0 ? `; ${plural(left, "text")} in the middle` : ""}.`,
    ],
  };
}
