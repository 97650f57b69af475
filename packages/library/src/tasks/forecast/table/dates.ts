/**
 * @file A column of dates becomes times: one way of writing them for the whole column, which is told.
 */

/** One way to write dates. */
export interface DateFormat {
  /** As messages call it: `year-month-day`. */
  name: string;
  /** Null if `cell` is not written like this. */
  parse(cell: string): ParsedDate | null;
}

export interface ParsedDate {
  /** What calendar and clock say, as milliseconds since 1970 as if they were in UTC. */
  local: number;
  /** Minutes ahead of UTC, where the cell says so. */
  offset: number | null;
}

const MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** Hour, minute, second, and zone, each optional; groups of the same names. */
const CLOCK =
  "(?:[T\\s]+(?<hour>\\d{1,2})(?::?(?<minute>\\d{2})(?::?(?<second>\\d{2}(?:[.,]\\d+)?))?)?\\s*(?<half>[ap]\\.?m\\.?)?\\s*(?<zone>Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?)?";

/** The groups year, month, day, quarter, week as numbers, and those of the clock. */
function pattern(name: string, source: string): DateFormat {
  const regex = new RegExp(`^${source}$`, "i");
  return {
    name,
    parse(cell) {
      const groups = regex.exec(cell.trim())?.groups;
      return groups ? dateOf(groups) : null;
    },
  };
}

const NAMED = "(?<name>jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\\.?";

/** In the order in which they are tried; the first that reads every cell is taken. */
export const DATE_FORMATS: readonly DateFormat[] = [
  pattern("year-month-day", `(?<year>\\d{4})([-/.])(?<month>\\d{1,2})\\2(?<day>\\d{1,2})${CLOCK}`),
  pattern("year-month", "(?<year>\\d{4})[-/.](?<month>\\d{1,2})"),
  pattern("year-quarter", "(?<year>\\d{4})[-\\s]?Q(?<quarter>[1-4])"),
  pattern("quarter year", "Q(?<quarter>[1-4])[-\\s/]?(?<year>\\d{4})"),
  pattern("year-week", "(?<year>\\d{4})-?W(?<week>\\d{1,2})"),
  pattern(
    "month/day/year",
    `(?<month>\\d{1,2})([-/.])(?<day>\\d{1,2})\\2(?<year>\\d{4}|\\d{2})${CLOCK}`,
  ),
  pattern(
    "day/month/year",
    `(?<day>\\d{1,2})([-/.])(?<month>\\d{1,2})\\2(?<year>\\d{4}|\\d{2})${CLOCK}`,
  ),
  pattern("month/year", "(?<month>\\d{1,2})[-/.](?<year>\\d{4})"),
  pattern(
    "month day year",
    `${NAMED}[-\\s](?<day>\\d{1,2})(?:st|nd|rd|th)?,?[-\\s]+(?<year>\\d{4})${CLOCK}`,
  ),
  pattern(
    "day month year",
    `(?<day>\\d{1,2})(?:st|nd|rd|th)?[-\\s/]${NAMED},?[-\\s/](?<year>\\d{4}|\\d{2})${CLOCK}`,
  ),
  pattern("month year", `${NAMED}[-\\s,/]+(?<year>\\d{4}|\\d{2})`),
  pattern("year month", `(?<year>\\d{4})[-\\s/]${NAMED}`),
  pattern("yearmonthday", `(?<year>(?:1[5-9]|20|21)\\d{2})(?<month>\\d{2})(?<day>\\d{2})${CLOCK}`),
  { name: "seconds since 1970", parse: epoch(/^\d{9,10}(\.\d+)?$/, 1000) },
  { name: "milliseconds since 1970", parse: epoch(/^\d{12,13}(\.\d+)?$/, 1) },
  { name: "microseconds since 1970", parse: epoch(/^\d{15,16}$/, 1e-3) },
  { name: "nanoseconds since 1970", parse: epoch(/^\d{18,19}$/, 1e-6) },
  pattern("year", "(?<year>(?:1[0-9]|20|21)\\d{2})(?:\\.0)?"),
  { name: "decimal year", parse: decimalYear },
];

/** As R writes the months of a series: 1949.083 is February 1949. Other fractions are days. */
function decimalYear(cell: string): ParsedDate | null {
  if (!/^(1[0-9]|20|21)\d{2}(\.\d+)?$/.test(cell.trim())) return null;
  const year = Math.floor(Number(cell));
  const months = (Number(cell) - year) * 12;
  if (Math.abs(months - Math.round(months)) < 0.02) {
    return { local: Date.UTC(year, Math.round(months)), offset: null };
  }
  const [start, end] = [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
  const days = Math.round(((Number(cell) - year) * (end - start)) / 86_400_000);
  return { local: start + days * 86_400_000, offset: null };
}

function epoch(digits: RegExp, toMilliseconds: number): DateFormat["parse"] {
  return (cell) =>
    digits.test(cell.trim()) ? { local: Number(cell) * toMilliseconds, offset: null } : null;
}

function dateOf(groups: Record<string, string | undefined>): ParsedDate | null {
  const number = (name: string, otherwise: number) =>
    groups[name] === undefined ? otherwise : Number(groups[name].replace(",", "."));
  let year = number("year", NaN);
  // As POSIX has it: 69 is 1969, 68 is 2068.
  if (groups.year!.length === 2) year += year >= 69 ? 1900 : 2000;
  if (groups.week !== undefined) return weekOf(year, Number(groups.week));
  let month = number("month", 1);
  if (groups.name) month = MONTH_NAMES.indexOf(groups.name.slice(0, 3).toLowerCase()) + 1;
  if (groups.quarter) month = Number(groups.quarter) * 3 - 2;
  const day = number("day", 1);
  let hour = number("hour", 0);
  const half = groups.half?.[0].toLowerCase();
  if (half) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half === "p" ? 12 : 0);
  }
  const [minute, second] = [number("minute", 0), number("second", 0)];
  // 24:00 is how some write the end of a day.
  if (hour > 24 || minute > 59 || second >= 60 || (hour === 24 && minute + second > 0)) return null;

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const local = date.getTime() + Math.round(((hour * 60 + minute) * 60 + second) * 1000);
  return { local, offset: groups.zone === undefined ? null : offsetOf(groups.zone) };
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
}

/** The Monday of an ISO week: week 1 has the year's first Thursday. */
function weekOf(year: number, week: number): ParsedDate | null {
  if (week < 1 || week > 53) return null;
  const january4 = new Date(Date.UTC(year, 0, 4));
  const monday = january4.getTime() - ((january4.getUTCDay() + 6) % 7) * 86_400_000;
  return { local: monday + (week - 1) * 7 * 86_400_000, offset: null };
}
