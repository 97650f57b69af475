import fc from "fast-check";
import { expect, test } from "vitest";
import { dtwDistance, type Steps } from "./index.ts";

const steps = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
  minLength: 1,
  maxLength: 5,
});

/** The least over every path, one by one. */
function leastOverPaths(x: Steps, y: Steps, i = x.length - 1, j = y.length - 1): number {
  const here = (x[i][0] - y[j][0]) ** 2 + (x[i][1] - y[j][1]) ** 2;
  if (i === 0 && j === 0) return here;
  const ways = [
    [i - 1, j],
    [i, j - 1],
    [i - 1, j - 1],
  ].filter(([a, b]) => a >= 0 && b >= 0);
  return here + Math.min(...ways.map(([a, b]) => leastOverPaths(x, y, a, b)));
}

test("the distance is the least over all paths", () => {
  fc.assert(
    fc.property(steps, steps, (x, y) => {
      expect(dtwDistance(x, y)).toBe(leastOverPaths(x, y));
      expect(dtwDistance(y, x)).toBe(leastOverPaths(x, y));
    }),
  );
});

test("a limit gives the distance, or says that it is exceeded", () => {
  fc.assert(
    fc.property(steps, steps, fc.integer({ min: 0, max: 200 }), (x, y, limit) => {
      const distance = dtwDistance(x, y);
      const limited = dtwDistance(x, y, limit);
      if (distance <= limit) expect(limited).toBe(distance);
      else expect(limited).toBeGreaterThan(limit);
    }),
  );
});
