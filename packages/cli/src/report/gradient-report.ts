/**
 * @file The report on a model's gradients.
 */

import type { GradientFlow, LayerFlow } from "unrolled";
import { gateRows, spectrumRows } from "./gradient-tables.ts";
import { formatRate } from "../terminal/numbers.ts";
import { lineChart, type Series } from "./charts.ts";
import { html, type Html } from "./html.ts";
import { figure, legend, madeBy, page, table } from "./page.ts";

export interface GradientReport {
  title: string;
  /** What was measured, on what. */
  about: string;
  /** The class that has the cell's colour. */
  className: string;
  command: string;
  flow: GradientFlow;
}

const DASHES = ["", "6 3", "2 3", "8 3 2 3"];

export function gradientReport({ title, about, className, command, flow }: GradientReport): string {
  const { layers, warnings } = flow;
  const spectra = spectrumRows(layers.flatMap((layer) => layer.spectra));
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      <p class="soft">${about}</p>
      ${
        warnings.length === 0
          ? html`<p class="lead-text">Nothing to warn of.</p>`
          : warnings.map(({ message }) => html`<p class="lead-text">${message}</p>`)
      }

      <h2>How far back the last state reaches</h2>
      ${curves(
        layers,
        className,
        (layer) => layer.reach,
        "What is left, so many steps before the last, of a gradient that comes in there; powers of ten. Measured without the loss.",
      )}

      <h2>The loss's gradient, step by step</h2>
      ${curves(
        layers,
        className,
        (layer) => layer.h.byLag,
        "The length of the loss's gradient with respect to each layer's h, by how many steps before the end; powers of ten. Every step has a loss of its own here, so it does not fall as the curves above.",
      )}

      <h2>Gates</h2>
      ${table({ head: ["layer, gate", "mean", "nearly closed", "nearly open"], rows: gateRows(layers) })}
      ${
        spectra.length > 0 &&
        html`<h2>Hidden-to-hidden weights</h2>
          ${table({ head: ["weight, gate", "spectral radius", "norm"], rows: spectra })}`
      }
      ${madeBy(command)}`,
  );
}

function curves(
  layers: readonly LayerFlow[],
  className: string,
  valuesOf: (layer: LayerFlow) => Float64Array,
  says: string,
): Html {
  const series = layers.map((layer, i): Series => {
    const points = Array.from(valuesOf(layer), (value, lag) => [lag, Math.log10(value)] as const);
    return {
      name: layer.name,
      className,
      dash: DASHES[i % DASHES.length],
      points: points.filter(([, value]) => Number.isFinite(value)),
    };
  });
  const heights = series.flatMap(({ points }) => points.map(([, value]) => value));
  const top = Math.ceil(Math.max(-2, ...heights));
  const bottom = Math.floor(Math.min(top - 1, ...heights));
  const lags = Array.from(valuesOf(layers[0]).keys());
  return figure(
    lineChart({
      xLabel: "steps before the last",
      yLabel: "log₁₀",
      series,
      references: [],
      yDomain: [bottom, top],
    }),
    legend(series.map(({ name, dash }) => ({ name, className, dash }))),
    says,
    {
      head: ["steps before", ...layers.map(({ name }) => name)],
      rows: lags.map((lag) => [
        String(lag),
        ...layers.map((layer) => formatRate(valuesOf(layer)[lag])),
      ]),
    },
  );
}
