/**
 * @file Which column is the time, which are forecast, and which help: as said, or found.
 */

import { ArgumentError } from "unrolled";
import { isMissing, parseNumbers } from "./numbers.ts";
import { parseTimes } from "./time-column.ts";

/** A table as cells; `lines` are where rows stand in a file, for messages. */
export interface CellTable {
  /** As messages call it. */
  name: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  lines?: readonly number[];
}

/** What a caller says about columns; what is left out is found. */
export interface ColumnRoles {
  /** One column, several that stand for one (`["year", "month", "day"]`), or `null` for none. */
  time?: readonly string[] | null;
  /** Names the series of each row. */
  id?: string | null;
  targets?: readonly string[];
  known?: readonly string[];
  /** Default: the other columns with numbers, or with few different words. */
  observed?: readonly string[];
}

export interface FoundRoles {
  time: readonly string[];
  id: string | null;
  targets: readonly string[];
  known: readonly string[];
  observed: readonly string[];
  notes: string[];
}

/** Names of columns that people forecast, likely ones first; compared without case and punctuation. */
const TARGET_NAMES = [
  ...["close", "closeprice", "lastprice", "adjclose", "adjustedclose", "price", "y", "target"],
  ...[
    "value",
    "sales",
    "demand",
    "load",
    "consumption",
    "count",
    "cnt",
    "quantity",
    "qty",
    "units",
  ],
];
const TIME_NAMES = [
  ...["date", "datetime", "time", "timestamp", "ds", "day", "month", "year", "week", "quarter"],
  ...["period", "hour", "opentime", "unix", "epoch", "utc", "index", "unnamed0"],
];
const PART_NAMES = ["year", "month", "day", "hour", "minute", "second"];
const ID_NAMES = [
  ...["id", "uniqueid", "seriesid", "itemid", "storeid", "store", "item", "ticker", "symbol"],
  ...["series", "name", "key", "group", "sensor", "sensorid", "station", "location", "country"],
];
/** More columns are too many to forecast unasked. */
const MOST_TARGETS = 12;
/** A column with more different words is a text, not a category. */
const MOST_CATEGORIES = 20;

/** A name without its table's prefix (`AAPL.Close`), case and punctuation. */
function plainName(column: string): string {
  const last = /[^.]*$/.exec(column)![0] || column;
  return last.toLowerCase().replaceAll(/[^\p{L}\d]/gu, "");
}

/** Column → its cells; an unknown name is an error that names the nearest. */
export function cellsOf(table: CellTable, column: string): string[] {
  const at = table.columns.indexOf(column);
  if (at < 0) {
    const alike = table.columns.find((name) => name.toLowerCase() === column.toLowerCase());
    throw new ArgumentError(
      `${table.name}: expected a column called ${column}, got ${list(table.columns)}.${alike ? ` Did you mean ${alike}?` : ""}`,
    );
  }
  return table.rows.map((row) => row[at]);
}

/** All roles: those that were given are checked, the others found. */
export function findRoles(table: CellTable, given: ColumnRoles): FoundRoles {
  const notes: string[] = [];
  for (const column of [
    ...(given.time ?? []),
    ...(given.id ? [given.id] : []),
    ...(given.targets ?? []),
    ...(given.known ?? []),
    ...(given.observed ?? []),
  ]) {
    cellsOf(table, column);
  }
  const time = given.time === undefined ? findTime(table, given) : (given.time ?? []);
  const taken = new Set([...time, ...(given.known ?? []), ...(given.observed ?? [])]);
  let id = given.id ?? null;
  if (given.id === undefined) {
    id = findId(table, time, new Set([...taken, ...(given.targets ?? [])]));
    if (id !== null) notes.push(`times repeat: the rows of each ${id} are a series of their own`);
  }
  if (id !== null) taken.add(id);
  const free = table.columns.filter((column) => !taken.has(column));
  const changing = free.filter((column) => isChanging(cellsOf(table, column)));
  const numeric = changing.filter((column) => !isCounter(cellsOf(table, column)));
  const targets =
    given.targets ?? findTargets(table, numeric.length > 0 ? numeric : changing, notes);
  if (targets.length === 0) throw new ArgumentError(`${table.name}: expected at least one target.`);
  const { known = [], observed: named = [] } = given;
  checkOverlap(table, {
    time,
    id: id === null ? [] : [id],
    target: targets,
    known,
    observed: named,
  });

  const others = table.columns.filter((column) => !taken.has(column) && !targets.includes(column));
  const observed = given.observed ?? others.filter((column) => helps(table, column, notes));
  return { time, id, targets, known, observed, notes };
}

function checkOverlap(table: CellTable, roles: Record<string, readonly string[]>): void {
  const seen = new Map<string, string>();
  for (const [role, columns] of Object.entries(roles)) {
    for (const column of columns) {
      const other = seen.get(column);
      if (other !== undefined) {
        throw new ArgumentError(
          `${table.name}: expected one role for each column, got ${column} as ${other === role ? `${role} twice` : `${other} and ${role}`}.`,
        );
      }
      seen.set(column, role);
    }
  }
}

