/**
 * @file A table of cells → series on a regular grid of time.
 */

import { ArgumentError, FormatError } from "unrolled";
import { formatFrequency, timesAfter, type Frequency } from "../frequency.ts";
import type { SeriesSet, TimeSeries } from "../series.ts";
import { detectFrequency, fits, gridSteps, type DetectedFrequency } from "./detect-frequency.ts";
import { isMissing, parseNumbers } from "./numbers.ts";
import { cellsOf, findRoles, type CellTable, type ColumnRoles, type FoundRoles } from "./roles.ts";
import { parseTimes, quoted } from "./time-column.ts";

/** How a table was read: with it, another one is read in the same way. */
export interface TableSchema {
  /** Columns of the table, by what they are for. */
  time: readonly string[];
  id: string | null;
  targets: readonly string[];
  known: readonly string[];
  observed: readonly string[];
  /** Of each column with words, the words that have a column of their own, `wind=NW`. */
  categories: Readonly<Record<string, readonly string[]>>;
  frequency: Frequency;
}

export interface ReadSeries {
  set: SeriesSet;
  schema: TableSchema;
  /** What was found, decided and mended, in words, for the one whose table it is. */
  notes: string[];
}

/** With more than this share of times twice, something else is the matter. */
const MOST_DUPLICATES = 0.2;
/** Columns with more different words are taken for texts. */
const MOST_CATEGORIES = 50;

/**
 * Reads series from a table of cells.
 *
 * The time column, identifiers, targets and frequency are found if `roles` does not say them. Rows are
 * put in order of time; of rows with the same time the last counts; times that the grid has and the
 * table does not are missing values, but weekends and holidays of trading days are not. A column of
 * words becomes columns of 0 and 1.
 *
 * @param schema of a table read before: this one then has to have the same columns, and gets the same
 *   targets, covariates, categories and frequency. Targets may be missing from it where only a future
 *   is given
 * @throws FormatError naming row and column of a cell that is no number or date
 *
 * @example
 * const table = {
 *   name: "sales.csv",
 *   columns: ["day", "sold"],
 *   rows: [["2024-05-01", "3"], ["2024-05-02", "5"], ["2024-05-04", "4"]],
 * };
 * const { set } = readSeries(table);
 * set.frequency; // { unit: "day", count: 1 }
 * set.series[0].columns.sold; // [3, 5, NaN, 4]
 */
export function readSeries(
  table: CellTable,
  roles: ColumnRoles = {},
  schema?: TableSchema,
): ReadSeries {
  if (table.rows.length < 2) {
    throw new ArgumentError(
      `${table.name}: expected at least two rows, got ${table.rows.length}: there is nothing to learn from.`,
    );
  }
  const found = schema ? { ...schema, notes: [] } : findRoles(table, roles);
  const notes = [...found.notes];
  const { columns, categories } = readColumns(table, found, schema);
  const times = readTimes(table, found.time, notes);
  const groups = groupRows(table, found.id);
  const kept = [...groups.values()].map((rows) => inOrder(rows, times));
  reportCounts(table, kept, notes);

  const { frequency, irregular } = frequencyOf(table, kept, times, schema);
  if (irregular) {
    notes.push(`${irregular}: rows are taken as steps, one after the other`);
  }
  let missingRows = 0;
  const series = [...groups.keys()].map((id, i): TimeSeries => {
    const grid = onGrid(kept[i].rows, times, frequency);
    missingRows += grid.times.length - kept[i].rows.length;
    const placed: Record<string, Float64Array> = {};
    for (const [name, values] of Object.entries(columns)) {
      placed[name] = new Float64Array(grid.times.length).fill(NaN);
      grid.places.forEach((place, k) => (placed[name][place] = values[kept[i].rows[k]]));
    }
    return { id, times: grid.times, columns: placed };
  });
  if (found.time.length > 0 && !irregular) notes.push(`frequency: ${formatFrequency(frequency)}`);
  if (missingRows > 0) {
    notes.push(`${missingRows} times are not in the table: their values are missing`);
  }
  const expand = (names: readonly string[]) =>
    names.flatMap((name) => categories[name]?.map((word) => oneHotName(name, word)) ?? [name]);
  return {
    set: {
      frequency,
      targets: found.targets,
      knownCovariates: expand(found.known),
      observedCovariates: expand(found.observed),
      series,
    },
    schema: { ...withoutNotes(found), categories, frequency },
    notes,
  };
}

