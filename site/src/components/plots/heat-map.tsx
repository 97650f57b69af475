/** @file Cells in colour: rows downwards, columns to the right, and the scale below. */

import type { HeatMap } from "../../experiments/plot.ts";
import { Frame } from "./axes.tsx";
import { formatNumber } from "../../experiments/format-number.ts";
import { round } from "./scales.ts";

/** The style sheet has a colour for each step: `.heat-0` … `.heat-20`, and `.heat-d0` … around 0. */
const STEPS = 20;

export function heatClass(
  value: number,
  domain: readonly [number, number],
  scale: "linear" | "log" = "linear",
): string {
  if (!Number.isFinite(value)) return "heat-none";
  const [low, high] = scale === "log" ? domain.map(Math.log10) : domain;
  const at = scale === "log" ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value;
  const share = Math.max(0, Math.min(1, (at - low) / (high - low)));
  const isAroundZero = scale === "linear" && low < 0 && high > 0;
  return `${isAroundZero ? "heat-d" : "heat-"}${Math.round(share * STEPS)}`;
}

/** A letter needs this much; a text that is longer than the screen scrolls. */
const LETTER = 10;

export function Heat({ plot, width: room }: { plot: HeatMap; width: number }) {
  const { rows, columns, values, domain, scale } = plot;
  const longest = Math.max(...rows.map((name) => name.length), 1);
  const left = Math.min(longest * 6.8 + 12, room * 0.34);
  const isText = columns.length > 1 && columns.every((name) => name.length <= 1);
  const width = isText ? Math.max(room, left + columns.length * LETTER) : room;
  const cell = (width - left) / Math.max(1, columns.length);
  const rowHeight = Math.max(10, Math.min(34, Math.max(cell, 320 / Math.max(1, rows.length))));
  const top = plot.rowLabel ? 22 : 6;
  const bottom = top + rows.length * rowHeight;
  const height = bottom + (plot.columnLabel ? 38 : 24);
  const every = thinning(columns, cell);
  const everyRow = Math.ceil(13 / rowHeight);

  return (
    <div class="heat">
      <div
        class="heat-cells"
        {...(width > room ? { tabIndex: 0, role: "region", "aria-label": plot.title } : {})}
      >
        <Frame width={width} height={height} label={describeHeat(plot)} isWide={width > room}>
          <g aria-hidden="true">
            {plot.rowLabel && (
              <text class="axis-label" x="0" y="13">
                {plot.rowLabel}
              </text>
            )}
            {rows.map((name, row) => {
              const y = top + row * rowHeight;
              return (
                <g key={row}>
                  {row % everyRow === 0 && (
                    <text
                      class="tick"
                      x={left - 7}
                      y={round(y + rowHeight / 2 + 4)}
                      text-anchor="end"
                    >
                      {name}
                    </text>
                  )}
                  {columns.map((_, column) => (
                    <rect
                      key={column}
                      class={heatClass(values[row]?.[column], domain, scale)}
                      x={round(left + column * cell)}
                      y={round(y)}
                      width={round(cell + 0.4)}
                      height={round(rowHeight + 0.4)}
                    />
                  ))}
                </g>
              );
            })}
            {columns.map((name, column) =>
              column % every === 0 ? (
                <text
                  key={column}
                  class="tick"
                  x={round(left + (column + 0.5) * cell)}
                  y={bottom + 16}
                  text-anchor="middle"
                >
                  {name}
                </text>
              ) : null,
            )}
            {plot.columnLabel && (
              <text class="axis-label" x={width} y={bottom + 33} text-anchor="end">
                {plot.columnLabel}
              </text>
            )}
          </g>
        </Frame>
      </div>
      <HeatScale domain={domain} scale={scale} />
    </div>
  );
}

/** The ramp with its two ends, and 0 where it lies between. */
export function HeatScale({
  domain: [low, high],
  scale = "linear",
}: {
  domain: readonly [number, number];
  scale?: "linear" | "log";
}) {
  const isAroundZero = scale === "linear" && low < 0 && high > 0;
  return (
    <div class="heat-scale">
      <span>{formatNumber(low)}</span>
      <span class={isAroundZero ? "ramp is-diverging" : "ramp"} aria-hidden="true" />
      <span>{formatNumber(high)}</span>
      {scale === "log" && <span class="soft">logarithmic</span>}
    </div>
  );
}

/** Every how many columns there is room for a name. */
function thinning(columns: readonly string[], cell: number): number {
  const longest = Math.max(...columns.map((name) => name.length), 1);
  return Math.max(1, Math.ceil((longest * 6.8 + (longest > 1 ? 8 : 2)) / cell));
}

function describeHeat({ title, rows, columns, rowLabel, columnLabel }: HeatMap): string {
  const across = columnLabel ?? "columns";
  const down = rowLabel ?? "rows";
  return `${title}. Heat map of ${rows.length} ${down} by ${columns.length} ${across}.`;
}