/** By name, by parts of a date side by side, or the first column of which all cells are dates. */
function findTime(
  table: CellTable,
  { id, targets = [], known = [], observed = [] }: ColumnRoles,
): string[] {
  const free = table.columns.filter(
    (column) => ![id, ...targets, ...known, ...observed].includes(column),
  );
  const sample = sampleOf(table);
  const named = TIME_NAMES.flatMap((name) => free.filter((column) => plainName(column) === name));
  const parts = PART_NAMES.map((name) => free.find((column) => plainName(column) === name));
  const firstMissing = parts.indexOf(undefined);
  const there = parts.slice(0, firstMissing < 0 ? parts.length : firstMissing) as string[];
  if (there.length >= 2 && there.every((column) => isWhole(cellsOf(sample, column)))) return there;
  const isTime = (column: string) => "times" in parseTimes(cellsOf(sample, column));
  const date = named.find((column) => looksLikeTime(cellsOf(sample, column)));
  if (date !== undefined) {
    // A date and a time of day in a column of its own.
    const clock = named.find((column) => column !== date && isClock(cellsOf(sample, column)));
    return clock === undefined ? [date] : [date, clock];
  }
  // Plain numbers could be anything: without a name that says so they are no dates.
  const found = free.find(
    (column) => isTime(column) && !("values" in parseNumbers(cellsOf(sample, column))),
  );
  return found === undefined ? [] : [found];
}

/** A few hundred rows decide what a column is; all of them are read afterwards. */
function sampleOf(table: CellTable): CellTable {
  return { ...table, rows: table.rows.slice(0, 300) };
}

/** Most cells are dates: a wrong one among them is then an error with its row, not another kind of column. */
function looksLikeTime(cells: readonly string[]): boolean {
  const good = cells.filter((cell) => "times" in parseTimes([cell])).length;
  return good >= 0.8 * cells.length && good > 0;
}

function isClock(cells: readonly string[]): boolean {
  return (
    cells.length > 0 &&
    cells.every((cell) => /^\d{1,2}:\d{2}(:\d{2})?(\s*[ap]m)?$/i.test(cell.trim()))
  );
}

function isWhole(cells: readonly string[]): boolean {
  return cells.length > 0 && cells.every((cell) => /^\d+$/.test(cell.trim()));
}

/** Where times repeat, the column that tells repeated ones apart: one with a likely name first. */
function findId(
  table: CellTable,
  time: readonly string[],
  taken: ReadonlySet<string>,
): string | null {
  if (time.length === 0) return null;
  const times = table.rows.map((row) =>
    time.map((column) => row[table.columns.indexOf(column)]).join(" "),
  );
  if (new Set(times).size > 0.8 * times.length) return null;
  const free = table.columns.filter((column) => !taken.has(column));
  const likely = free.filter((column) => ID_NAMES.includes(plainName(column)));
  const words = free.filter((column) => !("values" in parseNumbers(cellsOf(table, column))));
  for (const column of [...likely, ...words]) {
    const cells = cellsOf(table, column);
    const pairs = new Set(times.map((at, i) => `${cells[i]}\n${at}`));
    if (pairs.size > 0.98 * times.length && new Set(cells).size < 0.5 * times.length) return column;
  }
  return null;
}

/** Numbers, nearly all of them, and not always the same one. */
function isChanging(cells: readonly string[]): boolean {
  const column = parseNumbers(cells);
  // A bad cell among numbers is an error with its row, if the column is used.
  if (!("values" in column)) {
    const numbers = cells.filter(
      (cell) => !isMissing(cell) && "values" in parseNumbers([cell]),
    ).length;
    return numbers > 0.8 * cells.length;
  }
  const known = column.values.filter((value) => !Number.isNaN(value));
  return known.some((value) => value !== known[0]);
}

/** Numbers that only count rows. */
function isCounter(cells: readonly string[]): boolean {
  const column = parseNumbers(cells);
  if (!("values" in column) || cells.length < 4) return false;
  return column.values.every((value, i) => i === 0 || value === column.values[i - 1] + 1);
}

/** Whether a column that nobody has named can be an observed covariate. */
function helps(table: CellTable, column: string, notes: string[]): boolean {
  const cells = cellsOf(table, column);
  if ("values" in parseNumbers(cells)) return isChanging(cells) && !isCounter(cells);
  if (!isChanging(cells)) return isCategory(cells);
  notes.push(`${column} is left out: not all of its cells are numbers`);
  return false;
}

function isCategory(cells: readonly string[]): boolean {
  const different = new Set(cells.filter((cell) => !isMissing(cell)));
  return different.size >= 2 && different.size <= MOST_CATEGORIES;
}

/** The one with a likely name; else the only one; else all of them. */
function findTargets(table: CellTable, numeric: readonly string[], notes: string[]): string[] {
  if (numeric.length === 0) {
    throw new ArgumentError(
      `${table.name}: expected a column with numbers that change, got none in ${list(table.columns)}: there is nothing to forecast.`,
    );
  }
  if (numeric.length === 1) return [numeric[0]];
  for (const name of TARGET_NAMES) {
    const column = numeric.find((it) => plainName(it) === name);
    if (column !== undefined) {
      notes.push(`of ${numeric.length} columns with numbers, ${column} is forecast`);
      return [column];
    }
  }
  if (numeric.length <= MOST_TARGETS) {
    notes.push(`all ${numeric.length} columns with numbers are forecast`);
    return [...numeric];
  }
  throw new ArgumentError(
    `${table.name}: ${numeric.length} columns have numbers: ${list(numeric)}. Say which to forecast.`,
  );
}

export function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(", ");
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}
