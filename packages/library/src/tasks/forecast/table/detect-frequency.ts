/**
 * @file How far apart the rows of a table are.
 */

import { isWeekend, stepNumber, type Frequency } from "../frequency.ts";

const DAY = 86_400_000;
/** Steps that a clock would show: seconds, then minutes, hours, days, weeks. */
const UNITS = [
  { unit: "week", length: 7 * DAY },
  { unit: "day", length: DAY },
  { unit: "hour", length: DAY / 24 },
  { unit: "minute", length: 60_000 },
  { unit: "second", length: 1000 },
] as const;

/** Times that fit into no grid are no reason to give up: rows then simply follow one another. */
export interface DetectedFrequency {
  frequency: Frequency;
  /** Why times are left aside, if they are. */
  irregular: string | null;
}

/** So many of the rows must lie on the grid, each alone in its place. */
const REGULAR = 0.97;
/** A grid with more than so many places for each row is mostly holes: nights of a market, say. */
const MOST_PLACES = 1.5;

/**
 * The frequency of series of which `times` are rising, without duplicates; at least one has two.
 *
 * Times may jitter by a quarter of a step, and leave steps out.
 */
export function detectFrequency(times: readonly Float64Array[]): DetectedFrequency {
  const candidates = [...calendarFrequencies(times), ...clockFrequencies(times)];
  for (const frequency of candidates) {
    if (fits(times, frequency)) return { frequency, irregular: null };
  }
  const [longest] = [...times].sort((a, b) => b.length - a.length);
  const gaps = gapsOf(longest);
  return {
    frequency: { unit: "step", count: 1 },
    irregular: `the times are irregular (from ${describeGap(Math.min(...gaps))} to ${describeGap(Math.max(...gaps))} apart)`,
  };
}

function gapsOf(times: Float64Array): number[] {
  return Array.from(times.subarray(1), (time, i) => time - times[i]);
}

function medianGap(times: readonly Float64Array[]): number {
  const gaps = times.flatMap(gapsOf).sort((a, b) => a - b);
  return gaps[Math.floor((gaps.length - 1) / 2)];
}

/** Months, quarters, years: whatever the median distance allows. */
function calendarFrequencies(times: readonly Float64Array[]): Frequency[] {
  const days = medianGap(times) / DAY;
  const months = Math.round(days / 30.44);
  if (months < 1 || Math.abs(days - months * 30.44) > 3 + months / 2) return [];
  if (months % 12 === 0) return [{ unit: "year", count: months / 12 }];
  if (months % 3 === 0) return [{ unit: "quarter", count: months / 3 }];
  return [{ unit: "month", count: months }];
}

/** Trading days, then the median distance in the largest unit that divides it. */
function clockFrequencies(times: readonly Float64Array[]): Frequency[] {
  const median = medianGap(times);
  const frequencies: Frequency[] = [];
  const isDaily = Math.abs(median - DAY) < DAY / 4;
  const count = times.reduce((sum, it) => sum + it.length, 0);
  const weekends = times.reduce((sum, it) => sum + it.filter(isWeekend).length, 0);
  // More than a week without a weekend is no accident; a wrong date among hundreds is.
  if (isDaily && count >= 8 && weekends <= count / 200) {
    frequencies.push({ unit: "business-day", count: 1 });
  }
  for (const { unit, length } of UNITS) {
    const steps = Math.round(median / length);
    if (steps >= 1 && Math.abs(median - steps * length) <= median / 50) {
      frequencies.push({ unit, count: steps });
    }
  }
  return frequencies;
}

/** Whether nearly every row has a place of its own on the grid, and the grid is not mostly holes. */
export function fits(times: readonly Float64Array[], frequency: Frequency): boolean {
  let rows = 0;
  let places = 0;
  let good = 0;
  for (const it of times) {
    const steps = gridSteps(it, frequency);
    rows += it.length;
    places += steps[steps.length - 1] - steps[0] + 1;
    it.forEach((time, i) => {
      const isAlone = i === 0 || steps[i] !== steps[i - 1];
      if (isAlone && isNear(time, it[0], steps[i] - steps[0], frequency)) good++;
    });
  }
  return good >= REGULAR * rows && places <= MOST_PLACES * rows + 2;
}

/** The place of each time on the grid, as whole numbers. */
export function gridSteps(times: Float64Array, frequency: Frequency): Float64Array {
  const length = UNITS.find(({ unit }) => unit === frequency.unit)?.length;
  if (!length) return times.map((time) => stepNumber(time, frequency));
  // Counted from the first time, so that a grid may start at any minute of the hour.
  const first = stepNumber(times[0], frequency);
  return times.map((time) => first + Math.round((time - times[0]) / (length * frequency.count)));
}

function isNear(time: number, start: number, steps: number, { unit, count }: Frequency): boolean {
  const length = UNITS.find((it) => it.unit === unit)?.length;
  if (!length) return true; // any day of the month
  return Math.abs(time - start - steps * length * count) <= (length * count) / 4;
}

function describeGap(milliseconds: number): string {
  const { unit, length } = UNITS.find((it) => it.length <= milliseconds) ?? UNITS[UNITS.length - 1];
  const count = Math.round((10 * milliseconds) / length) / 10;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
