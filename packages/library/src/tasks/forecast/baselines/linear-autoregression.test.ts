import { RandomGenerator } from "unrolled";
import { describe, expect, test } from "vitest";
import { linearAutoregression } from "./linear-autoregression.ts";

const seriesOf = (values: Float64Array) => ({ values, firstStep: 0 });

describe("linearAutoregression", () => {
  test("goes on with a recurrence y(t) = 1.6·y(t−1) − 0.9·y(t−2) + 3 that it was not told", () => {
    const values = new Float64Array(300);
    const noise = new RandomGenerator(3);
    for (let t = 2; t < 300; t++) {
      values[t] = 1.6 * values[t - 1] - 0.9 * values[t - 2] + 3 + 0.01 * noise.normal();
    }
    const model = linearAutoregression(1).fit(seriesOf(values), { horizon: 4 });
    const [forecast] = model.forecast(seriesOf(values), [300], 4);
    let [a, b] = [values[298], values[299]];
    for (let h = 0; h < 4; h++) {
      [a, b] = [b, 1.6 * b - 0.9 * a + 3];
      expect(Math.abs(forecast[h] - b)).toBeLessThan(0.1); // the series swings by 5
    }
  });

  test("finds growth with a season on the log scale, ahead of its own horizon too", () => {
    const level = (t: number) => Math.exp(0.01 * t) * (2 + Math.sin((2 * Math.PI * t) / 12));
    const values = Float64Array.from({ length: 180 }, (_, t) => level(t));
    const model = linearAutoregression(12).fit(seriesOf(values), { horizon: 6 });
    expect(model.details).toContain("log scale");
    const [forecast] = model.forecast(seriesOf(values), [180], 18);
    for (const h of [0, 5, 17]) expect(forecast[h] / level(180 + h)).toBeCloseTo(1, 1);
  });

  test("a forecast at an early origin reads nothing later, and a single value is repeated", () => {
    const values = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t) + 3);
    const model = linearAutoregression(1).fit(seriesOf(values), { horizon: 3 });
    const alone = model.forecast(seriesOf(values.slice(0, 90)), [90], 3);
    const amid = model.forecast(seriesOf(values), [50, 90, 150], 3);
    expect(amid[1]).toEqual(alone[0]);
    const one = seriesOf(Float64Array.of(5));
    const [repeated] = linearAutoregression(1).fit(one, { horizon: 2 }).forecast(one, [1], 2);
    expect([...repeated]).toEqual([5, 5]);
  });
});
