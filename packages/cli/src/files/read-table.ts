/**
 * @file A table: rows of cells under named columns, from CSV, TSV and their kin, from JSON lines or a
 * JSON array of objects, plain or gzip. How it is written is found out and can be told.
 */

import { CsvError } from "csv-parse/sync";
import { Option } from "commander";
import { FailureError, MisuseError } from "../errors.ts";
import { formatCount, plural } from "../terminal/numbers.ts";
import { decode } from "./decode.ts";
import { listNames } from "./nearest.ts";
import { label, readBytes, sourceOf, type Source } from "./read-bytes.ts";
import { jsonRows } from "./json-rows.ts";
import { DELIMITERS, findDelimiter, hasHeader, parseRows, usualWidth } from "./table-format.ts";
import type { ParsedRows } from "./table-format.ts";

/** How the file is written; what somebody has not said is found out. */
export interface TableOptions {
  /** What stands between cells: a character, or `tab`, `comma`, `semicolon`, `pipe`. */
  delimiter?: string;
  /** Whether the first row names the columns. */
  header?: boolean;
  /** Any that TextDecoder knows, such as `utf-8`, `windows-1252`. */
  encoding?: string;
}

export interface TableFormat {
  kind: "delimited" | "json-lines" | "json" | "folder" | "files";
  /** Null where there is none: JSON. */
  delimiter: string | null;
  /** Without one, columns are called 1, 2, 3, … */
  header: boolean;
  /** Whether `"` quotes cells, or is a character like any other. */
  quotes: boolean;
  encoding: string;
  gzip: boolean;
}

export interface Table {
  /** As people call the file. */
  name: string;
  columns: readonly string[];
  /** Cells as they are written, as many in each row as there are columns. */
  rows: readonly (readonly string[])[];
  /** The line of the file that each row begins on, from 1. */
  lines: readonly number[];
  format: TableFormat;
  source: Source;
}

/** Rows of strings take several times the size of their file. */
const MAX_BYTES = 300e6;

/**
 * Reads a table; `-` is standard input.
 *
 * @throws FailureError for what is no table: empty, binary, rows of unlike lengths, a name twice
 */
export function readTable(name: string, options: TableOptions = {}): Table {
  const called = label(name);
  const advice = `Give a part of it: head -n 1000000 ${name}`;
  const { bytes, gzip } = readBytes(name, { most: MAX_BYTES, advice });
  const decoded = decode(bytes, called, options.encoding);
  const text = decoded.text.replaceAll("\r\n", "\n");
  const source = sourceOf([name], [bytes]);
  if (text.trim() === "") throw new FailureError(`${called}: holds nothing but blank space.`);

  const common = { encoding: decoded.encoding, gzip };
  const json = options.delimiter === undefined ? jsonRows(text, called) : null;
  if (json) {
    const { kind, ...table } = json;
    const format = { kind, delimiter: null, header: true, quotes: true, ...common };
    return { name: called, ...table, format, source };
  }
  const delimiter = delimiterOf(options.delimiter) ?? findDelimiter(text);
  const { rows, lines, quotes } = evenRows(text, delimiter, called);
  const header = options.header ?? hasHeader(rows);
  const columns = header ? rows[0].map((cell) => cell.trim()) : rows[0].map((_, i) => `${i + 1}`);
  checkColumns(columns, called);
  const first = header ? 1 : 0;
  if (rows.length === first) {
    throw new FailureError(
      `${called}: has a header (${columns.join(", ")}) and no rows. If that line is data, say --no-header.`,
    );
  }
  return {
    name: called,
    columns,
    rows: rows.slice(first),
    lines: lines.slice(first),
    format: { kind: "delimited", delimiter, header, quotes, ...common },
    source,
  };
}

function delimiterOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  const delimiter = DELIMITERS[given.toLowerCase()] ?? (given === "\\t" ? "\t" : given);
  if (delimiter.length === 1 && !'"\r\n'.includes(delimiter)) return delimiter;
  throw new MisuseError(
    `--delimiter: expected one character, or ${Object.keys(DELIMITERS).join(", ")}, got ${JSON.stringify(given)}.`,
  );
}

/**
 * Rows of one length. Quotation marks quote where that works out. Where it does not, they may be
 * part of the text, as in many files with tabs (`"Look," she said.`): then the rows are even without.
 */
function evenRows(text: string, delimiter: string, name: string): ParsedRows & { quotes: boolean } {
  const quoted = tryParse(text, delimiter);
  const isEven = ({ rows }: ParsedRows) => usualWidth(rows).share === 1;
  const works = !(quoted instanceof CsvError) && isEven(quoted);
  // With tabs, a quotation over several lines is a rare thing, and two lone marks are a common one.
  const hasLongCells = works && quoted.rows.some((row) => row.some((cell) => cell.includes("\n")));
  if (works && !(hasLongCells && delimiter === "\t")) return { ...quoted, quotes: true };

  const literal = parseRows(text, delimiter, false);
  if (isEven(literal) && usualWidth(literal.rows).width > 1) return { ...literal, quotes: false };
  if (works) return { ...quoted, quotes: true };
  if (quoted instanceof CsvError) {
    throw new FailureError(
      `${name}, line ${String(quoted.lines)}: a quotation mark is not as in a table (${quoted.message.replace(/ at line.*| the parsing is finished.*/, "")}). ` +
        'In a quoted cell, write "" for a quotation mark.',
    );
  }
  throw unevenError(quoted, delimiter, name);
}

