/** @file Any plot with its title, its legend and its numbers. */

import { useState } from "preact/hooks";
import type { Plot, Role, Table } from "../../experiments/plot.ts";
import { PALETTE } from "../../palette.ts";
import { Bars } from "./bar-plot.tsx";
import { Heat } from "./heat-map.tsx";
import { hasLineNames, Lines } from "./line-plot.tsx";
import { plotTable } from "./plot-table.ts";
import { Scatter } from "./scatter-plot.tsx";
import { seriesClasses } from "./series-class.ts";
import { TableView } from "./table-view.tsx";

/** A page is not made heavier than this by numbers that nobody has asked for yet. */
const NUMBERS_AT_ONCE = 600;

export function PlotView({ plot, width }: { plot: Plot; width: number }) {
  return (
    <section class={`plot plot-${plot.kind}`}>
      <h4 class="plot-title">{plot.title}</h4>
      <Legend plot={plot} width={width} />
      {draw(plot, width)}
      <Numbers table={plotTable(plot)} />
    </section>
  );
}

function draw(plot: Plot, width: number) {
  switch (plot.kind) {
    case "lines":
      return <Lines plot={plot} width={width} />;
    case "bars":
      return <Bars plot={plot} width={width} />;
    case "heat-map":
      return <Heat plot={plot} width={width} />;
    case "scatter":
      return <Scatter plot={plot} width={width} />;
  }
}

function Legend({ plot, width }: { plot: Plot; width: number }) {
  const entries = legendOf(plot, width);
  if (entries.length < 2) return null;
  const classes = seriesClasses(entries);
  return (
    <ul class="legend">
      {entries.map(({ name }, i) => (
        <li key={i} class={classes[i]}>
          <svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true">
            {plot.kind === "scatter" ? (
              <circle class="dot" cx="14" cy="5" r="4" />
            ) : (
              <path class="curve" d="M1,5H27" />
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function legendOf(plot: Plot, width: number): { name: string; role: Role; dashed?: boolean }[] {
  if (plot.kind === "lines") return hasLineNames(plot, width) ? [] : [...plot.series];
  if (plot.kind !== "scatter") return [];
  const roles = [...new Set(plot.points.map(({ role }) => role))];
  return roles
    .filter((role) => PALETTE[role].name)
    .map((role) => ({ name: PALETTE[role].name, role }));
}

/** The table behind a plot, written out when it is opened. */
function Numbers({ table }: { table: Table }) {
  const cells = table.rows.length * table.columns.length;
  const [isOpen, setOpen] = useState(cells <= NUMBERS_AT_ONCE);
  return (
    <details class="numbers" onToggle={({ currentTarget }) => currentTarget.open && setOpen(true)}>
      <summary>The numbers</summary>
      {isOpen && <TableView table={table} />}
    </details>
  );
}
