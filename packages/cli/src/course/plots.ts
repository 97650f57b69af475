/** @file The plots of an experiment as text. */

import { scaleLinear, scaleLog } from "d3-scale";
import { formatNumber, formatPower } from "unrolled-course/experiments";
import type {
  Axis,
  BarPlot,
  HeatMap,
  LinePlot,
  Plot,
  Reference,
  ScatterPlot,
} from "unrolled-course/experiments";
import { PALETTE } from "unrolled-course/palette";
import type { Styler } from "../terminal/terminal.ts";
import { width as widthOf } from "../terminal/table.ts";
import { DotCanvas } from "./braille.ts";

type Role = keyof typeof PALETTE;

const ROWS = 14;
/** From nothing to full. */
const SHADES = " ░▒▓█";

/** As many lines as it needs, none longer than `columns`. */
export function drawPlot(plot: Plot, columns: number, style: Styler): string[] {
  const title = style("bold", plot.title);
  switch (plot.kind) {
    case "lines":
      return [title, ...drawLines(plot, columns, style)];
    case "bars":
      return [title, ...drawBars(plot, columns, style)];
    case "heat-map":
      return [title, ...drawHeatMap(plot, columns)];
    case "scatter":
      return [title, ...drawScatter(plot, columns, style)];
  }
}

function paint(style: Styler, role: Role, text: string): string {
  return style(PALETTE[role].color, text);
}

interface Scale {
  (value: number): number;
  low: string;
  high: string;
  shows(value: number): boolean;
}

