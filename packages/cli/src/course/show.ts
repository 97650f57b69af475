/** @file Findings in the terminal: what was found, what was expected, and whether it came out. */

import {
  formatNumber,
  formatRange,
  holds,
  type Experiment,
  type Findings,
} from "unrolled-course/experiments";
import { renderTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { drawPlot } from "./plots.ts";

/** Longer lines tire the eye, however wide the screen. */
const MAX_COLUMNS = 96;

export function showFindings(
  { expected, otherwise }: Experiment,
  { summary, plots, tables, claims }: Findings,
  terminal: Terminal,
): void {
  const { style } = terminal;
  terminal.say(summary);
  for (const plot of plots) {
    const lines = drawPlot(plot, Math.min(MAX_COLUMNS, terminal.columns), style);
    terminal.print(["", ...lines].join("\n"));
  }
  for (const { title, columns, rows } of tables) {
    const cells = rows.map((row) =>
      row.map((value) => (typeof value === "number" ? formatNumber(value, 4) : value)),
    );
    const heads = columns.map((name, at) => ({
      title: name,
      align: at === 0 ? ("left" as const) : ("right" as const),
    }));
    terminal.print(`\n${style("bold", title)}\n${renderTable(heads, cells)}`);
  }
  terminal.print();
  terminal.say(`Expected: ${expected}`);
  if (claims.length === 0) {
    terminal.say("With these settings nothing is claimed.");
    return;
  }
  for (const claim of claims) {
    const mark = holds(claim) ? style("green", "✓") : style("red", "✗");
    const observed = `${formatNumber(claim.observed)} (expected ${formatRange(claim)})`;
    terminal.print(`  ${mark} ${claim.says}: ${observed}`);
  }
  if (!claims.every(holds)) terminal.say(`What that means: ${otherwise}`);
}
