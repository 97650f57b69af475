/** @file Lines over an axis, linear or logarithmic. */

import { line } from "d3-shape";
import type { LinePlot, Series } from "../../experiments/plot.ts";
import { Axes, Frame, plotBox, References } from "./axes.tsx";
import { seriesClasses } from "./series-class.ts";
import { axisScale, round, type Scale } from "./scales.ts";

/** Points up to this number are marked one by one. */
const MARKED = 16;

/** From this width on each line carries its name at its end; below, a legend has to do. */
const NAMED_FROM = 560;
/** So far apart at least are two names. */
const NAME_HEIGHT = 15;

export function hasLineNames(plot: LinePlot, width: number): boolean {
  const { length } = plot.series;
  return width >= NAMED_FROM && length > 1 && length <= 12 && nameRoom(plot) < width * 0.3;
}

/** About 6.9 pixels a letter. */
function nameRoom({ series }: LinePlot): number {
  return Math.max(...series.map(({ name }) => name.length)) * 6.9 + 12;
}

export function Lines({ plot, width }: { plot: LinePlot; width: number }) {
  const isNamed = hasLineNames(plot, width);
  const box = plotBox(isNamed ? width - nameRoom(plot) : width);
  const classes = seriesClasses(plot.series);
  const all = plot.series.flatMap(({ points }) => points);
  const x = axisScale(
    plot.x,
    all.map(([at]) => at),
    [box.left, box.right],
    width < 480 ? 5 : 8,
  );
  const heights = [...all.map(([, value]) => value), ...(plot.references ?? []).map(({ y }) => y)];
  const y = axisScale(plot.y, heights, [box.bottom, box.top], 6);
  const clip = `clip-${slug(plot.title)}-${width}`;

  return (
    <Frame width={width} height={box.height} label={describeLines(plot)}>
      <Axes box={box} x={x} y={y} xLabel={plot.x.label} yLabel={plot.y.label} />
      <clipPath id={clip}>
        <rect
          x={box.left - 4}
          y={box.top - 4}
          width={box.right - box.left + 8}
          height={box.bottom - box.top + 8}
        />
      </clipPath>
      <References box={box} y={y} references={plot.references ?? []} />
      <g clip-path={`url(#${clip})`}>
        {plot.series.map((series, i) => (
          <Curve key={i} series={series} className={classes[i]} x={x} y={y} />
        ))}
      </g>
      {isNamed && <Names plot={plot} classes={classes} left={box.right + 8} y={y} />}
    </Frame>
  );
}

function Curve({
  series: { name, points },
  className,
  x,
  y,
}: {
  series: Series;
  className: string;
  x: Scale;
  y: Scale;
}) {
  const isShown = (value: number) => Number.isFinite(value) && (!y.isLog || value > 0);
  const path = line<readonly [number, number]>(
    ([at]) => round(x(at)),
    ([, value]) => round(y(value)),
  ).defined(([, value]) => isShown(value));
  return (
    <g class={className} data-series={name}>
      <path class="curve" d={path(points as [number, number][]) ?? ""} />
      {points.length <= MARKED &&
        points
          .filter(([, value]) => isShown(value))
          .map(([at, value]) => (
            <circle key={at} class="dot" cx={round(x(at))} cy={round(y(value))} r="3" />
          ))}
    </g>
  );
}

/** Each line's name beside its last point, moved apart where they would lie on one another. */
function Names({
  plot,
  classes,
  left,
  y,
}: {
  plot: LinePlot;
  classes: readonly string[];
  left: number;
  y: Scale;
}) {
  const [low, high] = y.domain;
  const names = plot.series
    .map(({ name, points }, i) => {
      const last = points.findLast(
        ([, value]) => Number.isFinite(value) && (!y.isLog || value > 0),
      );
      const value = Math.max(low, Math.min(high, last?.[1] ?? low));
      return { name, className: classes[i], at: y(value) };
    })
    .sort((a, b) => a.at - b.at);
  names.forEach((name, i) => {
    if (i > 0) name.at = Math.max(name.at, names[i - 1].at + NAME_HEIGHT);
  });
  // Pushed out at the bottom, they go back up.
  let limit = y(low) + 4;
  for (const name of [...names].reverse()) {
    name.at = Math.min(name.at, limit);
    limit = name.at - NAME_HEIGHT;
  }
  return (
    <g aria-hidden="true">
      {names.map(({ name, className, at }) => (
        <text key={name} class={`${className} line-name`} x={left} y={round(at + 4)}>
          {name}
        </text>
      ))}
    </g>
  );
}

/** What the axes are, for those who do not see them; the numbers are in the table. */
function describeLines({ title, x, y, series }: LinePlot): string {
  const names = series.map(({ name }) => name).join(", ");
  const logarithmic = y.scale === "log" ? ", logarithmic" : "";
  return `${title}. Lines of ${y.label}${logarithmic} over ${x.label}: ${names}.`;
}

export function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
