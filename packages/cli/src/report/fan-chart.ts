/**
 * @file A series with forecasts that open like fans, and signed bars around zero.
 */

import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { levels } from "./charts.ts";
import { html, type Html } from "./html.ts";

export interface Fan {
  /** Where the forecast begins and each step stands. */
  xs: readonly number[];
  middle: readonly number[];
  /** From the widest to the narrowest. */
  bands: readonly { low: readonly number[]; high: readonly number[] }[];
}

export interface FanChart {
  yLabel: string;
  /** What came; a gap where a value is missing. */
  actual: readonly (readonly [x: number, y: number])[];
  fans: readonly Fan[];
  /** The CSS class that carries the forecasts' colour. */
  className: string;
  /** What stands below a place. */
  labelAt: (x: number) => string;
}

interface Size {
  className: string;
  width: number;
  height: number;
  /** Stretches between places with a label: dates are long. */
  ticks: number;
}

const SIZES: readonly Size[] = [
  { className: "wide", width: 720, height: 320, ticks: 3 },
  { className: "narrow", width: 320, height: 260, ticks: 1 },
];
const TOP = 26;
const BOTTOM = 24;
const LEFT = 58;
const RIGHT = 12;

export function fanChart(chart: FanChart): Html {
  return html`${SIZES.map((size) => drawFans(chart, size))}`;
}

function drawFans(chart: FanChart, { className, width, height, ticks }: Size): Html {
  const { actual, fans } = chart;
  const xs = [...actual.map(([x]) => x), ...fans.flatMap((fan) => fan.xs)];
  const known = actual.map(([, value]) => value).filter((value) => Number.isFinite(value));
  // A band that runs away must not flatten everything else: the 80 % band decides.
  const bounds = fans.flatMap(({ bands }) => {
    const { low, high } = bands[Math.min(1, bands.length - 1)];
    return [...low, ...high];
  });
  const inView = [...known, ...bounds];
  const x = scaleLinear([Math.min(...xs), Math.max(...xs)], [LEFT, width - RIGHT]);
  const y = scaleLinear([Math.min(...inView), Math.max(...inView)], [height - BOTTOM, TOP]).nice();
  const clip = `fan-${className}-${xs.length}-${Math.round(Math.abs(inView[0]) * 1000)}`;
  const drawn = line<readonly [number, number]>(
    ([at]) => round(x(at)),
    ([, value]) => round(y(value)),
  ).defined(([, value]) => Number.isFinite(value));

  return html`<svg
    class="${className}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-hidden="true"
  >
    <clipPath id="${clip}">
      <rect
        x="${LEFT}"
        y="${TOP - 8}"
        width="${width - RIGHT - LEFT}"
        height="${height - TOP - BOTTOM + 8}"
      />
    </clipPath>
    <text class="axis" x="0" y="12">${chart.yLabel}</text>
    ${levels(y, [LEFT, width - RIGHT], 5)}
    ${places(x.domain(), ticks).map(
      (place, i, all) =>
        html`<text
          class="axis"
          x="${round(x(place))}"
          y="${height - 6}"
          text-anchor="${i === 0 ? "start" : i === all.length - 1 ? "end" : "middle"}"
          >${chart.labelAt(place)}</text
        >`,
    )}
    <g clip-path="url(#${clip})">
      ${fans.map(({ xs: at, middle, bands }) => [
        ...bands.map(
          ({ low, high }) =>
            html`<path
              class="band ${chart.className}"
              d="${area<number>(
                (place) => round(x(place)),
                (_, i) => round(y(low[i])),
                (_, i) => round(y(high[i])),
              )(at)}"
            />`,
        ),
        html`<path
          class="curve ${chart.className}"
          d="${drawn(middle.map((value, i) => [at[i], value]))}"
        />`,
      ])}
      <path class="curve actual" d="${drawn(actual)}" />
    </g>
  </svg>`;
}

function places([from, to]: readonly number[], count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => Math.round(from + ((to - from) * i) / count));
}

/** Bars up and down from zero, one for each lag from 1 on; within ± `within` is what chance makes. */
export function correlationChart(values: readonly number[], within: number): Html {
  return html`${SIZES.map(({ className, width }) => {
    const height = 200;
    const most = Math.max(within, ...values.map(Math.abs)) * 1.1;
    const x = scaleLinear([0.4, values.length + 0.6], [LEFT, width - RIGHT]);
    const y = scaleLinear([-most, most], [height - BOTTOM, TOP]);
    const bar = Math.max(1, (x(2) - x(1)) * 0.6);
    return html`<svg
      class="${className}"
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-hidden="true"
    >
      <text class="axis" x="0" y="12">autocorrelation</text>
      ${[-within, 0, within].map(
        (level) =>
          html`<line
              class="${level === 0 ? "grid" : "reference"}"
              x1="${LEFT}"
              x2="${width - RIGHT}"
              y1="${round(y(level))}"
              y2="${round(y(level))}"
            /><text class="axis" x="${LEFT - 6}" y="${round(y(level) + 4)}" text-anchor="end"
              >${level === 0 ? "0" : level.toFixed(2)}</text
            >`,
      )}
      ${values.map(
        (value, i) =>
          html`<rect
            class="bar"
            x="${round(x(i + 1) - bar / 2)}"
            y="${round(Math.min(y(0), y(value)))}"
            width="${round(bar)}"
            height="${round(Math.abs(y(value) - y(0)))}"
          />`,
      )}
      ${[1, Math.round(values.length / 2), values.length].map(
        (lag) =>
          html`<text class="axis" x="${round(x(lag))}" y="${height - 6}" text-anchor="middle"
            >${lag}</text
          >`,
      )}
    </svg>`;
  })}`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
