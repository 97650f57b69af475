/** @file What is done to a series can be undone, and learns nothing from what is missing. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomGenerator } from "unrolled";
import {
  anchorAt,
  CURVES,
  momentsOf,
  possibleCurves,
  scaleOf,
  throughCurve,
} from "./transforms.ts";

test.each(["none", "sqrt", "log"] as const)(
  "the curve %s is undone exactly, but for rounding",
  (name) => {
    const { forward, inverse } = CURVES[name];
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (y) => {
        expect(Math.abs(inverse(forward(y)) / y - 1)).toBeLessThan(1e-12);
      }),
    );
  },
);

test("what is counted from an anchor is undone by adding the anchor, whatever the season", () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
    minLength: 20,
    maxLength: 40,
  });
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 7 }), fc.boolean(), (x, season, drift) => {
      const origin = 12;
      const anchor = anchorAt(x, origin, 6, { season, drift });
      // The same from the past alone.
      expect(anchorAt(x.slice(0, origin), origin, 6, { season, drift })).toEqual(anchor);
      anchor.forEach((from, h) => {
        const remainder = x[origin + h] - from;
        expect(from + remainder).toBeCloseTo(x[origin + h], 9);
      });
    }),
  );
});

test("an anchor of season and drift is the forecast of a doubly differenced series without change", () => {
  const season = 4;
  const x = Array.from({ length: 12 }, (_, t) => (t % season) ** 2 + 3 * t);
  const anchor = anchorAt(x, 12, 9, { season, drift: true });
  anchor.forEach((value, h) => expect(value).toBe(((12 + h) % season) ** 2 + 3 * (12 + h)));
});

test.each(["sqrt", "log"] as const)(
  "the mean behind the curve %s is that of the values",
  (name) => {
    const generator = new RandomGenerator(1);
    const { inverse, mean } = CURVES[name];
    const [center, spread] = [2, 0.3];
    let sum = 0;
    for (let i = 0; i < 50_000; i++) sum += inverse(center + spread * generator.normal());
    expect(mean(center, spread) / (sum / 50_000)).toBeCloseTo(1, 2);
  },
);

test("curves are offered for values that they take", () => {
  expect(possibleCurves([Float64Array.of(1, NaN, 2)])).toEqual(["none", "sqrt", "log"]);
  expect(possibleCurves([Float64Array.of(1, 2), Float64Array.of(0, 2)])).toEqual(["none", "sqrt"]);
  expect(possibleCurves([Float64Array.of(-1, 2)])).toEqual(["none"]);
});

test("a logarithm met by a later value of 0 takes half of the smallest that it was made for", () => {
  const { lowest } = scaleOf(Float64Array.of(4, 2, 8), "log", "y");
  expect(throughCurve(Float64Array.of(0, -3, 2), "log", lowest)).toEqual(
    Float64Array.of(0, 0, Math.LN2),
  );
});

test("a constant series has a scale that nothing is blown up by", () => {
  const { spread, step } = scaleOf(new Float64Array(50).fill(0.1), "none", "y");
  expect([spread, step]).toEqual([1, 1]);
  expect(momentsOf(Float64Array.of(NaN, 3, NaN)).center).toBe(3);
});
