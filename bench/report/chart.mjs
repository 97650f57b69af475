/**
 * @file The LSTM's ratios as a picture: one line per shape, one dot per system, on a log scale.
 */

import { scaleLog } from "d3-scale";
import { SHAPES } from "../work.mjs";
import { nameOf } from "./ratios.mjs";
import { times } from "./table.mjs";

const WIDTH = 860;
const LEFT = 150;
const RIGHT = 30;
const ROW = 26;
const COLORS = [
  ...["#d1495b", "#00798c", "#edae49", "#7b5ea7", "#5b8c5a"],
  ...["#8d6a4f", "#e377c2", "#1f77b4", "#9acd32"],
];
const OURS = "#222";

/** Systems with one thread, relative to the fastest of ours. */
export function layersChart({ about, records }) {
  const single = about.systems.filter(({ threads }) => threads === 1);
  const ours = ["native", "wasm", "wasm-simd"]
    .map((engine) => single.find((s) => s.kind === "unrolled" && s.engine === engine))
    .find(Boolean);
  const wasm = single.find((s) => s.engine === "wasm" && s !== ours);
  const peers = single.filter(({ kind }) => kind !== "unrolled");
  const shown = [...(wasm ? [wasm] : []), ...peers];

  const shapes = Object.keys(SHAPES).filter((name) => records.some(({ shape }) => shape === name));
  const rows = ["training", "inference"].flatMap((mode) =>
    shapes.map((shape) => ({ mode, shape, dots: dotsOf(records, mode, shape, ours, shown) })),
  );
  const ratios = rows.flatMap(({ dots }) => dots.map(({ ratio }) => ratio));
  const x = scaleLog()
    .domain([Math.min(0.5, ...ratios) * 0.9, Math.max(10, ...ratios) * 1.1])
    .range([LEFT, WIDTH - RIGHT]);
  const colorOf = (system) =>
    system === wasm ? "#888" : COLORS[peers.indexOf(system) % COLORS.length];

  const legendTop = 20;
  const legendRows = Math.ceil((shown.length + 1) / 3);
  const top = legendTop + legendRows * 20 + 24;
  const bottom = top + rows.length * ROW;
  const ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter(
    (tick) => tick >= x.domain()[0] && tick <= x.domain()[1],
  );
  const legend = [{ name: ours ? `${nameOf(ours)} = 1` : "", color: OURS }].concat(
    shown.map((system) => ({ name: nameOf(system), color: colorOf(system) })),
  );

  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 50}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...legend.map(({ name, color }, i) => {
      const at = LEFT + (i % 3) * 225;
      const y = legendTop + Math.floor(i / 3) * 20;
      return `<circle cx="${at}" cy="${y}" r="5" fill="${color}"/><text x="${at + 10}" y="${y + 4}">${name}</text>`;
    }),
    ...ticks.map((tick) => {
      const at = round(x(tick));
      const stroke = tick === 1 ? `stroke="${OURS}" stroke-width="1.5"` : `stroke="#ddd"`;
      return `<line x1="${at}" x2="${at}" y1="${top}" y2="${bottom}" ${stroke}/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${tick}×</text>`;
    }),
    ...rows.map(({ mode, shape, dots }, i) => {
      const y = top + (i + 0.5) * ROW;
      const circles = dots.map(
        ({ system, ratio }) =>
          `<circle cx="${round(x(ratio))}" cy="${y}" r="5" fill="${colorOf(system)}" fill-opacity=".85"><title>${nameOf(system)}: ${times(ratio).replaceAll("*", "")}</title></circle>`,
      );
      return `<text x="${LEFT - 14}" y="${y + 4}" text-anchor="end">${mode} ${shape}</text>${circles.join("")}`;
    }),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${bottom + 40}" text-anchor="middle">LSTM, one thread: how many times as long as ours (log scale)</text>`,
    "</svg>",
  ];
  return parts.join("\n") + "\n";
}

function dotsOf(records, mode, shape, ours, systems) {
  const timeOf = (system) =>
    records.find(
      (r) => r.system === system.id && r.cell === "lstm" && r.mode === mode && r.shape === shape,
    )?.medianMs;
  const base = ours && timeOf(ours);
  if (!base) return [];
  return systems
    .map((system) => ({ system, ratio: timeOf(system) / base }))
    .filter(({ ratio }) => ratio > 0);
}

function round(value) {
  return Math.round(value * 10) / 10;
}
