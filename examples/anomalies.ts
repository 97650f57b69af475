/**
 * @file A sensor's stream, generated, with three faults put in by hand: a spike, a shift of the level,
 * and a day without its wave. A forecaster trained on clean data scores one value after the other;
 * half-way its state goes through JSON. A rolling z-score is the baseline.
 *
 * Prints:
 *   detector: found … of 3 faults, … of … alarms right
 *   rolling z-score: found … of 3 faults, … of … alarms right
 *   first alarm: row 40, score …, expected …, got …
 *   the restored detector says the same: true
 */

import { RandomGenerator } from "unrolled";
import {
  before,
  createAnomalyDetector,
  restoreAnomalyDetector,
  rollingZScore,
  scoreAnomalies,
  sliceSeries,
  trainForecast,
  type AnomalyScore,
  type DetectorState,
  type SeriesSet,
} from "unrolled/tasks/forecast";

const generator = new RandomGenerator(2);
const CLEAN = 1200;
const times = Float64Array.from({ length: CLEAN + 400 }, (_, t) => t);
const wave = (t: number) => 5 * Math.sin((2 * Math.PI * t) / 24);
const heat = times.map((t) => 20 + wave(t) + 0.5 * generator.normal());
const faults = [
  { from: 40, to: 41 },
  { from: 150, to: 162 },
  { from: 280, to: 304 },
];
heat[CLEAN + 40] += 6;
for (let row = 150; row < 162; row++) heat[CLEAN + row] += 4;
for (let row = 280; row < 304; row++) heat[CLEAN + row] -= wave(CLEAN + row);
const set: SeriesSet = {
  frequency: { unit: "step", count: 1 },
  targets: ["heat"],
  knownCovariates: [],
  observedCovariates: [],
  series: [{ id: "", times, columns: { heat } }],
};

const { model } = await trainForecast(
  before(set, () => CLEAN),
  { hiddenSize: 16, window: 48 },
  { horizon: 24, budget: { steps: 40 } },
);
const detector = createAnomalyDetector(model, sliceSeries(set.series[0], 0, CLEAN));
const scores: AnomalyScore[] = [];
let kept = "";
for (const [row, value] of heat.slice(CLEAN).entries()) {
  if (row === 155) kept = JSON.stringify(detector.getState()); // in the middle of an alarm
  scores.push(detector.push(value));
}

const print = (name: string, alarms: boolean[]) => {
  const { events } = scoreAnomalies(alarms, faults, 1);
  console.log(
    `${name}: found ${events.found} of 3 faults, ${events.right} of ${events.alarms} alarms right`,
  );
};
print(
  "detector",
  scores.map(({ isAnomaly }) => isAnomaly),
);
print("rolling z-score", rollingZScore(heat, { window: 48 }).slice(CLEAN));
const first = scores.find(({ isAnomaly }) => isAnomaly)!;
console.log(
  `first alarm: row ${scores.indexOf(first)}, score ${first.score.toFixed(1)}, expected ${first.expected.toFixed(1)}, got ${first.value.toFixed(1)}`,
);

const other = restoreAnomalyDetector(model, JSON.parse(kept) as DetectorState);
const same = heat.slice(CLEAN + 155).every((value, i) => {
  return other.push(value).score === scores[155 + i].score;
});
console.log(`the restored detector says the same: ${same}`);
