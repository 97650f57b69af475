/**
 * @file What finished runs found: one line of JSON each, in results/{table}.jsonl.
 */

import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "results");

export interface RunRecord {
  table: string;
  row: string;
  seed: number;
  score: number;
  steps: number;
  details: Record<string, number>;
  /** On the clock; other work on the machine makes it longer. */
  seconds: number;
  /** Of the processor, all threads together. */
  cpuSeconds: number;
  machine: string;
  engine: string;
  threads: number;
  commit: string;
  date: string;
}

/** Of the table of this name, in the order in which they finished. */
export function readRecords<R extends RunRecord = RunRecord>({ name }: { name: string }): R[] {
  const path = join(FOLDER, `${name}.jsonl`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as R);
}

/** The latest record of each of a row's seeds that has one. */
export function recordsOf<R extends RunRecord>(
  records: readonly R[],
  row: { name: string; seeds: readonly number[] },
): R[] {
  return row.seeds.flatMap(
    (seed) => records.findLast((record) => record.row === row.name && record.seed === seed) ?? [],
  );
}

export function addRecord(record: RunRecord): void {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(join(FOLDER, `${record.table}.jsonl`), `${JSON.stringify(record)}\n`);
}
