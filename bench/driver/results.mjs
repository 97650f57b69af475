/**
 * @file The raw results: one JSON object per line; the first says where they come from.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine } from "./machine.mjs";

/** Adds date and machine to `about`. */
export function writeResults(folder, name, about, records) {
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const lines = [{ date, machine: machine(), ...about }, ...records];
  writeFileSync(join(folder, `${name}.jsonl`), lines.map(toLine).join("\n") + "\n");
}

/** null if that bench has not been run. */
export function readResults(folder, name) {
  const path = join(folder, `${name}.jsonl`);
  if (!existsSync(path)) return null;
  const [about, ...records] = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));
  return { about, records };
}

/** Five digits are more than any timing has. */
function toLine(record) {
  return JSON.stringify(record, (_, value) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value,
  );
}
