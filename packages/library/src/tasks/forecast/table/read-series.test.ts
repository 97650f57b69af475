import { describe, expect, test } from "vitest";
import { readSeries } from "./read-series.ts";
import type { CellTable, ColumnRoles } from "./roles.ts";

function csv(text: string): CellTable {
  const [columns, ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(","));
  return { name: "data.csv", columns, rows, lines: rows.map((_, i) => i + 2) };
}

/** A table of `y` = 1, 2, 4, 8, … at these times, which stand in a column `when`. */
function at(times: readonly string[], column = "when"): CellTable {
  return {
    name: "data.csv",
    columns: [column, "y"],
    rows: times.map((time, i) => [time, String(2 ** i)]),
  };
}

const iso = (times: Float64Array) =>
  Array.from(times, (ms) => new Date(ms).toISOString().slice(0, 16));
const timesOf = (table: CellTable, roles?: ColumnRoles) =>
  iso(readSeries(table, roles).set.series[0].times);

describe("times", () => {
  test.each([
    [["2024-01-31", "2024-02-01", "2024-02-02"], "2024-02-02T00:00"],
    [["2024/1/31 22:00", "2024/1/31 23:00", "2024/2/1 0:00"], "2024-02-01T00:00"],
    [["1949-01", "1949-02", "1949-03"], "1949-03-01T00:00"],
    [["31.01.2024", "01.02.2024", "02.02.2024"], "2024-02-02T00:00"],
    [["1/31/24 11:00 PM", "2/1/24 12:00 AM", "2/1/24 1:00 AM"], "2024-02-01T01:00"],
    [["Jan 2024", "Feb 2024", "March 2024"], "2024-03-01T00:00"],
    [["31-Jan-24", "01-Feb-24", "02-Feb-24"], "2024-02-02T00:00"],
    [["January 31, 2024", "February 1, 2024", "February 2, 2024"], "2024-02-02T00:00"],
    [["2023Q3", "2023Q4", "2024Q1"], "2024-01-01T00:00"],
    [["2024-W01", "2024-W02", "2024-W03"], "2024-01-15T00:00"],
    [["20240131", "20240201", "20240202"], "2024-02-02T00:00"],
    [["1706745600", "1706749200", "1706752800"], "2024-02-01T02:00"],
    [["1706745600000", "1706749200000", "1706752800000"], "2024-02-01T02:00"],
    [["2001", "2002", "2003"], "2003-01-01T00:00"],
    [["1949", "1949.083", "1949.167"], "1949-03-01T00:00"],
    [["2024-02-01T00:00:00Z", "2024-02-01T01:00:00Z", "2024-02-01T02:00:00Z"], "2024-02-01T02:00"],
  ])("%j are read", (written, last) => {
    const times = timesOf(at(written, "date"));
    expect(times[times.length - 1]).toBe(last);
  });

  test("day or month first is decided by the whole column, and told", () => {
    const dayFirst = readSeries(at(["12/02/2024", "13/02/2024", "14/02/2024"]), {});
    expect(iso(dayFirst.set.series[0].times)[0]).toBe("2024-02-12T00:00");
    expect(dayFirst.notes).toContain("dates are day/month/year");
    // Neither is impossible here: with the day first these are months, otherwise days with holes.
    const written = Array.from({ length: 24 }, (_, i) => {
      return `01/${String((i % 12) + 1).padStart(2, "0")}/${2023 + Math.floor(i / 12)}`;
    });
    const months = readSeries(at(written));
    expect(iso(months.set.series[0].times)[13]).toBe("2024-02-01T00:00");
    expect(months.notes.join()).toContain("either way round; they are taken as day/month/year");
  });

  test("parts of a date side by side, and a clock in a column of its own, are one time", () => {
    const parts = csv(`No,year,month,day,hour,pm2.5
      1,2010,1,1,22,5
      2,2010,1,1,23,7
      3,2010,1,2,0,NA
      4,2010,1,2,1,6`);
    const { set, schema } = readSeries(parts);
    expect(schema.time).toEqual(["year", "month", "day", "hour"]);
    expect(iso(set.series[0].times)).toEqual([
      "2010-01-01T22:00",
      "2010-01-01T23:00",
      "2010-01-02T00:00",
      "2010-01-02T01:00",
    ]);
    expect(set.targets).toEqual(["pm2.5"]); // the first column only counts rows
    const clock = csv(`Date,Time,kW
      2024-05-01,23:45,3
      2024-05-02,00:00,4
      2024-05-02,00:15,9`);
    expect(readSeries(clock).set.frequency).toEqual({ unit: "minute", count: 15 });
  });

  test("with one time zone the wall clock counts, and UTC once the offset changes", () => {
    expect(timesOf(at(["2024-05-01T00:00+02:00", "2024-05-01T01:00+02:00"]))[0]).toBe(
      "2024-05-01T00:00",
    );
    const winter = at([
      "2024-10-27T02:00+02:00",
      "2024-10-27T02:00+01:00",
      "2024-10-27T03:00+01:00",
    ]);
    expect(timesOf(winter)).toEqual(["2024-10-27T00:00", "2024-10-27T01:00", "2024-10-27T02:00"]);
  });

  test.each([
    [
      ["2024-05-01", "2024-05-02", "03/05/2024"],
      'line 3, column date: dates are in two formats: "2024-05-01" is year-month-day, and here is "03/05/2024", month/day/year',
    ],
    [
      ["13/01/2024", "14/01/2024", "01/15/2024"],
      'line 3, column date: dates are in two formats: "13/01/2024" is day/month/year, and here is "01/15/2024", month/day/year',
    ],
    [
      ["2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04", "soon"],
      'line 5, column date: expected a date like "2024-05-01" (year-month-day), got "soon"',
    ],
    [
      ["2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04", ""],
      "line 5, column date: the time is missing",
    ],
    [["2024-02-28", "2024-02-29", "2024-03-01", "2023-02-29", "2024-03-02"], 'got "2023-02-29"'],
    [
      ["2024-05-01T00:00Z", "2024-05-01T01:00", "2024-05-01T02:00Z"],
      "some times have a time zone and some have none",
    ],
  ])("%j is refused with its row", (times, message) => {
    expect(() => readSeries(at(times, "date"), { time: ["date"] })).toThrow(message);
  });
});

