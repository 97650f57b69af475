/**
 * @file Planted anomalies are found, clean data are left in peace, and a detector that is saved and
 * restored goes on as if nothing had happened.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { RandomGenerator } from "unrolled";
import {
  before,
  createAnomalyDetector,
  detectAnomalies,
  restoreAnomalyDetector,
  rollingZScore,
  scoreAnomalies,
  sliceSeries,
  trainForecast,
  type ForecastModel,
  type LabelledInterval,
  type SeriesSet,
} from "./index.ts";

const CLEAN = 1500;
const LENGTH = 3500;
const wave = (t: number) => 5 * Math.sin((2 * Math.PI * t) / 24);

/** A wave of 24 steps, with noise that remembers. */
function clean(): SeriesSet {
  const generator = new RandomGenerator(2);
  const times = Float64Array.from({ length: LENGTH }, (_, t) => t);
  let noise = 0;
  const y = times.map((t) => {
    noise = 0.5 * noise + 0.4 * generator.normal();
    return 20 + wave(t) + noise;
  });
  return {
    frequency: { unit: "step", count: 1 },
    targets: ["y"],
    knownCovariates: [],
    observedCovariates: [],
    series: [{ id: "", times, columns: { y } }],
  };
}

function planted(from: number, to: number, change: (value: number, t: number) => number) {
  const [series] = clean().series;
  for (let t = from; t < to; t++) series.columns.y[t] = change(series.columns.y[t], t);
  return series;
}

let model: ForecastModel;
beforeAll(async () => {
  ({ model } = await trainForecast(
    before(clean(), () => CLEAN),
    { hiddenSize: 12, window: 48 },
    { horizon: 24, budget: { steps: 60 } },
  ));
}, 120_000);

function found(series: ReturnType<typeof planted>, labels: LabelledInterval[]) {
  const scores = detectAnomalies(model, series, { from: CLEAN });
  const shifted = labels.map(({ from, to }) => ({ from: from - CLEAN, to: to - CLEAN }));
  return scoreAnomalies(
    scores.map(({ isAnomaly }) => isAnomaly),
    shifted,
    2,
  );
}

test("on clean data alarms are as rare as was asked for", () => {
  const [series] = clean().series;
  for (const falseAlarmRate of [0.05, 0.001]) {
    const scores = detectAnomalies(model, series, { from: CLEAN, falseAlarmRate });
    const alarms = scores.filter(({ isAnomaly }) => isAnomaly).length;
    // 2000 values, 100 or 2 alarms expected; one alarm can hold on for some steps.
    expect(alarms).toBeLessThan(2.5 * falseAlarmRate * 2000 + 6);
    if (falseAlarmRate === 0.05) expect(alarms).toBeGreaterThan(40);
  }
});

describe("a planted anomaly is found", () => {
  const kinds: [string, number, number, (value: number, t: number) => number][] = [
    ["a spike", 2000, 2001, (value) => value + 5],
    ["a level shift", 2000, 2020, (value) => value + 4],
    ["a missing season", 2002, 2026, (value, t) => value - wave(t)],
    ["a value that hangs", 2006, 2018, () => 25],
  ];
  test.each(kinds)("%s", (_, from, to, change) => {
    const { byEvent, byPoint } = found(planted(from, to, change), [{ from, to }]);
    expect(byEvent.recall).toBe(1);
    expect(byEvent.precision).toBeGreaterThanOrEqual(0.25); // few alarms beside it
    // Where the wave passes through its mean, a season that is missing does not show.
    expect(byPoint.recall).toBeGreaterThanOrEqual(0.5);
  });
});

test("where the wave hides what is wrong, a rolling z-score finds nothing", () => {
  const [from, to] = [2002, 2026];
  const series = planted(from, to, (value, t) => value - wave(t));
  const alarms = rollingZScore(series.columns.y, { window: 48 }).slice(CLEAN);
  const { byEvent } = scoreAnomalies(alarms, [{ from: from - CLEAN, to: to - CLEAN }]);
  expect(byEvent.recall).toBe(0);
});

test("a new level is believed after as many steps as the model forecasts", () => {
  const series = planted(2000, LENGTH, (value) => value + 6);
  const scores = detectAnomalies(model, series, { from: CLEAN });
  const alarms = scores.slice(2000 - CLEAN).map(({ isAnomaly }) => isAnomaly);
  expect(alarms.slice(0, 20).filter(Boolean).length).toBeGreaterThan(15);
  expect(alarms.slice(200).filter(Boolean).length).toBeLessThan(20);
});

test("missing values set off no alarm, and what follows is still scored", () => {
  const series = planted(2000, 2010, () => NaN);
  const scores = detectAnomalies(model, series, { from: CLEAN }).slice(2000 - CLEAN);
  expect(
    scores.slice(0, 10).every(({ isAnomaly, score }) => !isAnomaly && Number.isNaN(score)),
  ).toBe(true);
  expect(scores.slice(10, 60).every(({ score }) => Number.isFinite(score))).toBe(true);
});

test("a detector restored from JSON, in the middle of an alarm, gives the same scores", () => {
  const series = planted(1600, 1610, (value) => value + 5);
  const detector = createAnomalyDetector(model, sliceSeries(series, 0, 1550));
  const values = [...series.columns.y.slice(1550, 1700)];
  const whole = values.map((value) => detector.push(value));
  const first = createAnomalyDetector(model, sliceSeries(series, 0, 1550));
  for (const value of values.slice(0, 55)) first.push(value);
  const second = restoreAnomalyDetector(model, JSON.parse(JSON.stringify(first.getState())));
  expect(values.slice(55).map((value) => second.push(value))).toEqual(whole.slice(55));
  expect(whole[54].isAnomaly).toBe(true);
});

test("says what is wrong", () => {
  const [series] = clean().series;
  expect(() => createAnomalyDetector(model, series, { target: "z" })).toThrow(
    /target of the model, y, got z/,
  );
  expect(() => createAnomalyDetector(model, series, { falseAlarmRate: 2 })).toThrow(
    /between 0 and 1.*got 2/,
  );
  expect(() => createAnomalyDetector(model, sliceSeries(series, 0, 0))).toThrow(/at least one row/);
  expect(() => scoreAnomalies([false], [{ from: 0, to: 3 }])).toThrow(/rows 0 to 1, got 0 to 3/);
});
