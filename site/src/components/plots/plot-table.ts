/** @file The numbers of a plot as a table. */

import type { Plot, Table } from "../../experiments/plot.ts";

export function plotTable(plot: Plot): Table {
  const { title } = plot;
  switch (plot.kind) {
    case "lines": {
      const places = new Set(plot.series.flatMap(({ points }) => points.map(([x]) => x)));
      const columns = plot.series.map(({ points }) => new Map(points));
      return {
        title,
        columns: [plot.x.label, ...plot.series.map(({ name }) => name)],
        rows: [...places]
          .sort((a, b) => a - b)
          .map((x) => [x, ...columns.map((column) => column.get(x) ?? "")]),
      };
    }
    case "bars": {
      const hasIntervals = plot.bars.some(({ low }) => low !== undefined);
      return {
        title,
        columns: ["", plot.y.label, ...(hasIntervals ? ["from", "to"] : [])],
        rows: plot.bars.map(({ name, value, low = "", high = "" }) => [
          name,
          value,
          ...(hasIntervals ? [low, high] : []),
        ]),
      };
    }
    case "heat-map":
      return {
        title,
        columns: ["", ...plot.columns],
        rows: plot.rows.map((name, row) => [name, ...plot.values[row]]),
      };
    case "scatter":
      return {
        title,
        columns: ["", plot.x.label, plot.y.label],
        rows: plot.points.map(({ label, x, y }) => [label, x, y]),
      };
  }
}