describe("frequency", () => {
  const day = 86_400_000;
  const from = (start: number, gaps: readonly number[]) => {
    let time = start;
    return [start, ...gaps.map((gap) => (time += gap))].map((ms) => new Date(ms).toISOString());
  };

  test("weekends and holidays of trading days are no missing values, a day left out of a calendar is one", () => {
    const trading = "02 03 04 05 08 09 10 11 12 16 17 18".split(" ").map((it) => `2024-01-${it}`);
    const { set } = readSeries(at(trading, "date"));
    expect(set.frequency.unit).toBe("business-day");
    expect(set.series[0].columns.y.length).toBe(12);
    const calendar = readSeries(at(["2024-01-05", "2024-01-06", "2024-01-08"], "date"));
    expect(calendar.set.frequency).toEqual({ unit: "day", count: 1 });
    expect([...calendar.set.series[0].columns.y]).toEqual([1, 2, NaN, 4]);
    expect(calendar.notes).toContain("1 times are not in the table: their values are missing");
  });

  test("months are months whichever day they are dated, a gap among them is a missing month", () => {
    const months = at(
      ["2023-10-31", "2023-11-30", "2023-12-29", "2024-02-29", "2024-03-28"],
      "date",
    );
    const { set } = readSeries(months);
    expect(set.frequency).toEqual({ unit: "month", count: 1 });
    expect([...set.series[0].columns.y]).toEqual([1, 2, 4, NaN, 8, 16]);
  });

  test.each([
    [[7 * day, 7 * day, 7 * day], { unit: "week", count: 1 }],
    [[14 * day, 14 * day, 14 * day], { unit: "week", count: 2 }],
    [
      [28 * day, 28 * day, 28 * day, 28 * day, 28 * day, 28 * day, 28 * day],
      { unit: "week", count: 4 },
    ],
    [[91 * day, 91 * day, 92 * day, 92 * day], { unit: "quarter", count: 1 }],
    [[900_000, 1_800_000, 900_000, 900_000], { unit: "minute", count: 15 }],
    [[4 * 3_600_000, 4 * 3_600_000], { unit: "hour", count: 4 }],
    [[3_601_000, 3_598_000, 3_600_500], { unit: "hour", count: 1 }],
  ])("steps of %j", (gaps, frequency) => {
    expect(readSeries(at(from(Date.UTC(2024, 0, 1), gaps))).set.frequency).toEqual(frequency);
  });

  test("irregular times are set aside, and that is told", () => {
    const { set, notes } = readSeries(
      at(from(Date.UTC(2024, 0, 1), [day, day / 24, 5 * day, 1000, day / 3])),
    );
    expect(set.frequency.unit).toBe("step");
    expect(notes.join()).toContain(
      "the times are irregular (from 1 second to 5 days apart): rows are taken as steps",
    );
  });

  test("another table of the same kind must have rows as far apart", () => {
    const { schema } = readSeries(at(from(Date.UTC(2024, 0, 1), [day / 24, day / 24, day / 24])));
    const daily = at(from(Date.UTC(2024, 0, 1), [day, day, day]));
    expect(() => readSeries(daily, {}, schema)).toThrow(
      "as far apart as in training (hourly), got daily",
    );
  });
});

