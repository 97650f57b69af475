import fc from "fast-check";
import { expect, test } from "vitest";
import { logAddExp } from "./log-add-exp.ts";

test("logAddExp is the logarithm of the sum, to 1e-14", () => {
  const logs = fc.double({ min: -60, max: 60, noNaN: true });
  fc.assert(
    fc.property(logs, logs, (a, b) => {
      const d = Math.min(a, b) - Math.max(a, b);
      const error = logAddExp(a, b) - Math.max(a, b) - Math.log1p(Math.exp(d));
      expect(Math.abs(error)).toBeLessThan(2e-14); // of which 0.7e-14 is the sum's own rounding at 60
    }),
    { numRuns: 20_000 },
  );
});

test("logAddExp between two places of its table is as exact as at them", () => {
  for (let i = 0; i <= 37 * 640; i++) {
    const d = -i / 640;
    expect(Math.abs(logAddExp(d, 0) - Math.log1p(Math.exp(d)))).toBeLessThan(1e-14);
  }
});

test("logAddExp takes −Infinity for probability 0, and passes NaN on", () => {
  expect(logAddExp(-Infinity, -3)).toBe(-3);
  expect(logAddExp(-3, -Infinity)).toBe(-3);
  expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
  expect(logAddExp(-1e5, 2)).toBe(2);
  for (const other of [NaN, -Infinity, 0]) {
    expect(logAddExp(NaN, other)).toBeNaN();
    expect(logAddExp(other, NaN)).toBeNaN();
  }
});
