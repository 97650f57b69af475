/** @file Points with names. */

import type { ScatterPlot } from "../../experiments/plot.ts";
import { Axes, Frame, plotBox } from "./axes.tsx";
import { axisScale, round } from "./scales.ts";

/** More names than this would hide one another. */
const NAMED = 40;

export function Scatter({ plot, width }: { plot: ScatterPlot; width: number }) {
  const box = plotBox(width, 340);
  const { points } = plot;
  const x = axisScale(
    plot.x,
    points.map((point) => point.x),
    [box.left + 12, box.right - 24],
    width < 480 ? 4 : 7,
  );
  const y = axisScale(
    plot.y,
    points.map((point) => point.y),
    [box.bottom - 12, box.top + 12],
    6,
  );
  return (
    <Frame width={width} height={box.height} label={describeScatter(plot)}>
      <Axes box={box} x={x} y={y} xLabel={plot.x.label} yLabel={plot.y.label} />
      <g aria-hidden="true">
        {points.map((point, i) => {
          const at = round(x(point.x));
          const isRight = at > box.right - 80;
          return (
            <g key={i} class={`series role-${point.role}`}>
              <circle class="dot" cx={at} cy={round(y(point.y))} r="4.5" />
              {points.length <= NAMED && (
                <text
                  class="point-name"
                  x={isRight ? at - 9 : at + 9}
                  y={round(y(point.y) + 4)}
                  text-anchor={isRight ? "end" : "start"}
                >
                  {point.label}
                </text>
              )}
            </g>
          );
        })}
      </g>
    </Frame>
  );
}

function describeScatter({ title, x, y, points }: ScatterPlot): string {
  return `${title}. ${points.length} points, ${y.label} over ${x.label}.`;
}
