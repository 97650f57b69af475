import { expect, test } from "vitest";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatPerplexity,
  formatRate,
  formatSpeed,
  plural,
} from "./numbers.ts";

// prettier-ignore
const cases: [(n: number) => string, number, string][] = [
  [formatCount, 1234567.4, "1,234,567"],
  [formatSpeed, 24312, "24,300"], [formatSpeed, 87.4, "87"],
  [formatDuration, 0.0421, "42 ms"], [formatDuration, 0.9996, "1.0 s"], [formatDuration, 4.25, "4.3 s"],
  [formatDuration, 59.96, "1:00 min"], [formatDuration, 187, "3:07 min"], [formatDuration, 7500, "2:05 h"],
  [formatClock, 7, "0:07"], [formatClock, 59.7, "1:00"], [formatClock, 6723, "1:52:03"], [formatClock, Infinity, "–:––"],
  [formatBytes, 999, "999 B"], [formatBytes, 1_115_394, "1.1 MB"], [formatBytes, 200e6, "200 MB"], [formatBytes, 999_600, "1.0 MB"],
  [formatRate, 0.004, "4e-3"], [formatRate, 0.0031, "3.1e-3"], [formatRate, 0.012, "0.012"], [formatRate, 0, "0"], [formatRate, 1e30, "1e30"],
  [formatPercent, 0.63, "63 %"], [formatPercent, 0.992, "99.2 %"], [formatPercent, 1, "100 %"], [formatPercent, 0.023, "2.3 %"],
  [formatLoss, 1.6123, "1.612"], [formatLoss, 3.8e29, "3.8e29"], [formatLoss, NaN, "NaN"],
  [formatPerplexity, 5.0123, "5.01"], [formatPerplexity, 1234, "1,230"], [formatPerplexity, Infinity, "∞"], [formatPerplexity, 1e9, "1.0e9"],
];

test.each(cases)("%o of %d is %s", (format, n, expected) => {
  expect(format(n)).toBe(expected);
});

test("one is not many", () => {
  expect([plural(1, "step"), plural(2000, "step")]).toEqual(["1 step", "2,000 steps"]);
});
