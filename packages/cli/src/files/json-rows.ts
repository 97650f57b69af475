/**
 * @file JSON as a table: one object a line, or one array of objects.
 */

import { FailureError } from "../errors.ts";

export interface JsonRows {
  kind: "json-lines" | "json";
  columns: string[];
  rows: string[][];
  lines: number[];
}

type JsonObject = Record<string, unknown>;

/** Null where the text does not begin as JSON. */
export function jsonRows(text: string, name: string): JsonRows | null {
  const start = text.trimStart();
  if (start.startsWith("[")) return fromArray(text, name);
  return start.startsWith("{") ? fromLines(text, name) : null;
}

function fromLines(text: string, name: string): JsonRows {
  const objects: JsonObject[] = [];
  const lines: number[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const where = `${name}, line ${i + 1}`;
    objects.push(asObject(parse(line, where), where));
    lines.push(i + 1);
  });
  return { kind: "json-lines", ...toRows(objects), lines };
}

function parse(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new FailureError(
      `${where}: expected one JSON object a line, got ${JSON.stringify(line.slice(0, 40))} (${(error as Error).message}).`,
    );
  }
}

/** Null where it is no JSON: a `[` can begin a CSV file as well. */
function fromArray(text: string, name: string): JsonRows | null {
  let array: unknown;
  try {
    array = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(array) || array.length === 0) return null;
  const objects = array.map((value, i) => asObject(value, `${name}, element ${i + 1}`));
  return { kind: "json", ...toRows(objects), lines: objects.map((_, i) => i + 1) };
}

function asObject(value: unknown, where: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new FailureError(
    `${where}: expected an object such as {"text": "…", "label": "…"}, got ${JSON.stringify(value).slice(0, 40)}.`,
  );
}

/** All keys in the order of their first appearance; what a row lacks is empty. */
function toRows(objects: readonly JsonObject[]): { columns: string[]; rows: string[][] } {
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const rows = objects.map((object) => columns.map((key) => cellOf(object[key])));
  return { columns, rows };
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
