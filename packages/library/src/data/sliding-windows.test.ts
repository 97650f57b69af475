import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/creation.ts";
import { collateFields, collateStacked } from "./collate.ts";
import { DataLoader } from "./data-loader.ts";
import { SlidingWindows } from "./sliding-windows.ts";

/** [time, 2]: the time, and a hundred more. */
const seriesOf = (time: number) => Array.from({ length: time }, (_, t) => [t, 100 + t]);

const sizes = fc.record({
  window: fc.integer({ min: 1, max: 6 }),
  horizon: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 5 }),
});

describe("SlidingWindows", () => {
  test("gives what a loop over the series gives", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 40 }), ({ window, horizon, stride }, extra) => {
        const series = seriesOf(window + horizon + extra);
        const expected = [];
        for (let at = 0; at + window + horizon <= series.length; at += stride) {
          expected.push({
            input: series.slice(at, at + window),
            target: series.slice(at + window, at + window + horizon).map(([, second]) => [second]),
          });
        }
        const windows = new SlidingWindows(series, { window, horizon, stride, targets: [1] });
        const got = Array.from({ length: windows.length }, (_, i) => windows.at(i));
        expect(
          got.map(({ input, target }) => ({ input: input.toArray(), target: target.toArray() })),
        ).toEqual(expected);
      }),
    );
  });

  test("parts: training sees nothing of later parts, and every target is in one part alone", () => {
    fc.assert(
      fc.property(sizes, ({ window, horizon, stride }) => {
        const shares = { train: 0.5, validation: 0.25, test: 0.25 };
        const parts = SlidingWindows.split(seriesOf(80), shares, { window, horizon, stride });
        const bounds = { train: [0, 40], validation: [40, 60], test: [60, 80] };
        for (const [name, windows] of Object.entries(parts)) {
          const [from, to] = bounds[name as keyof typeof bounds];
          for (let i = 0; i < windows.length; i++) {
            const { input, target } = windows.at(i);
            const [firstTarget, lastTarget] = [target.data[0], target.data[2 * horizon - 2]];
            expect(firstTarget).toBeGreaterThanOrEqual(from);
            expect(lastTarget).toBeLessThan(to);
            expect(input.data[2 * window - 2]).toBe(firstTarget - 1);
            expect(windows.targetTime(i)).toBe(firstTarget);
          }
          // And none is missing at the beginning.
          expect(windows.targetTime(0)).toBe(Math.max(from, window));
        }
      }),
    );
  });

  test("takes numbers, typed arrays and tensors alike", () => {
    const options = { window: 2 };
    const expected = [[1], [2]];
    for (const series of [
      [1, 2, 3],
      Float32Array.of(1, 2, 3),
      tensor([1, 2, 3]),
      [[1], [2], [3]],
    ]) {
      expect(new SlidingWindows(series, options).at(0).input.toArray()).toEqual(expected);
    }
  });

  test("loads in batches [batch, window, features]", () => {
    const windows = new SlidingWindows(seriesOf(20), { window: 4, horizon: 3, targets: [0] });
    const collate = collateFields({ input: collateStacked, target: collateStacked });
    const [{ input, target }] = new DataLoader(windows, { batchSize: 5, collate });
    expect([input.shape, target.shape]).toEqual([
      [5, 4, 2],
      [5, 3, 1],
    ]);
  });

  test.each([
    [{ window: 0 }, "expected window"],
    [{ window: -3 }, "expected window to be a whole number of at least 1, got -3"],
    [{ window: 2, horizon: 0 }, "expected horizon"],
    [{ window: 2, stride: 0.5 }, "expected stride"],
    [
      { window: 5, horizon: 2 },
      "at least 7 time steps because window is 5 and horizon is 2, got 6",
    ],
    [{ window: 2, targets: [2] }, "targets from 0 to 1, the series' features, got [2]"],
    [{ window: 2, targets: [] }, "targets from 0 to 1"],
  ])("refuses %j of six steps", (options, message) => {
    expect(() => new SlidingWindows(seriesOf(6), options)).toThrow(message);
  });

  test("says which part is too short", () => {
    expect(() =>
      SlidingWindows.split(seriesOf(20), { train: 0.9, test: 0.1 }, { window: 3, horizon: 4 }),
    ).toThrow("of which 18 to 19 may be predicted");
  });
});
