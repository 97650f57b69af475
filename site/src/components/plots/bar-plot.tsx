/** @file Bars from the left, one below another, with interval, name and value in words. */

import type { BarPlot } from "../../experiments/plot.ts";
import { Frame } from "./axes.tsx";
import { formatNumber } from "../../experiments/format-number.ts";
import { axisScale, round } from "./scales.ts";

const ROW = 34;
const TOP = 26;

export function Bars({ plot, width }: { plot: BarPlot; width: number }) {
  const { bars, references = [] } = plot;
  const isLog = plot.y.scale === "log";
  const left = nameWidth(bars, width);
  const right = width - 74;
  const bottom = TOP + bars.length * ROW;
  const height = bottom + 28;
  const values = [
    ...(isLog ? [] : [0]),
    ...bars.flatMap(({ value, low = value, high = value }) => [value, low, high]),
    ...references.map(({ y }) => y),
  ];
  const x = axisScale(plot.y, values, [left, right], width < 480 ? 3 : 5);
  const place = (value: number) =>
    Math.max(left, Math.min(right, x(isLog ? Math.max(value, 1e-300) : value)));
  const zero = isLog ? left : place(0);

  return (
    <Frame width={width} height={height} label={describeBars(plot)}>
      <g aria-hidden="true">
        <text class="axis-label" x="0" y="13">
          {plot.y.label}
        </text>
        {x.ticks.map(({ value, label }) => (
          <g key={value}>
            <line class="grid" x1={round(x(value))} x2={round(x(value))} y1={TOP} y2={bottom} />
            <text class="tick" x={round(x(value))} y={bottom + 16} text-anchor="middle">
              {label}
            </text>
          </g>
        ))}
        {references.map(({ name, y }) => (
          <g key={name}>
            <line class="reference" x1={round(x(y))} x2={round(x(y))} y1={TOP - 4} y2={bottom} />
            <text
              class="reference-label"
              x={round(x(y))}
              y={TOP - 8}
              text-anchor={x(y) > width / 2 ? "end" : "start"}
            >
              {`${name} ${formatNumber(y)}`}
            </text>
          </g>
        ))}
        {bars.map(({ name, role, value, low, high }, i) => {
          const middle = TOP + i * ROW + ROW / 2;
          const from = Math.min(zero, place(value));
          const end = place(Math.max(value, high ?? value, 0));
          return (
            <g key={name} class={`series role-${role}`}>
              <text class="bar-name" x={left - 10} y={middle + 4} text-anchor="end">
                {fitted(name, left)}
              </text>
              <rect
                class="bar"
                x={round(from)}
                y={middle - 9}
                width={round(Math.max(1.5, Math.abs(place(value) - zero)))}
                height="18"
                rx="2"
              />
              {low !== undefined && high !== undefined && (
                <path
                  class="interval"
                  d={`M${round(place(low))},${middle}H${round(place(high))}M${round(place(low))},${middle - 5}v10M${round(place(high))},${middle - 5}v10`}
                />
              )}
              <text class="bar-value" x={round(end + 8)} y={middle + 4}>
                {formatNumber(value)}
              </text>
            </g>
          );
        })}
      </g>
    </Frame>
  );
}

/** About 6.6 pixels a letter; never more than two fifths of the plot. */
function nameWidth(bars: BarPlot["bars"], width: number): number {
  const longest = Math.max(...bars.map(({ name }) => name.length), 3);
  return Math.min(longest * 6.8 + 14, width * 0.42);
}

function fitted(name: string, room: number): string {
  const letters = Math.floor((room - 12) / 6.4);
  return name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
}

function describeBars({ title, y, bars }: BarPlot): string {
  const values = bars.map(({ name, value }) => `${name} ${formatNumber(value)}`).join(", ");
  return `${title}. Bars of ${y.label}: ${values}.`;
}