function withoutNotes({ time, id, targets, known, observed }: Omit<FoundRoles, "notes">) {
  return { time, id, targets, known, observed };
}

function oneHotName(column: string, word: string): string {
  return `${column}=${word}`;
}

function lineOf({ lines }: CellTable, row: number): number {
  return lines?.[row] ?? row + 1;
}

/** Every column that has a role, as numbers. */
function readColumns(table: CellTable, roles: Omit<FoundRoles, "notes">, schema?: TableSchema) {
  const columns: Record<string, Float64Array> = {};
  const categories: Record<string, readonly string[]> = {};
  for (const name of roles.targets) {
    columns[name] = readNumbers(table, name, cellsOf(table, name));
    if (!schema && columns[name].every(Number.isNaN)) {
      throw new FormatError(`${table.name}: all values of ${name} are missing.`);
    }
  }
  for (const name of [...roles.known, ...roles.observed]) {
    const cells = cellsOf(table, name);
    const words = schema ? schema.categories[name] : wordsIn(cells);
    if (!words) {
      columns[name] = readNumbers(table, name, cells);
      continue;
    }
    if (words.length > MOST_CATEGORIES) {
      throw new FormatError(
        `${table.name}: expected numbers or at most ${MOST_CATEGORIES} different words in ${name}, got ${words.length}. Leave it out.`,
      );
    }
    categories[name] = words;
    for (const word of words) {
      columns[oneHotName(name, word)] = Float64Array.from(cells, (cell) =>
        isMissing(cell) ? NaN : Number(cell.trim() === word),
      );
    }
  }
  return { columns, categories };
}

/** Null for a column of numbers, with or without a slip; sorted, so that the order of rows is no matter. */
function wordsIn(cells: readonly string[]): string[] | null {
  const known = cells.filter((cell) => !isMissing(cell));
  const numbers = known.filter((cell) => "values" in parseNumbers([cell])).length;
  if (numbers > known.length / 2) return null;
  return [...new Set(known.map((cell) => cell.trim()))].sort();
}

function readNumbers(table: CellTable, name: string, cells: readonly string[]): Float64Array {
  const column = parseNumbers(cells);
  if ("values" in column) return column.values;
  const { row, cell, isInfinite } = column.bad;
  throw new FormatError(
    `${table.name}, line ${lineOf(table, row)}, column ${name}: expected a ${isInfinite ? "finite " : ""}number, got ${quoted(cell)}. Missing values are left empty or written NA.`,
  );
}

function readTimes(
  table: CellTable,
  columns: readonly string[],
  notes: string[],
): Float64Array | null {
  if (columns.length === 0) {
    notes.push("no time column: rows are taken as steps, one after the other");
    return null;
  }
  const parts = columns.map((column) => cellsOf(table, column));
  const isParts = columns.length > 1 && parts.every((cells) => /^\d+$/.test(cells[0].trim()));
  const cells = table.rows.map((_, row) => {
    const written = parts.map((cells) => cells[row].trim());
    return isParts ? joinParts(written) : written.join(" ");
  });
  const parsed = parseTimes(cells);
  if ("problem" in parsed) {
    throw new FormatError(
      `${table.name}, line ${lineOf(table, parsed.row)}, column ${columns.join(", ")}: ${parsed.problem}.`,
    );
  }
  notes.push(`time: ${columns.join(", ")}`, ...parsed.notes);
  return parsed.times;
}

