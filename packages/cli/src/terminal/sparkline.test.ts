import { expect, test } from "vitest";
import { sparkline } from "./sparkline.ts";

test("equal ratios are equal steps, from the floor to the largest", () => {
  expect(sparkline([1, 0.1, 0.01, 0.001], { floor: 0.001, columns: 40 })).toBe("█▆▃▁");
  expect(sparkline([1e-9, 10, 3], { floor: 0.1, columns: 40 })).toBe("▁█▆");
});

test("what is 0 or NaN is left empty, and one value or none is drawn as well", () => {
  expect(sparkline([1, 0, NaN, 1], { floor: 0.1, columns: 40 })).toBe("█  █");
  expect(sparkline([3], { floor: 0.1, columns: 40 })).toBe("█");
  expect(sparkline([], { floor: 0.1, columns: 40 })).toBe("");
});

test("many values are thinned out, both ends kept", () => {
  const values = Array.from({ length: 101 }, (_, i) => 10 ** (-i / 10));
  const line = sparkline(values, { floor: 1e-10, columns: 11 });
  expect(line).toHaveLength(11);
  expect([line[0], line[10]]).toEqual(["█", "▁"]);
});
