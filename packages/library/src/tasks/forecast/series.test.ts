import { describe, expect, test } from "vitest";
import { contextAt } from "./forecaster.ts";
import { formatFrequency, timesAfter, type Frequency } from "./frequency.ts";
import { before, observedLength, sliceSeries, type SeriesSet } from "./series.ts";

const set: SeriesSet = {
  frequency: { unit: "day", count: 1 },
  targets: ["sold"],
  knownCovariates: ["promo"],
  observedCovariates: ["visitors"],
  series: [
    {
      id: "a",
      times: Float64Array.from({ length: 5 }, (_, i) => Date.UTC(2024, 1, 26 + i)),
      columns: {
        sold: Float64Array.of(3, 1, 4, 1, 5),
        promo: Float64Array.of(0, 1, 0, 1, 1),
        visitors: Float64Array.of(9, 2, 6, 5, 3),
      },
    },
  ],
};

const days = (times: Float64Array) =>
  Array.from(times, (time) => new Date(time).toISOString().slice(0, 10));

describe("contextAt", () => {
  test("gives the rows before the origin, the times after it and only what is known of them", () => {
    const { series, future } = contextAt(set, set.series[0], 3, 2);
    expect([...series.columns.sold]).toEqual([3, 1, 4]);
    expect([...series.columns.visitors]).toEqual([9, 2, 6]);
    expect(days(future.times)).toEqual(["2024-02-29", "2024-03-01"]);
    expect(Object.keys(future.known)).toEqual(["promo"]);
    expect([...future.known.promo]).toEqual([1, 1]);
  });

  test("past the last row, times go on by the frequency and known covariates are missing", () => {
    const { future } = contextAt(set, set.series[0], 4, 3);
    expect(days(future.times)).toEqual(["2024-03-01", "2024-03-02", "2024-03-03"]);
    expect([...future.known.promo]).toEqual([1, NaN, NaN]);
  });
});

test("slices are views on the same numbers, cut where each series has its origin", () => {
  const [cut] = before(set, ({ times }) => times.length - 2).series;
  expect([...cut.columns.sold]).toEqual([3, 1, 4]);
  expect(cut.columns.sold.buffer).toBe(set.series[0].columns.sold.buffer);
  expect([...sliceSeries(cut, 1, 3).columns.promo]).toEqual([1, 0]);
});

test("the future begins after the last row in which any target has a value", () => {
  const columns = { a: Float64Array.of(1, NaN, NaN, NaN), b: Float64Array.of(1, 2, NaN, NaN) };
  const series = { id: "", times: Float64Array.of(0, 1, 2, 3), columns };
  expect(observedLength({ targets: ["a", "b"] }, series)).toBe(2);
  expect(observedLength({ targets: ["a"] }, series)).toBe(1);
});

describe("timesAfter", () => {
  const after = (from: string, length: number, frequency: Frequency) =>
    days(timesAfter(Date.parse(from), length, frequency));

  test("months keep their day where there is one, and the last stays the last", () => {
    const monthly = { unit: "month", count: 1 } as const;
    expect(after("2023-11-30", 3, monthly)).toEqual(["2023-12-31", "2024-01-31", "2024-02-29"]);
    expect(after("2023-12-29", 3, monthly)).toEqual(["2024-01-29", "2024-02-29", "2024-03-29"]);
    expect(after("2023-12-01", 2, { unit: "quarter", count: 1 })).toEqual([
      "2024-03-01",
      "2024-06-01",
    ]);
    expect(after("2024-02-29", 2, { unit: "year", count: 1 })).toEqual([
      "2025-02-28",
      "2026-02-28",
    ]);
  });

  test("trading days have no weekend", () => {
    expect(after("2024-05-02", 3, { unit: "business-day", count: 1 })).toEqual([
      "2024-05-03",
      "2024-05-06",
      "2024-05-07",
    ]);
  });

  test("steps without a time are counted, times of the clock are added up", () => {
    expect([...timesAfter(7, 3, { unit: "step", count: 1 })]).toEqual([8, 9, 10]);
    const quarters = timesAfter(Date.UTC(2024, 0, 1, 23, 45), 2, { unit: "minute", count: 15 });
    expect(new Date(quarters[1]).toISOString()).toBe("2024-01-02T00:15:00.000Z");
  });
});

test("a frequency has a name that fits into a sentence", () => {
  expect(formatFrequency({ unit: "business-day", count: 1 })).toBe("trading days");
  expect(formatFrequency({ unit: "hour", count: 1 })).toBe("hourly");
  expect(formatFrequency({ unit: "minute", count: 15 })).toBe("every 15 minutes");
});
