/**
 * @file Cells of a time column → milliseconds, all written in one way.
 */

import { DATE_FORMATS, type DateFormat, type ParsedDate } from "./dates.ts";
import { isMissing } from "./numbers.ts";

export interface Times {
  /** Milliseconds since 1970: as calendar and clock show it, or in UTC where offsets change. */
  times: Float64Array;
  /** How dates are written. */
  format: string;
  /** What a reader should be told: which of day and month comes first, and the time zone. */
  notes: string[];
}

/** A cell that is no date like the others; `other` is one of those, in another row. */
export interface BadTime {
  row: number;
  problem: string;
}

/** The times in `cells`, or what is wrong with them. */
export function parseTimes(cells: readonly string[]): Times | BadTime {
  const missing = cells.findIndex(isMissing);
  if (missing >= 0)
    return { row: missing, problem: `the time is missing (${quoted(cells[missing])})` };
  const fitting = DATE_FORMATS.map((format) => ({ format, dates: parseAll(cells, format) })).filter(
    (it): it is { format: DateFormat; dates: ParsedDate[] } => it.dates !== null,
  );
  if (fitting.length === 0) return whyNot(cells);

  const notes: string[] = [];
  const orders = fitting.filter(
    ({ format }) => format.name.endsWith("/year") && format.name.includes("day"),
  );
  let { format, dates } = fitting[0];
  if (orders.includes(fitting[0])) {
    ({ format, dates } = orders.length > 1 ? steadier(orders) : fitting[0]);
    notes.push(
      orders.length > 1
        ? `dates such as ${cells[0].trim()} could be either way round; they are taken as ${format.name}`
        : `dates are ${format.name}`,
    );
  }
  const zoned = zonedTimes(cells, dates);
  if ("problem" in zoned) return zoned;
  return { times: zoned.times, format: format.name, notes: [...notes, ...zoned.notes] };
}

function parseAll(cells: readonly string[], format: DateFormat): ParsedDate[] | null {
  const dates: ParsedDate[] = [];
  for (const cell of cells) {
    const date = format.parse(cell);
    if (!date) return null;
    dates.push(date);
  }
  return dates;
}

/** Of two readings, the one in which more steps are as long as the step before. */
function steadier<T extends { dates: ParsedDate[] }>(readings: readonly T[]): T {
  const even = readings.map(({ dates }) => {
    let count = 0;
    for (let i = 2; i < dates.length; i++) {
      const [a, b, c] = [dates[i - 2].local, dates[i - 1].local, dates[i].local];
      if (c > b && Math.abs(c - b - (b - a)) <= 3 * 86_400_000) count++;
    }
    return count;
  });
  return readings[even.indexOf(Math.max(...even))];
}

/** Two rows in two formats, or one in none. */
function whyNot(cells: readonly string[]): BadTime {
  const counts = DATE_FORMATS.map((format) => cells.filter((cell) => format.parse(cell)).length);
  const most = Math.max(...counts);
  if (most === 0) return { row: 0, problem: `expected a date or time, got ${quoted(cells[0])}` };
  const usual = DATE_FORMATS[counts.indexOf(most)];
  const row = cells.findIndex((cell) => !usual.parse(cell));
  const example = cells.findIndex((cell) => usual.parse(cell));
  const other = DATE_FORMATS.find((format) => format.parse(cells[row]));
  if (!other) {
    return {
      row,
      problem: `expected a date like ${quoted(cells[example])} (${usual.name}), got ${quoted(cells[row])}`,
    };
  }
  return {
    row,
    problem: `dates are in two formats: ${quoted(cells[example])} is ${usual.name}, and here is ${quoted(cells[row])}, ${other.name}`,
  };
}

/** Wall clock while the offset stays the same, UTC once it changes; some with and some without, no. */
function zonedTimes(
  cells: readonly string[],
  dates: readonly ParsedDate[],
): { times: Float64Array; notes: string[] } | BadTime {
  const first = dates[0].offset;
  const unlike = dates.findIndex(({ offset }) => (offset === null) !== (first === null));
  if (unlike >= 0) {
    return {
      row: unlike,
      problem: `some times have a time zone and some have none: ${quoted(cells[0])}, and here ${quoted(cells[unlike])}`,
    };
  }
  const isSame = dates.every(({ offset }) => offset === first);
  const times = Float64Array.from(dates, ({ local, offset }) =>
    isSame || offset === null ? local : local - offset * 60_000,
  );
  const notes = isSame ? [] : ["the offset from UTC changes: times are taken in UTC"];
  return { times, notes };
}

export function quoted(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
}
