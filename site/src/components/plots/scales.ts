/** @file From data to pixels: scales with ticks, shared by all plots with axes. */

import { scaleLinear, scaleLog } from "d3-scale";
import type { Axis } from "../../experiments/plot.ts";
import { formatNumber, formatPower } from "../../experiments/format-number.ts";

export interface Scale {
  (value: number): number;
  ticks: readonly { value: number; label: string }[];
  domain: readonly [number, number];
  isLog: boolean;
}

/** `count` is how many ticks there is room for. */
export function axisScale(
  axis: Axis,
  values: readonly number[],
  range: readonly [number, number],
  count: number,
): Scale {
  const isLog = axis.scale === "log";
  const shown = values.filter((value) => Number.isFinite(value) && (!isLog || value > 0));
  const [low, high] = axis.domain ?? extent(shown, isLog);
  return isLog
    ? logScale(low, high, range, count)
    : linearScale(low, high, range, count, !axis.domain);
}

function linearScale(
  low: number,
  high: number,
  range: readonly [number, number],
  count: number,
  isFree: boolean,
): Scale {
  const scale = scaleLinear([low, high], [...range]);
  if (isFree) scale.nice(count);
  const ticks = scale.ticks(count).map((value) => ({ value, label: formatNumber(value, 4) }));
  const [from, to] = scale.domain();
  return Object.assign((value: number) => scale(value), {
    ticks,
    domain: [from, to] as const,
    isLog: false,
  });
}

function logScale(
  low: number,
  high: number,
  range: readonly [number, number],
  count: number,
): Scale {
  const scale = scaleLog([low, high], [...range]);
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / count));
  const exponents: number[] = [];
  for (let exponent = last; exponent >= first; exponent -= step) exponents.push(exponent);
  let values = exponents.reverse().map((exponent) => 10 ** exponent);
  if (values.length < 2) values = scale.ticks(count).slice(0, count + 1);
  return Object.assign((value: number) => scale(Math.max(value, Number.MIN_VALUE)), {
    ticks: values.map((value) => ({ value, label: formatPower(value) })),
    domain: [low, high] as const,
    isLog: true,
  });
}

/** Both ends of the data, a little apart where they are one. */
function extent(values: readonly number[], isLog: boolean): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1];
  if (low === high) return isLog ? [low / 10, high * 10] : [low - 1, high + 1];
  return [low, high];
}

/** A tenth of a pixel is finer than anybody sees. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
