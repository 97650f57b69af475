/**
 * @file How cost grows, as a picture: a small plot for each size, both axes logarithmic, so that what
 * is linear runs beside the dashed line.
 */

import { scaleLog } from "d3-scale";
import { digits } from "./table.mjs";

const PANELS = [
  { axis: "seq", unit: "ms" },
  { axis: "batch", unit: "ms" },
  { axis: "hiddenSize", unit: "ms" },
  { axis: "numLayers", unit: "ms" },
  { axis: "threads", unit: "ms", dashed: -1 },
  { axis: "memory", unit: "MiB", label: "seq" },
];
const MODES = { training: "#d1495b", inference: "#00798c" };
const COLUMNS = 3;
const WIDTH = 290;
const HEIGHT = 220;
const LEFT = 48;
const TOP = 34;
const BOTTOM = 44;
const RIGHT = 16;

export function growthChart({ records }) {
  const panels = PANELS.map((panel) => ({
    ...panel,
    rows: records.filter(({ axis }) => axis === panel.axis),
  })).filter(({ rows }) => rows.length > 1);
  const width = COLUMNS * WIDTH;
  const height = Math.ceil(panels.length / COLUMNS) * HEIGHT + 30;
  const legend = [...Object.entries(MODES), ["linear", "#999"]].map(
    ([name, color], i) =>
      `<circle cx="${LEFT + i * 110}" cy="14" r="5" fill="${color}"/><text x="${LEFT + 10 + i * 110}" y="18">${name}</text>`,
  );
  const plots = panels.map((panel, i) => {
    const x = (i % COLUMNS) * WIDTH;
    const y = Math.floor(i / COLUMNS) * HEIGHT + 24;
    return `<g transform="translate(${x} ${y})">${plotOf(panel)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...legend,
    ...plots,
    "</svg>\n",
  ].join("\n");
}

function plotOf({ axis, label = axis, unit, dashed = 1, rows }) {
  const valueOf = (row, mode) => row[mode].medianMs ?? row[mode];
  const values = rows.flatMap((row) => Object.keys(MODES).map((mode) => valueOf(row, mode)));
  const sizes = rows.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = scaleLog()
    .domain([sizes[0], sizes.at(-1)])
    .range([LEFT, WIDTH - RIGHT]);
  const y = scaleLog()
    .domain([low / 1.5, high * 1.5])
    .range([HEIGHT - BOTTOM, TOP]);
  const path = (points) =>
    points.map(([a, b], i) => `${i === 0 ? "M" : "L"}${round(x(a))} ${round(y(b))}`).join("");

  const lines = Object.entries(MODES).map(([mode, color]) => {
    const points = rows.map((row) => [row.value, valueOf(row, mode)]);
    const dots = points.map(
      ([a, b]) =>
        `<circle cx="${round(x(a))}" cy="${round(y(b))}" r="3.5" fill="${color}"><title>${digits(b)} ${unit}</title></circle>`,
    );
    return `<path d="${path(points)}" fill="none" stroke="${color}" stroke-width="1.5"/>${dots.join("")}`;
  });
  const linear = sizes
    .map((size) => [size, valueOf(rows[0], "training") * (size / sizes[0]) ** dashed])
    .filter(([, value]) => value >= low / 1.5 && value <= high * 1.5);
  return [
    `<text x="${LEFT}" y="${TOP - 10}" font-weight="bold">${axis === "memory" ? "memory" : "time"}, ${unit}</text>`,
    ...[low, high].map(
      (value) =>
        `<text x="${LEFT - 6}" y="${round(y(value)) + 4}" text-anchor="end">${digits(value)}</text>`,
    ),
    ...sizes.map((size) => {
      const at = round(x(size));
      return `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#eee"/><text x="${at}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${size}</text>`;
    }),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - BOTTOM + 32}" text-anchor="middle">${label}</text>`,
    `<path d="${path(linear)}" fill="none" stroke="#999" stroke-dasharray="4 3"/>`,
    ...lines,
  ].join("");
}

function round(value) {
  return Math.round(value * 10) / 10;
}
