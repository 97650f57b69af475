/**
 * @file How far apart the steps of a series are, and what its next times are called.
 */

export type FrequencyUnit =
  | "step"
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "business-day"
  | "week"
  | "month"
  | "quarter"
  | "year";

/** `{ unit: "minute", count: 15 }` is a step of a quarter of an hour. */
export interface Frequency {
  /**
   * `step` where there is no time column: times then are 0, 1, 2, …. A `business-day` series has no
   * steps on Saturdays and Sundays; a holiday is a step that is not there, not a missing value.
   */
  unit: FrequencyUnit;
  count: number;
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const MILLISECONDS = {
  second: SECOND,
  minute: 60 * SECOND,
  hour: 3600 * SECOND,
  day: DAY,
  week: 7 * DAY,
};
const MONTHS = { month: 1, quarter: 3, year: 12 };

/** `hourly`, `every 15 minutes`, `trading days`, … */
export function formatFrequency({ unit, count }: Frequency): string {
  if (unit === "step") return "steps without a time";
  if (count > 1) return `every ${count} ${unit.replace("-", " ")}s`;
  const names = { "business-day": "trading days", day: "daily" } as Record<string, string>;
  return names[unit] ?? (unit === "second" || unit === "minute" ? `every ${unit}` : `${unit}ly`);
}

/**
 * The `length` times that follow `last`. Months keep their day, or take the last one that there is;
 * where `last` is the last day of its month, so are the ones that follow.
 *
 * @example
 * const january31 = Date.UTC(2024, 0, 31);
 * const next = timesAfter(january31, 2, { unit: "month", count: 1 });
 * Array.from(next, (ms) => new Date(ms).toISOString().slice(0, 10)); // ["2024-02-29", "2024-03-31"]
 */
export function timesAfter(last: number, length: number, { unit, count }: Frequency): Float64Array {
  const times = new Float64Array(length);
  if (unit === "business-day") {
    let time = last;
    for (let i = 0; i < length; i++) {
      for (let step = 0; step < count; step++) {
        do time += DAY;
        while (isWeekend(time));
      }
      times[i] = time;
    }
    return times;
  }
  for (let i = 0; i < length; i++) {
    const steps = (i + 1) * count;
    if (unit === "step") times[i] = last + steps;
    else if (unit in MONTHS)
      times[i] = addMonths(last, steps * MONTHS[unit as keyof typeof MONTHS]);
    else times[i] = last + steps * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  }
  return times;
}

/**
 * A number that grows by one with every step, counted from the same point for every series: what is
 * left of it after division by a season is the same phase everywhere. Of trading days, weekdays are
 * counted, so that a holiday moves no Monday.
 *
 * @example
 * const monthly = { unit: "month", count: 1 } as const;
 * stepNumber(Date.UTC(2024, 0), monthly) % 12 === stepNumber(Date.UTC(1950, 0), monthly) % 12; // true
 */
export function stepNumber(time: number, { unit, count }: Frequency): number {
  if (unit === "step") return Math.round(time / count);
  const date = new Date(time);
  if (unit in MONTHS) {
    const months = date.getUTCFullYear() * 12 + date.getUTCMonth();
    return Math.floor(months / (count * MONTHS[unit as keyof typeof MONTHS]));
  }
  if (unit === "business-day") {
    const days = Math.floor(time / DAY) + 3; // 1970-01-01 was a Thursday: weeks begin on Mondays
    return Math.floor(
      (Math.floor(days / 7) * 5 + Math.min(days - Math.floor(days / 7) * 7, 4)) / count,
    );
  }
  return Math.floor(time / (count * MILLISECONDS[unit as keyof typeof MILLISECONDS]));
}

export function isWeekend(time: number): boolean {
  const day = new Date(time).getUTCDay();
  return day === 0 || day === 6;
}

function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  const isLast = day === daysIn(date.getUTCFullYear(), date.getUTCMonth());
  const month = date.getUTCMonth() + months;
  const days = daysIn(date.getUTCFullYear(), month);
  const start = new Date(date);
  return start.setUTCFullYear(date.getUTCFullYear(), month, isLast ? days : Math.min(day, days));
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month + 1, 0);
  return date.getUTCDate();
}