describe("rows", () => {
  test("are sorted, and the last of those with the same time counts", () => {
    const { set, notes } = readSeries(
      csv(`date,y
      2024-01-03,3
      2024-01-01,1
      2024-01-02,0
      2024-01-04,4
      2024-01-05,5
      2024-01-02,2`),
    );
    expect([...set.series[0].columns.y]).toEqual([1, 2, 3, 4, 5]);
    expect(notes).toContain("rows were not in order of time: sorted");
    expect(notes).toContain("1 rows repeat a time: the last of each counts");
  });

  test("of many series in one table are told apart by the column that does so", () => {
    const table = csv(`date,store,sales,promo
      2024-01-01,north,5,0
      2024-01-01,south,7,0
      2024-01-02,north,6,1
      2024-01-02,south,8,0
      2024-01-04,north,9,0`);
    const { set, schema, notes } = readSeries(table, { known: ["promo"] });
    expect(schema).toMatchObject({ id: "store", targets: ["sales"] });
    expect(set.series.map(({ id, columns }) => [id, ...columns.sales])).toEqual([
      ["north", 5, 6, NaN, 9],
      ["south", 7, 8],
    ]);
    expect(notes).toContain("times repeat: the rows of each store are a series of their own");
  });

  test("that repeat times for no reason that a column gives are refused", () => {
    const table = csv("date,y\n2024-01-01,1\n2024-01-01,2\n2024-01-02,3\n2024-01-02,4");
    expect(() => readSeries(table)).toThrow("2 of 4 rows repeat a time");
  });

  test("without a time column are steps", () => {
    const { set, notes } = readSeries(csv("y,x\n3,a\n4,b\n1,a"));
    expect(set.frequency.unit).toBe("step");
    expect([...set.series[0].times]).toEqual([0, 1, 2]);
    expect(notes).toContain("no time column: rows are taken as steps, one after the other");
  });
});

describe("columns", () => {
  const stock = csv(`Date,AAPL.Open,AAPL.Close,AAPL.Volume,direction,flat
    2024-01-02,5.0,5.5,100,Increasing,1
    2024-01-03,5.5,5.4,150,Decreasing,1
    2024-01-04,5.4,5.6,120,Increasing,1`);

  test("a price is forecast, and what else changes is observed: words as columns of 0 and 1", () => {
    const { set, schema } = readSeries(stock);
    expect(set.targets).toEqual(["AAPL.Close"]);
    expect(set.observedCovariates).toEqual([
      "AAPL.Open",
      "AAPL.Volume",
      "direction=Decreasing",
      "direction=Increasing",
    ]);
    expect([...set.series[0].columns["direction=Increasing"]]).toEqual([1, 0, 1]);
    expect(schema.categories).toEqual({ direction: ["Decreasing", "Increasing"] });
  });

  test("with a schema, words keep their columns, and those unknown to it are none of them", () => {
    const { schema } = readSeries(stock);
    const later = {
      ...stock,
      rows: stock.rows.map((row) => [...row.slice(0, 4), "Sideways", "2"]),
    };
    const { set } = readSeries(later, {}, schema);
    expect(set.observedCovariates).toHaveLength(4);
    expect([...set.series[0].columns["direction=Increasing"]]).toEqual([0, 0, 0]);
  });

  test("without a likely name all columns with numbers are forecast", () => {
    const { set } = readSeries(csv("date,a,b\n2024-01-01,1,5\n2024-01-02,4,7\n2024-01-03,2,NA"));
    expect(set.targets).toEqual(["a", "b"]);
    expect([...set.series[0].columns.b]).toEqual([5, 7, NaN]);
  });

  test.each([
    [
      "date,y\n2024-01-01,1\n2024-01-02,x",
      { targets: ["y"] },
      'data.csv, line 3, column y: expected a number, got "x"',
    ],
    [
      "date,y\n2024-01-01,1\n2024-01-02,inf",
      { targets: ["y"] },
      'line 3, column y: expected a finite number, got "inf"',
    ],
    [
      "date,y\n2024-01-01,1e999\n2024-01-02,1",
      { targets: ["y"] },
      "line 2, column y: expected a finite number",
    ],
    ["date,y\n2024-01-01,NA\n2024-01-02,?", { targets: ["y"] }, "all values of y are missing"],
    [
      "date,y\n2024-01-01,1\n2024-01-02,2",
      { targets: ["Y"] },
      "expected a column called Y, got date, y. Did you mean y?",
    ],
    [
      "date,y\n2024-01-01,1\n2024-01-02,2",
      { targets: ["y"], known: ["y"] },
      "got y as target and known",
    ],
    ["date,y\n2024-01-01,4\n2024-01-02,4", {}, "expected a column with numbers that change"],
    ["date,y\n2024-01-01,4", {}, "expected at least two rows, got 1"],
  ])("%j is refused", (text, roles, message) => {
    expect(() => readSeries(csv(text), roles)).toThrow(message);
  });

  test("numbers with thousands, a comma for the point, currency or percent are numbers", () => {
    const rows = [
      ["2024-01-01", "1,234.5", "1.234,5", "$3", "4 %"],
      ["2024-01-02", "7", "0,5", "-$2.50", "5%"],
    ];
    const { set } = readSeries({ name: "x", columns: ["date", "a", "b", "c", "d"], rows });
    expect(set.targets.map((name) => [...set.series[0].columns[name]])).toEqual([
      [1234.5, 7],
      [1234.5, 0.5],
      [3, -2.5],
      [4, 5],
    ]);
  });
});
