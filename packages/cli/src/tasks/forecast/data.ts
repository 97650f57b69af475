/**
 * @file A file of series, read as the options say, or as a model was trained.
 */

import type { Command } from "commander";
import {
  observedLength,
  readSeries,
  sliceSeries,
  type ColumnRoles,
  type ReadSeries,
  type SeriesSet,
  type TableSchema,
} from "unrolled/tasks/forecast";
import { wholeNumber } from "../../commands/options.ts";
import { FailureError } from "../../errors.ts";
import { isParquet, readParquet } from "../../files/read-parquet.ts";
import type { Source } from "../../files/read-bytes.ts";
import { readTable, tableOptions, type TableOptions } from "../../files/read-table.ts";

/** How much is read, and which column is what; what nobody says is found. */
export interface RoleOptions {
  /** Read so many rows and no more. */
  rows?: number;
  target?: string[];
  time?: string[] | false;
  id?: string | false;
  known?: string[];
  observed?: string[] | false;
}

export interface SeriesFile extends ReadSeries {
  name: string;
  rows: number;
  source: Source;
}

/** `a,b , c` → the three names. */
export function names(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  return list.filter((name) => name !== "");
}

export function addRoleOptions(command: Command): void {
  command
    .option(
      "--target <columns>",
      "to forecast, with commas between (default: found by name)",
      names,
    )
    .option("--time <columns>", "one column, or several that make a time (default: found)", names)
    .option("--no-time", "rows are steps, one after the other")
    .option("--id <column>", "names the series of each row, where there are many (default: found)")
    .option("--no-id", "all rows are one series")
    .option("--known <columns>", "covariates whose future is known, such as holidays", names)
    .option(
      "--observed <columns>",
      "covariates known up to now (default: all other columns)",
      names,
    )
    .option("--no-observed", "no other column is read")
    .option("--rows <n>", "read the first n rows only (default: all)", wholeNumber(2));
}

export function addTableOptions(command: Command): void {
  for (const option of tableOptions()) command.addOption(option);
}

export async function readSeriesFile(
  file: string,
  options: RoleOptions & TableOptions,
  schema?: TableSchema,
): Promise<SeriesFile> {
  const whole = isParquet(file) ? await readParquet(file) : readTable(file, options);
  const table = { ...whole, rows: whole.rows.slice(0, options.rows) };
  const series = readSeries(table, rolesOf(options), schema);
  return { ...series, name: table.name, rows: table.rows.length, source: table.source };
}

function rolesOf({ target, time, id, known, observed }: RoleOptions): ColumnRoles {
  return {
    targets: target,
    time: time === false ? null : time,
    id: id === false ? null : id,
    known,
    observed: observed === false ? [] : observed,
  };
}

/** Without the rows after the last value of a target, whose known covariates are of the future. */
export function observedPart(set: SeriesSet): SeriesSet {
  const series = set.series
    .map((it) => sliceSeries(it, 0, observedLength(set, it)))
    .filter(({ times }) => times.length > 0);
  if (series.length > 0) return { ...set, series };
  throw new FailureError(`There is no value of ${set.targets.join(" or ")} in any row.`);
}
