/**
 * @file The raw results: one JSON object per line; the first says where they come from.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine } from "./machine.mjs";

/**
 * Adds date and machine to `about`. A unit is what has been measured in one run, in turn: units that
 * were not measured again stay in the file, if they come from the same machine and pace. By default
 * everything is one unit.
 *
 * @param {(record: object) => string} [unitOf]
 */
export function writeResults(folder, name, about, records, unitOf = () => name) {
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const fresh = { date, machine: machine(), ...about };
  const measured = new Set(records.map(unitOf));
  const old = readResults(folder, name);
  const kept =
    old && isComparable(old.about, fresh)
      ? old.records.filter((record) => !measured.has(unitOf(record)))
      : [];
  const header = kept.length > 0 ? merged(old.about, fresh, [...kept, ...records]) : fresh;
  const lines = [header, ...kept, ...records];
  writeFileSync(join(folder, `${name}.jsonl`), lines.map(toLine).join("\n") + "\n");
}

function isComparable(a, b) {
  return a.quick === b.quick && JSON.stringify(a.machine) === JSON.stringify(b.machine);
}

/** The systems of both, as they are now, without those that nothing is left of. */
function merged(old, fresh, records) {
  if (!fresh.systems) return fresh;
  const systems = union(old.systems, fresh.systems).filter(({ id }) =>
    records.some(({ system }) => system === id),
  );
  const missing = union(old.missing, fresh.missing).filter(
    ({ id }) => !systems.some((system) => system.id === id),
  );
  return { ...fresh, systems, missing };
}

/** In the order of the longer list; who is in both, as in the second. */
function union(old, fresh) {
  const all = fresh.length < old.length ? [...old, ...fresh] : [...fresh, ...old];
  const ids = new Set(all.map(({ id }) => id));
  return Array.from(ids, (id) => [...fresh, ...old].find((system) => system.id === id));
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
