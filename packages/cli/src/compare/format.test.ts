import type { ComparedCell, MemorySpan } from "unrolled";
import { expect, test } from "vitest";
import { formatEstimate, formatScore, formatSpan, formatTime } from "./format.ts";

const entry = (estimate: number, half: number, runs = 5) =>
  ({
    score: { estimate, low: estimate - half, high: estimate + half },
    runs: new Array<unknown>(runs),
  }) as ComparedCell;

test("an estimate has as many digits as its interval is worth", () => {
  expect(formatEstimate(entry(1.6123, 0.0214))).toBe("1.612 ± 0.021");
  expect(formatEstimate(entry(0.16401, 0.00012))).toBe("0.1640 ± 0.0001");
  expect(formatEstimate(entry(1.61e-4, 4.52e-5))).toBe("1.6e-4 ± 4.5e-5");
  expect(formatEstimate(entry(0.25, 0))).toBe("0.250 ± 0.000");
  expect(formatEstimate(entry(0.25, 0, 1))).toBe("0.250");
  expect(formatEstimate({ score: null, runs: [] as unknown } as ComparedCell)).toBe("–");
});

test("scores and times keep two or three digits that count", () => {
  expect([1.2345, 0.0213, 0, 2.9e-5].map(formatScore)).toEqual([
    "1.234",
    "0.0213",
    "0.00",
    "2.9e-5",
  ]);
  expect([3.84e-6, 9.49e-4, 2.274e-3, 1.5].map(formatTime)).toEqual([
    "3.84 µs",
    "949 µs",
    "2.27 ms",
    "1.50 s",
  ]);
});

test("a span says whether more was tried, and whether there was time", () => {
  const span = (longest: number, changes: Partial<MemorySpan> = {}): MemorySpan => ({
    longest,
    isBounded: true,
    isComplete: true,
    tried: [100, 50, 25].map((lag) => ({ lag, lr: 0.01, successRate: 0, runs: [] })),
    ...changes,
  });
  expect(formatSpan(span(50))).toBe("50");
  expect(formatSpan(span(100, { isBounded: false }))).toBe("≥ 100");
  expect(formatSpan(span(0, { isComplete: false }))).toBe("< 25?");
  expect(formatSpan(null)).toBe("–");
});
