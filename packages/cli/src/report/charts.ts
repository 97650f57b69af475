/**
 * @file Plots as SVG text. Each is drawn twice, for a wide screen and for a phone, and the page
 * shows the one that fits: an SVG that is merely scaled down would have letters too small to read.
 */

import { scaleLinear, type ScaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { html, type Html } from "./html.ts";

export interface Series {
  name: string;
  /** The CSS class that carries the colour. */
  className: string;
  dash?: string;
  /** Thin and pale: there for context. */
  isFaint?: boolean;
  points: readonly (readonly [x: number, y: number])[];
}

/** A height to compare with. */
export interface Reference {
  name: string;
  y: number;
}

export interface LineChart {
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
  references: readonly Reference[];
  yDomain: readonly [low: number, high: number];
}

export interface Bar {
  name: string;
  value: number;
  className: string;
}

interface Size {
  className: string;
  width: number;
  height: number;
  /** Room for what is written on the right. */
  right: number;
}

const WIDE: Size = { className: "wide", width: 720, height: 380, right: 118 };
const NARROW: Size = { className: "narrow", width: 320, height: 300, right: 96 };
const TOP = 26;
const BOTTOM = 40;
const LEFT = 46;
/** So far apart at least are two labels beside one another. */
const LABEL_HEIGHT = 14;

export function lineChart(chart: LineChart): Html {
  return html`${[WIDE, NARROW].map((size) => drawLines(chart, size))}`;
}

/** A line across, with its number on the left, at about `count` round heights. */
export function levels(
  y: ScaleLinear<number, number>,
  [left, right]: readonly [left: number, right: number],
  count: number,
): Html[] {
  return y
    .ticks(count)
    .map(
      (tick) =>
        html`<line
            class="grid"
            x1="${left}"
            x2="${right}"
            y1="${round(y(tick))}"
            y2="${round(y(tick))}"
          /><text class="axis" x="${left - 6}" y="${round(y(tick) + 4)}" text-anchor="end"
            >${y.tickFormat(count)(tick)}</text
          >`,
    );
}

function drawLines(chart: LineChart, size: Size): Html {
  const { width, height, right, className } = size;
  const all = chart.series.flatMap(({ points }) => points);
  const x = scaleLinear([0, Math.max(1, ...all.map(([at]) => at))], [LEFT, width - right]);
  const y = scaleLinear([...chart.yDomain], [height - BOTTOM, TOP]);
  const clip = `clip-${className}-${all.length}-${Math.round(chart.yDomain[1] * 1000)}`;
  const inside = (value: number) => value >= chart.yDomain[0] && value <= chart.yDomain[1];
  const references = chart.references.filter((reference) => inside(reference.y));
  const labels = spread(references.map((reference) => y(reference.y)));

  return html`<svg
    class="${className}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-hidden="true"
  >
    <clipPath id="${clip}">
      <rect
        x="${LEFT}"
        y="${TOP}"
        width="${width - right - LEFT}"
        height="${height - TOP - BOTTOM}"
      />
    </clipPath>
    <text class="axis" x="0" y="12">${chart.yLabel}</text>
    ${levels(y, [LEFT, width - right], 6)}
    ${x
      .ticks(className === "wide" ? 6 : 3)
      .map(
        (tick) =>
          html`<text
            class="axis"
            x="${round(x(tick))}"
            y="${height - BOTTOM + 18}"
            text-anchor="middle"
            >${shortCount(tick)}</text
          >`,
      )}
    <text class="axis" x="${(LEFT + width - right) / 2}" y="${height - 4}" text-anchor="middle">
      ${chart.xLabel}
    </text>
    ${references.map(
      (reference, i) =>
        html`<line
            class="reference"
            x1="${LEFT}"
            x2="${width - right}"
            y1="${round(y(reference.y))}"
            y2="${round(y(reference.y))}"
          /><path
            class="lead"
            d="M${width - right},${round(y(reference.y))}L${width - right + 6},${round(labels[i])}"
          /><text class="label" x="${width - right + 9}" y="${round(labels[i] + 4)}"
            >${reference.name} ${reference.y.toFixed(reference.y < 1 ? 3 : 2)}</text
          >`,
    )}
    <g clip-path="url(#${clip})">
      ${chart.series.map(({ points, className: color, dash, isFaint }) => {
        const path = line<readonly [number, number]>(
          ([at]) => round(x(at)),
          ([, value]) => round(y(value)),
        )(points);
        return html`<path
          class="curve ${color}${isFaint ? " faint" : ""}"
          stroke-dasharray="${dash ?? ""}"
          d="${path}"
        />`;
      })}
    </g>
  </svg>`;
}

/** Bars from zero, one below another, with name and value in words. */
export function barChart(bars: readonly Bar[]): Html {
  return html`${[WIDE, NARROW].map((size) => drawBars(bars, size))}`;
}

function drawBars(bars: readonly Bar[], { className, width }: Size): Html {
  const row = 30;
  const left = className === "wide" ? 150 : 96;
  const x = scaleLinear([0, Math.max(...bars.map(({ value }) => value))], [0, width - left - 56]);
  return html`<svg
    class="${className}"
    viewBox="0 0 ${width} ${bars.length * row}"
    role="img"
    aria-hidden="true"
  >
    ${bars.map(
      ({ name, value, className: color }, i) =>
        html` <text class="label" x="${left - 8}" y="${i * row + 19}" text-anchor="end"
            >${name}</text
          >
          <rect
            class="bar ${color}"
            x="${left}"
            y="${i * row + 5}"
            width="${round(x(value))}"
            height="${row - 10}"
            rx="2"
          />
          <text class="label value" x="${round(left + x(value) + 6)}" y="${i * row + 19}"
            >${value.toFixed(3)}</text
          >`,
    )}
  </svg>`;
}

/** Moves places on a line apart until no two are closer than a label is high. */
function spread(places: readonly number[]): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const moved = [...places];
  for (let k = 1; k < order.length; k++) {
    moved[order[k]] = Math.max(moved[order[k]], moved[order[k - 1]] + LABEL_HEIGHT);
  }
  // The lowest may have been pushed out at the bottom: half of the way goes back up.
  const pushed = order.length > 0 ? moved[order.at(-1)!] - places[order.at(-1)!] : 0;
  return moved.map((place) => place - pushed / 2);
}

/** `500`, `2.5k` */
function shortCount(n: number): string {
  return n < 1000 ? String(n) : `${n / 1000}k`;
}

/** A tenth of a pixel is finer than anybody sees. */
function round(n: number): number {
  return Math.round(n * 10) / 10;
}
