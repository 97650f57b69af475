/**
 * @file A Parquet file as a table of cells, by hyparquet, where that is installed.
 */

import { FailureError } from "../errors.ts";
import { label, readBytes, sourceOf, type Source } from "./read-bytes.ts";

const MAX_BYTES = 300e6;

export interface ParquetTable {
  name: string;
  columns: string[];
  /** As a text file would have them: dates in ISO form, nothing for null. */
  rows: string[][];
  source: Source;
}

/** Whether a file's name says that it is Parquet. */
export function isParquet(name: string): boolean {
  return /\.(parquet|pq)$/i.test(name);
}

/**
 * Reads all columns that hold one value for each row.
 *
 * @throws FailureError if hyparquet is not installed, or the file cannot be read
 */
export async function readParquet(name: string): Promise<ParquetTable> {
  const { bytes } = readBytes(name, {
    most: MAX_BYTES,
    advice: "Write a part of it to another file.",
  });
  const { parquetReadObjects } = await loadHyparquet();
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  let objects: Record<string, unknown>[];
  try {
    objects = await parquetReadObjects({ file: file as ArrayBuffer });
  } catch (error) {
    throw new FailureError(
      `${label(name)}: cannot be read as Parquet (${(error as Error).message}). Is it whole? Columns packed with other than snappy need another file.`,
    );
  }
  const columns = Object.keys(objects[0] ?? {});
  const rows = objects.map((object) => columns.map((column) => cellOf(object[column])));
  return { name: label(name), columns, rows, source: sourceOf([name], [bytes]) };
}

async function loadHyparquet() {
  try {
    return await import("hyparquet");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new FailureError(
      "Parquet files are read by hyparquet, which is not installed. Install it beside unrolled-cli: npm install hyparquet",
    );
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  return JSON.stringify(value) ?? "";
}
