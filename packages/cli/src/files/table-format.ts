/**
 * @file How a table is written: what stands between its cells, and whether its first row names them.
 */

import { parse } from "csv-parse/sync";

/** In the order in which they win where several fit: a comma is common inside of cells. */
export const DELIMITERS: Readonly<Record<string, string>> = {
  tab: "\t",
  semicolon: ";",
  pipe: "|",
  comma: ",",
};

/** What is looked at to find the delimiter. */
const LOOK_AT = 1 << 17;

export interface ParsedRows {
  rows: string[][];
  /** The line of the file that each row begins on, from 1. */
  lines: number[];
}

/**
 * Cells of delimited text (RFC 4180), blank lines left out. Where `quotes` is false, a quotation
 * mark is a character like any other. Line breaks must be `\n`.
 *
 * @throws csv-parse's CsvError where a quotation never ends or stands in the middle of a cell
 */
export function parseRows(text: string, delimiter: string, quotes: boolean): ParsedRows {
  const lines: number[] = [];
  const rows = parse(text, {
    columns: false,
    delimiter,
    quote: quotes ? '"' : null,
    relax_column_count: true,
    skip_empty_lines: true,
    on_record(row: string[], { lines: lastLine }) {
      lines.push(lastLine - breaksIn(row));
      return row;
    },
  });
  return { rows, lines };
}

function breaksIn(row: readonly string[]): number {
  let breaks = 0;
  for (const cell of row) {
    for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) breaks++;
  }
  return breaks;
}

/** The number of cells that most rows have, and the share of rows that have it. */
export function usualWidth(rows: readonly (readonly string[])[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  const [width, count] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
  return { width, share: count / rows.length };
}

/** The delimiter with which the rows are most alike; a comma where none stands in every row. */
export function findDelimiter(text: string): string {
  const newline = text.lastIndexOf("\n", LOOK_AT);
  const start = text.length <= LOOK_AT || newline < 0 ? text : text.slice(0, newline + 1);
  let best = { delimiter: ",", share: 0 };
  for (const delimiter of Object.values(DELIMITERS)) {
    const rows = tryRows(start, delimiter);
    if (rows.length === 0) continue;
    const { width, share } = usualWidth(rows);
    if (width > 1 && share > best.share) best = { delimiter, share };
  }
  return best.delimiter;
}

/** A quotation that the end of what is looked at has cut off is read without its mark. */
function tryRows(text: string, delimiter: string): string[][] {
  try {
    return parseRows(text, delimiter, true).rows;
  } catch {
    return parseRows(text, delimiter, false).rows;
  }
}

/** Names that columns have and cells hardly ever are. */
const USUAL_NAMES =
  /^(id|idx|index|no|text|sentence|review|title|label|class|category|sentiment|target|source|src|tgt|input|output|question|answer|lang|language|date|time|datetime|timestamp|year|month|day|value|name|file|open|high|low|close|volume|en|de|fr|es|it|pt|nl|eng|fra|deu|spa|ita)$/i;
const NAME = /^[\p{L}_#][\p{L}\p{N}_ .:/%°()#-]{0,39}$/u;
const LOOK_AT_ROWS = 200;

/**
 * Whether the first row names the columns. A row of names holds no number. A column of numbers below
 * it decides. Where all is text, names come neither twice nor again below, and there is one that
 * columns usually have, or one with much longer cells below.
 */
export function hasHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...others] = rows.slice(0, LOOK_AT_ROWS);
  const names = first.map((cell) => cell.trim());
  if (names.some((name) => name !== "" && isNumber(name))) return false;
  const below = names.map((_, i) => others.map((row) => row[i] ?? ""));
  if (below.some((cells) => cells.some(isNumber) && share(cells, isNumberOrGap) > 0.9)) return true;
  if (new Set(names).size < names.length) return false;
  if (names.some((name, i) => name !== "" && below[i].includes(name))) return false;
  if (names.some((name) => USUAL_NAMES.test(name))) return true;
  if (!names.every((name) => name === "" || NAME.test(name))) return false;
  return names.some((name, i) => name !== "" && medianLength(below[i]) >= 2 * name.length + 8);
}

function isNumber(cell: string): boolean {
  return /^\s*[+-]?(\d|[.,]\d)[\d.,:/ -]*(e[+-]?\d+)?\s*%?$/i.test(cell);
}

function isNumberOrGap(cell: string): boolean {
  return isNumber(cell) || /^\s*(na|n\/a|nan|null|none|-|\?)?\s*$/i.test(cell);
}

function share(cells: readonly string[], is: (cell: string) => boolean): number {
  return cells.filter(is).length / cells.length;
}

function medianLength(cells: readonly string[]): number {
  const lengths = cells.map((cell) => cell.length).sort((a, b) => a - b);
  return lengths[lengths.length >> 1] ?? 0;
}