function scaleFor(
  { scale, domain }: Axis,
  values: readonly number[],
  range: [number, number],
): Scale {
  const isLog = scale === "log";
  const shows = (value: number) => Number.isFinite(value) && (!isLog || value > 0);
  const shown = values.filter(shows);
  let [low, high] = domain ?? [
    shown.reduce((a, b) => Math.min(a, b), Infinity),
    shown.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (low > high) [low, high] = isLog ? [0.1, 1] : [0, 1];
  if (low === high) [low, high] = isLog ? [low / 10, high * 10] : [low - 1, high + 1];
  const map = (isLog ? scaleLog : scaleLinear)([low, high], range).clamp(true);
  const format = isLog ? formatPower : formatNumber;
  return Object.assign((value: number) => map(value), {
    low: format(low),
    high: format(high),
    shows,
  });
}

/** A canvas in a frame: heights on the left, places below. */
function framed(
  lines: readonly string[],
  { low: bottom, high: top }: Scale,
  { low: left, high: right }: Scale,
  { x, y }: { x: Axis; y: Axis },
  columns: number,
): string[] {
  const margin = Math.max(widthOf(top), widthOf(bottom));
  const label = (row: number) => {
    const text = row === 0 ? top : row === lines.length - 1 ? bottom : "";
    return " ".repeat(margin - widthOf(text)) + text;
  };
  const gap = Math.max(1, columns - margin - 2 - widthOf(left) - widthOf(right) - x.label.length);
  const before = " ".repeat(Math.floor(gap / 2));
  return [
    `${" ".repeat(margin)} ${y.label}`,
    ...lines.map((line, row) => `${label(row)} ┤${line}`),
    `${" ".repeat(margin)} └${"─".repeat(Math.max(0, columns - margin - 2))}`,
    `${" ".repeat(margin)}  ${left}${before}${x.label}${" ".repeat(gap - before.length)}${right}`,
  ];
}

function drawLines(plot: LinePlot, columns: number, style: Styler): string[] {
  const all = plot.series.flatMap(({ points }) => points);
  const references = plot.references ?? [];
  const canvas = new DotCanvas<Role>(Math.max(20, columns - 12), ROWS);
  const xs = all.map(([x]) => x);
  const ys = [...all.map(([, y]) => y), ...references.map(({ y }) => y)];
  const x = scaleFor(plot.x, xs, [0, canvas.width - 1]);
  const y = scaleFor(plot.y, ys, [canvas.height - 1, 0]);

  for (const reference of references) {
    if (!y.shows(reference.y)) continue;
    for (let at = 0; at < canvas.width; at += 4) canvas.dot(at, y(reference.y), "neutral");
  }
  for (const { points, role } of plot.series) {
    let last: readonly [number, number] | null = null;
    for (const [at, value] of points) {
      const place = y.shows(value) && x.shows(at) ? ([x(at), y(value)] as const) : null;
      if (place && last) canvas.line(...last, ...place, role);
      else if (place) canvas.dot(...place, role);
      last = place;
    }
  }
  const lines = canvas.toLines((text, role) => paint(style, role, text));
  const ends = plot.series.map(({ name, role, points }) => {
    const end = points.at(-1)?.[1];
    const value = end === undefined ? "" : `, at the end ${formatNumber(end)}`;
    return `  ${paint(style, role, "──")} ${name}${value}`;
  });
  return [
    ...framed(lines, y, x, plot, Math.max(20, columns - 12) + 12),
    ...ends,
    ...describeReferences(references),
  ];
}

function describeReferences(references: readonly Reference[]): string[] {
  return references.map(({ name, y }) => `  ·· ${name} ${formatNumber(y)}`);
}

function drawBars({ bars, y, references = [] }: BarPlot, columns: number, style: Styler): string[] {
  const nameWidth = Math.min(30, Math.max(...bars.map(({ name }) => widthOf(name)), 1));
  const room = Math.max(10, columns - nameWidth - 32);
  const values = [
    ...(y.scale === "log" ? [] : [0]),
    ...bars.map(({ value }) => value),
    ...references.map((reference) => reference.y),
  ];
  const scale = scaleFor(y, values, [0, room]);
  return [
    `  ${y.label}`,
    ...bars.map(({ name, role, value, low, high }) => {
      const length = scale.shows(value) ? Math.max(0, Math.round(scale(value))) : 0;
      const interval =
        low === undefined || high === undefined
          ? ""
          : ` (${formatNumber(low)} to ${formatNumber(high)})`;
      const bar = paint(style, role, "█".repeat(length) || "▏");
      return `  ${name.slice(0, 30).padEnd(nameWidth)}  ${bar} ${formatNumber(value)}${interval}`;
    }),
    ...describeReferences(references),
  ];
}

function drawHeatMap(
  { rows, columns: names, values, domain, scale = "linear", rowLabel, columnLabel }: HeatMap,
  columns: number,
): string[] {
  const margin = Math.min(16, Math.max(...rows.map((name) => name.length), 1));
  const every = Math.max(1, Math.ceil(names.length / Math.max(1, columns - margin - 3)));
  const shown = names.map((_, i) => i).filter((i) => i % every === 0);
  const transform = scale === "log" ? Math.log10 : Number;
  const [low, high] = domain.map(transform);
  const shade = (value: number) => {
    if (!Number.isFinite(value)) return "?";
    const share = Math.max(0, Math.min(1, (transform(value) - low) / (high - low)));
    return SHADES[Math.round(share * (SHADES.length - 1))];
  };
  const isText = names.every((name) => name.length <= 1);
  const across = columnLabel ?? "";
  return [
    rowLabel ? `  ${rowLabel}` : "",
    ...rows.map((name, row) => {
      const cells = shown.map((column) => shade(values[row][column])).join("");
      return `  ${name.slice(0, 16).padStart(margin)} ${cells}`;
    }),
    isText ? `  ${" ".repeat(margin)} ${shown.map((i) => names[i] || " ").join("")}` : "",
    isText ? "" : `  ${" ".repeat(margin)} ${names[0]} … ${names.at(-1)} ${across}`,
    `  “${SHADES[0]}” ${formatNumber(domain[0])} … “█” ${formatNumber(domain[1])}`,
  ].filter((line) => line !== "");
}

function drawScatter(plot: ScatterPlot, columns: number, style: Styler): string[] {
  const room = Math.max(20, columns - 12);
  const grid: { text: string; role: Role | null }[][] = Array.from({ length: ROWS }, () =>
    Array.from({ length: room }, () => ({ text: " ", role: null })),
  );
  const { points } = plot;
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const x = scaleFor(plot.x, xs, [0, room - 1]);
  const y = scaleFor(plot.y, ys, [ROWS - 1, 0]);
  for (const point of points) {
    const row = grid[Math.round(y(point.y))];
    const column = Math.round(x(point.x));
    row[column] = { text: "●", role: point.role };
    const label = Array.from(` ${point.label}`);
    const free = row.slice(column + 1, column + 2 + label.length);
    if (free.length <= label.length || free.some(({ text }) => text !== " ")) continue;
    label.forEach((text, i) => (row[column + 1 + i] = { text, role: point.role }));
  }
  const lines = grid.map((row) =>
    row.map(({ text, role }) => (role ? paint(style, role, text) : text)).join(""),
  );
  return framed(lines, y, x, plot, room + 12);
}