/** Year, month, day, hour, minute, second, as far as they are there. */
function joinParts([year, month, day, ...clock]: string[]): string {
  const date = [year, month, ...(day === undefined ? [] : [day])].join("-");
  if (clock.length === 0) return date;
  return `${date} ${[...clock, "00"]
    .slice(0, Math.max(2, clock.length))
    .map((it) => it.padStart(2, "0"))
    .join(":")}`;
}

/** Rows of each series, by its name. */
function groupRows(table: CellTable, id: string | null): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  const names = id === null ? null : cellsOf(table, id);
  table.rows.forEach((_, row) => {
    const name = names ? names[row].trim() : "";
    const rows = groups.get(name) ?? [];
    groups.set(name, rows);
    rows.push(row);
  });
  return groups;
}

interface OrderedRows {
  rows: number[];
  wasSorted: boolean;
  duplicates: number;
}

/** By time; of the same time the last. */
function inOrder(rows: readonly number[], times: Float64Array | null): OrderedRows {
  if (!times) return { rows: [...rows], wasSorted: true, duplicates: 0 };
  const wasSorted = rows.every((row, i) => i === 0 || times[row] >= times[rows[i - 1]]);
  const sorted = wasSorted ? rows : [...rows].sort((a, b) => times[a] - times[b] || a - b);
  const kept = sorted.filter((row, i) => times[row] !== times[sorted[i + 1]]);
  return { rows: kept, wasSorted, duplicates: rows.length - kept.length };
}

function reportCounts(table: CellTable, groups: readonly OrderedRows[], notes: string[]): void {
  if (groups.some(({ wasSorted }) => !wasSorted))
    notes.push("rows were not in order of time: sorted");
  const duplicates = groups.reduce((sum, it) => sum + it.duplicates, 0);
  if (duplicates > MOST_DUPLICATES * table.rows.length) {
    throw new ArgumentError(
      `${table.name}: ${duplicates} of ${table.rows.length} rows repeat a time. If several series are in it, name the column that tells them apart (id).`,
    );
  }
  if (duplicates > 0) notes.push(`${duplicates} rows repeat a time: the last of each counts`);
}

function frequencyOf(
  table: CellTable,
  groups: readonly OrderedRows[],
  times: Float64Array | null,
  schema?: TableSchema,
): DetectedFrequency {
  const none: DetectedFrequency = { frequency: { unit: "step", count: 1 }, irregular: null };
  const long = groups.filter(({ rows }) => rows.length > 1);
  if (!times || long.length === 0) return schema ? { ...none, frequency: schema.frequency } : none;
  const rising = long.map(({ rows }) => Float64Array.from(rows, (row) => times[row]));
  if (!schema) return detectFrequency(rising);
  const { frequency } = schema;
  if (frequency.unit !== "step" && !fits(rising, frequency)) {
    const found = detectFrequency(rising);
    throw new FormatError(
      `${table.name}: expected rows as far apart as in training (${formatFrequency(frequency)}), got ${found.irregular ?? formatFrequency(found.frequency)}.`,
    );
  }
  return { frequency, irregular: null };
}

/** The grid from the first row to the last, and the place of each row on it. */
function onGrid(rows: readonly number[], times: Float64Array | null, frequency: Frequency) {
  const own = Float64Array.from(rows, (row, i) => (times ? times[row] : i));
  if (!times || frequency.unit === "step") {
    return { times: Float64Array.from(rows, (_, i) => i), places: rows.map((_, i) => i) };
  }
  // A holiday is no missing value: trading days follow one another.
  if (frequency.unit === "business-day") return { times: own, places: rows.map((_, i) => i) };
  const steps = gridSteps(own, frequency);
  const places = Array.from(steps, (step) => step - steps[0]);
  const length = places[places.length - 1] + 1;
  const grid = new Float64Array(length);
  grid[0] = own[0];
  grid.set(timesAfter(own[0], length - 1, frequency), 1);
  return { times: grid, places };
}