function tryParse(text: string, delimiter: string): ParsedRows | CsvError {
  try {
    return parseRows(text, delimiter, true);
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

function unevenError({ rows, lines }: ParsedRows, delimiter: string, name: string): FailureError {
  const { width } = usualWidth(rows);
  const uneven = rows.flatMap((row, i) => (row.length === width ? [] : [i]));
  const at = uneven[0];
  const more = uneven.length > 1 ? ` So it is in ${formatCount(uneven.length)} rows.` : "";
  return new FailureError(
    `${name}, line ${lines[at]}: expected ${plural(width, "cell")} as in the other rows, got ${rows[at].length}: ${excerpt(rows[at], delimiter)}.${more} ` +
      `A cell that holds the delimiter (${nameOf(delimiter)}) must stand in quotation marks; if the delimiter is another, say --delimiter.`,
  );
}

function excerpt(row: readonly string[], delimiter: string): string {
  const text = JSON.stringify(row.join(delimiter));
  return text.length > 70 ? `${text.slice(0, 70)}…"` : text;
}

function checkColumns(columns: readonly string[], name: string): void {
  const twice = columns.find((column, i) => column !== "" && columns.indexOf(column) < i);
  if (twice === undefined) return;
  throw new FailureError(
    `${name}: the column ${JSON.stringify(twice)} is in the header twice. Rename one; if the first line is data, say --no-header.`,
  );
}

/**
 * Which column has this name: as it is written, else whatever its case, else by its number from 1.
 *
 * @throws FailureError naming the columns that there are
 */
export function columnIndex(table: Pick<Table, "name" | "columns">, wanted: string): number {
  const { columns, name } = table;
  const exact = columns.indexOf(wanted);
  if (exact >= 0) return exact;
  const lower = columns.map((column) => column.toLowerCase());
  const alike = lower.indexOf(wanted.toLowerCase());
  if (alike >= 0 && lower.lastIndexOf(wanted.toLowerCase()) === alike) return alike;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= columns.length) return number - 1;
  throw new FailureError(
    `${name}: there is no column ${JSON.stringify(wanted)}. Its columns are ${listNames(columns, wanted)}`.replace(
      /[^?.]$/,
      "$&.",
    ),
  );
}

/** All cells of a column. */
export function columnOf(table: Table, wanted: string): string[] {
  const index = columnIndex(table, wanted);
  return table.rows.map((row) => row[index]);
}

/** `line 17`: where a row stands, for errors and reports. */
export function whereIs(table: Table, row: number): string {
  return `${table.name}, line ${table.lines[row]}`;
}

/** `reviews.csv: 1,234 rows; columns sentence, label (comma between cells, header, UTF-8)` */
export function describeTable({ name, columns, rows, format }: Table): string {
  const shown = columns.slice(0, 12).join(", ");
  const more = columns.length > 12 ? ` and ${columns.length - 12} more` : "";
  const facts = [...howCells(format), format.encoding, ...(format.gzip ? ["gzip"] : [])];
  return `${name}: ${plural(rows.length, "row")}; ${columns.length === 1 ? "column" : "columns"} ${shown}${more} (${facts.join(", ")})`;
}

const KINDS = {
  "json-lines": "JSON lines",
  json: "JSON",
  folder: "a folder for each class",
  files: "a file for each class",
};

function howCells({ kind, delimiter, header, quotes }: TableFormat): string[] {
  if (kind !== "delimited") return [KINDS[kind]];
  return [
    `${nameOf(delimiter!)} between cells`,
    header ? "header" : "no header",
    ...(quotes ? [] : ['" is part of the text']),
  ];
}

function nameOf(delimiter: string): string {
  const known = Object.entries(DELIMITERS).find(([, character]) => character === delimiter);
  return known?.[0] ?? JSON.stringify(delimiter);
}

/** `--delimiter`, `--header`, `--no-header`, `--encoding`: how the data is written, if detection errs. */
export function tableOptions(): Option[] {
  return [
    new Option(
      "--delimiter <character>",
      "between cells: a character, tab, comma, … (default: detected)",
    ),
    new Option("--header", "the first row names the columns (default: detected)"),
    new Option("--no-header", "the first row is data; columns are called 1, 2, …"),
    new Option("--encoding <name>", "such as utf-8, utf-16le, windows-1252 (default: detected)"),
  ];
}
