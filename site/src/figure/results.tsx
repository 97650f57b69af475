/** @file Findings, drawn: summary, own figure, plots, tables, claims. Live, and stored in the page. */

import { PlotView } from "../components/plots/plot-view.tsx";
import { TableView } from "../components/plots/table-view.tsx";
import { withPowers } from "../experiments/format-number.ts";
import type { Findings } from "../experiments/experiment.ts";
import type { About, FigureModule } from "./about.ts";
import { Claims } from "./claims.tsx";
import type { Values } from "./protocol.ts";

interface ResultsProps {
  about: About;
  own: FigureModule | null;
  findings: Findings | null;
  settings: Values;
  setSetting: (name: string, value: number | string) => void;
  isSmall: boolean;
  width: number;
}

export function Results({ about, own, findings, width, ...rest }: ResultsProps) {
  const isStandard = own?.placement !== "instead";
  return (
    <>
      {findings && <p class="says-summary">{withPowers(findings.summary)}</p>}
      {own && (
        <div class="own-figure">
          <own.Figure findings={findings} {...rest} />
        </div>
      )}
      {isStandard &&
        findings?.plots.map((plot) => <PlotView key={plot.title} plot={plot} width={width} />)}
      {isStandard &&
        findings?.tables.map((table) => (
          <TableView key={table.title} table={table} title={table.title} />
        ))}
      {findings?.progress === 1 && (
        <Claims claims={findings.claims} expected={about.expected} otherwise={about.otherwise} />
      )}
    </>
  );
}
