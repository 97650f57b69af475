/**
 * @file A table in plain columns: no frames, so that it can be pasted anywhere.
 */

import { stripVTControlCharacters } from "node:util";

export interface Column {
  title: string;
  /** Default: `"right"`, as numbers want it. */
  align?: "left" | "right";
}

/**
 * Rows under their titles, a rule between. Cells may carry colours.
 *
 * @example
 * renderTable([{ title: "cell", align: "left" }, { title: "loss" }], [["LSTM", "1.612"]]);
 */
export function renderTable(columns: readonly Column[], rows: readonly string[][]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align = "right" }, i) => pad(cells[i] ?? "", widths[i], align))
      .join("   ")
      .trimEnd();
  const rule = widths.map((n) => "─".repeat(n)).join("───");
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)]
    .map((text) => `  ${text}`)
    .join("\n");
}

/** Names on the left, values on the right of them. */
export function renderPairs(pairs: readonly (readonly [name: string, value: string])[]): string {
  const widest = Math.max(0, ...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `  ${pad(name, widest, "left")}   ${value}`).join("\n");
}

function pad(text: string, size: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, size - width(text)));
  return align === "left" ? text + space : space + text;
}

/** Columns on the screen, for text without wide characters. */
export function width(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
