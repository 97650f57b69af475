/**
 * @file What the calendar says of a time, as numbers that come round: the only covariates that every
 * series has, and that are known for ever.
 */

import type { Frequency, FrequencyUnit } from "./frequency.ts";

const DAY = 86_400_000;

type Cycle = "hour" | "day" | "week" | "year";

/** Cycles that are at least two steps long, for each unit. */
const CYCLES: Readonly<Record<FrequencyUnit, readonly Cycle[]>> = {
  step: [],
  second: ["hour", "day", "week", "year"],
  minute: ["hour", "day", "week", "year"],
  hour: ["day", "week", "year"],
  day: ["week", "year"],
  "business-day": ["week", "year"],
  week: ["year"],
  month: ["year"],
  quarter: ["year"],
  year: [],
};

/**
 * For each cycle that is longer than a step (hour, day, week, year) its phase, as a sine and a cosine:
 * 23:00 is then as near to midnight as 1:00. Months are a twelfth of a year each, whatever their length.
 *
 * @returns name → [length]; nothing for steps without a time and for years
 *
 * @example
 * const times = [Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1)];
 * const features = calendarFeatures({ unit: "month" }, times);
 * Object.keys(features); // ["sin year", "cos year"]
 * features["cos year"]; // [1, -1]
 */
export function calendarFeatures(
  { unit }: Pick<Frequency, "unit">,
  times: ArrayLike<number>,
): Record<string, Float64Array> {
  const features: Record<string, Float64Array> = {};
  for (const cycle of CYCLES[unit]) {
    const angles = Float64Array.from(times, (time) => 2 * Math.PI * phaseOf(cycle, time, unit));
    features[`sin ${cycle}`] = angles.map(Math.sin);
    features[`cos ${cycle}`] = angles.map(Math.cos);
  }
  return features;
}

/** From 0 at the start of the hour, of the day, of the week's Monday, of the year, to 1. */
function phaseOf(cycle: Cycle, time: number, unit: FrequencyUnit): number {
  switch (cycle) {
    case "hour":
      return fraction(time / (DAY / 24));
    case "day":
      return fraction(time / DAY);
    case "week":
      return fraction((time / DAY + 3) / 7); // 1970-01-01 was a Thursday
    case "year": {
      const date = new Date(time);
      if (unit === "month" || unit === "quarter") return date.getUTCMonth() / 12;
      const year = date.getUTCFullYear();
      const [start, end] = [year, year + 1].map((it) => new Date(0).setUTCFullYear(it, 0, 1));
      return (time - start) / (end - start);
    }
  }
}

function fraction(x: number): number {
  return x - Math.floor(x);
}
