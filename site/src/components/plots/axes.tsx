/** @file What plots with axes have in common: the frame, the grid, heights to compare with. */

import type { ComponentChildren } from "preact";
import type { Reference } from "../../experiments/plot.ts";
import { formatNumber } from "../../experiments/format-number.ts";
import { round, type Scale } from "./scales.ts";

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
  height: number;
}

/** The same height at every width, so that nothing moves when the width is known. */
export function plotBox(width: number, height = 300): Box {
  return { left: 52, right: width - 12, top: 28, bottom: height - 44, height };
}

export function Frame({
  width,
  height,
  label,
  isWide = false,
  children,
}: {
  width: number;
  height: number;
  label: string;
  /** Wider than its place, in which it scrolls. */
  isWide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <svg
      class="plot-svg"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      style={`height:${height}px${isWide ? `;width:${width}px;max-width:none` : ""}`}
    >
      {children}
    </svg>
  );
}

export function Axes({
  box,
  x,
  y,
  xLabel,
  yLabel,
}: {
  box: Box;
  x: Scale;
  y: Scale;
  xLabel: string;
  yLabel: string;
}) {
  return (
    <g class="axes" aria-hidden="true">
      <text class="axis-label" x="0" y="13">
        {yLabel}
      </text>
      {y.ticks.map(({ value, label }) => (
        <g key={value}>
          <line
            class="grid"
            x1={box.left}
            x2={box.right}
            y1={round(y(value))}
            y2={round(y(value))}
          />
          <text class="tick" x={box.left - 8} y={round(y(value) + 4)} text-anchor="end">
            {label}
          </text>
        </g>
      ))}
      {x.ticks.map(({ value, label }) => (
        <g key={value}>
          <line
            class="tick-mark"
            x1={round(x(value))}
            x2={round(x(value))}
            y1={box.bottom}
            y2={box.bottom + 5}
          />
          <text class="tick" x={round(x(value))} y={box.bottom + 19} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
      <line class="axis" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
      <text class="axis-label" x={box.right} y={box.height - 6} text-anchor="end">
        {xLabel}
      </text>
    </g>
  );
}

/** Dotted heights, each with its name where it does not run into the next. */
export function References({
  box,
  y,
  references,
}: {
  box: Box;
  y: Scale;
  references: readonly Reference[];
}) {
  const [low, high] = y.domain;
  const shown = references
    .filter((reference) => reference.y >= low && reference.y <= high)
    .map((reference) => ({ ...reference, at: y(reference.y), label: y(reference.y) - 5 }))
    .sort((a, b) => b.at - a.at);
  shown.forEach((reference, i) => {
    if (i > 0) reference.label = Math.min(reference.label, shown[i - 1].label - 14);
  });
  return (
    <g class="references" aria-hidden="true">
      {shown.map((reference) => (
        <g key={reference.name}>
          <line
            class="reference"
            x1={box.left}
            x2={box.right}
            y1={round(reference.at)}
            y2={round(reference.at)}
          />
          <text
            class="reference-label"
            x={box.right}
            y={round(Math.max(reference.label, 24))}
            text-anchor="end"
          >
            {`${reference.name} ${formatNumber(reference.y)}`}
          </text>
        </g>
      ))}
    </g>
  );
}
