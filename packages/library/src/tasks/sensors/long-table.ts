/**
 * @file Recordings from a table with one row for each step: the case's name, the channels, and the
 * answer, in the same table or in one of its own with one row for each case.
 *
 *   id, t, x, y, label                id, t, x, y        id, label
 *   a,  0, 1, 5, walk                 a,  0, 1, 5        a,  walk
 *   a,  1, 2, 4, walk                 a,  1, 2, 4        b,  run
 *   b,  0, 7, 7, run                  b,  0, 7, 7
 */

import { ArgumentError, FormatError } from "unrolled";
import { sensorSet, type RawCase, type SensorSet } from "./cases.ts";

/** Named columns and their cells, as any reader of CSV gives them. */
export interface Table {
  /** How errors call it. */
  name: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface LongTableOptions {
  /** Column that says which case a row belongs to. Default: the first whose name has "id", else the first. */
  id?: string;
  /** Column to sort each case's rows by. Default: one called t, time, step or timestamp; else the rows' order. */
  time?: string;
  /** Column with the answer. Default: one called label, class, target, activity or y; else the last. */
  label?: string;
  /** The answers in a table of their own, by case. */
  labels?: Table;
  /** Whether there may be no answers: then no column is taken for them by its place. Default: `false`. */
  answersOptional?: boolean;
  /** What the answers are. Default: numbers where all are numbers of more than twenty kinds. */
  kind?: "classes" | "numbers";
}

/** Above so many different numbers, answers are taken to be measured rather than classes. */
const MOST_NUMBERED_CLASSES = 20;
const MISSING = new Set(["", "na", "nan", "null", "?"]);

/**
 * The cases of a table, in the order in which they first stand there. Every other column is a channel.
 *
 * @throws ArgumentError if a named column is not there; FormatError naming row and column of a cell
 *   that is no number, or a case with two answers
 *
 * @example
 * const columns = ["id", "t", "x", "label"];
 * const rows = [["a", "1", "5", "up"], ["a", "0", "4", "up"], ["b", "0", "9", "down"]];
 * const { channels, cases } = sensorsFromTable({ name: "demo.csv", columns, rows });
 * channels; // ["x"]
 * cases[0].values; // [4, 5]
 */
export function sensorsFromTable(table: Table, options: LongTableOptions = {}): SensorSet {
  const id = columnAt(table, options.id, /(^|[^a-z])id([^a-z]|$)/i) ?? 0;
  const time = columnAt(table, options.time, /^(t|time|step|timestamp)$/i);
  const taken = options.answersOptional ? null : [id, time];
  const own = options.labels ? null : labelColumn(table, options.label, taken);
  const channels = table.columns.flatMap((_, c) => ([id, time, own].includes(c) ? [] : [c]));
  if (channels.length === 0) {
    throw new FormatError(
      `${table.name}: expected columns with measurements beside ${table.columns.join(", ")}, got none.`,
    );
  }
  const answers = options.labels ? answersByCase(options.labels, options.label) : null;

  const rowsOf = new Map<string, number[]>();
  for (const [row, cells] of table.rows.entries()) {
    const rows = rowsOf.get(cells[id]);
    if (rows) rows.push(row);
    else rowsOf.set(cells[id], [row]);
  }
  const raw = Array.from(rowsOf, ([name, rows]): RawCase => {
    const ordered = time === null ? rows : byTime(table, rows, time);
    return {
      id: name,
      columns: channels.map((c) => ordered.map((row) => readNumber(table, row, c))),
      answer: answers
        ? answerFor(answers, name, options.labels!.name)
        : oneAnswer(table, rows, own),
    };
  });
  const set = sensorSet(
    channels.map((c) => table.columns[c]),
    raw,
  );
  return { ...set, cases: withKind(set.cases, options.kind) };
}

/** Where a column stands: the one that is named, else the first that looks like it, else null. */
function columnAt(table: Table, name: string | undefined, likely: RegExp): number | null {
  if (name === undefined) {
    const found = table.columns.findIndex((column) => likely.test(column.trim()));
    return found < 0 ? null : found;
  }
  const found = table.columns.indexOf(name);
  if (found >= 0) return found;
  throw new ArgumentError(
    `${table.name}: expected a column ${JSON.stringify(name)}, got ${table.columns.join(", ")}.`,
  );
}

/** Named, or likely by its name; else the last, unless it is `taken`. Without `taken`, none. */
function labelColumn(
  table: Table,
  name: string | undefined,
  taken: readonly (number | null)[] | null,
): number | null {
  const found =
    columnAt(table, name, /^(label|class|target|activity)$|class_?label/i) ??
    columnAt(table, undefined, /^y$/i);
  if (found !== null || taken === null) return found;
  const last = table.columns.length - 1;
  return taken.includes(last) ? null : last;
}

function answersByCase(table: Table, label: string | undefined): Map<string, string> {
  const id = columnAt(table, undefined, /(^|[^a-z])id([^a-z]|$)/i) ?? 0;
  const answer = labelColumn(table, label, [id]);
  if (answer === null) {
    throw new FormatError(
      `${table.name}: expected two columns, the case and its answer, got ${table.columns.join(", ")}.`,
    );
  }
  return new Map(table.rows.map((cells) => [cells[id].trim(), cells[answer].trim()]));
}

function answerFor(answers: Map<string, string>, id: string, name: string): string {
  const answer = answers.get(id.trim());
  if (answer !== undefined) return answer;
  throw new FormatError(`${name}: expected an answer for case ${id}, got none.`);
}

function oneAnswer(table: Table, rows: readonly number[], column: number | null): string | null {
  if (column === null) return null;
  const answer = table.rows[rows[0]][column].trim();
  const other = rows.find((row) => table.rows[row][column].trim() !== answer);
  if (other === undefined) return MISSING.has(answer.toLowerCase()) ? null : answer;
  throw new FormatError(
    `${table.name}: expected one answer for each case, got ${JSON.stringify(answer)} in row ${rows[0] + 1} and ` +
      `${JSON.stringify(table.rows[other][column])} in row ${other + 1} of the same case, in column ${table.columns[column]}. ` +
      "Is it the right column, and the right one for the case?",
  );
}

function byTime(table: Table, rows: readonly number[], time: number): number[] {
  const at = (row: number) => {
    const cell = table.rows[row][time].trim();
    const value = cell === "" ? NaN : Number(cell);
    const moment = Number.isNaN(value) ? Date.parse(cell) : value;
    if (!Number.isNaN(moment)) return moment;
    throw new FormatError(
      `${table.name}, row ${row + 1}, column ${table.columns[time]}: expected a number or a date, got ${JSON.stringify(cell)}.`,
    );
  };
  const moments = new Map(rows.map((row) => [row, at(row)]));
  return [...rows].sort((a, b) => moments.get(a)! - moments.get(b)!);
}

function readNumber(table: Table, row: number, column: number): number {
  const cell = table.rows[row][column].trim();
  if (MISSING.has(cell.toLowerCase())) return NaN;
  const value = Number(cell);
  if (Number.isFinite(value)) return value;
  throw new FormatError(
    `${table.name}, row ${row + 1}, column ${table.columns[column]}: expected a number, got ${JSON.stringify(cell.slice(0, 40))}.`,
  );
}

/** Answers are read as text; they become numbers where that is what they are. */
function withKind(cases: SensorSet["cases"], kind: LongTableOptions["kind"]): SensorSet["cases"] {
  const answers = cases.flatMap(({ answer }) => (answer === null ? [] : [String(answer)]));
  const notNumber = answers.find((answer) => !Number.isFinite(Number(answer)));
  if (kind === "numbers" && notNumber !== undefined) {
    throw new FormatError(
      `sensors: expected numbers as answers, got ${JSON.stringify(notNumber.slice(0, 40))}.`,
    );
  }
  const looksMeasured = notNumber === undefined && new Set(answers).size > MOST_NUMBERED_CLASSES;
  if (kind !== "numbers" && (kind === "classes" || !looksMeasured)) return cases;
  return cases.map((it) => ({ ...it, answer: it.answer === null ? null : Number(it.answer) }));
}
