import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { experiment } from "./3c-cliff.ts";

interface Details {
  surface: number[][];
  free: { path: [number, number][]; losses: number[]; steps: number[] };
  clipped: { path: [number, number][]; losses: number[]; steps: number[] };
}

// Seeds 1–30 were run by hand, with 20 starts and with 12.
test("one step leaps off the cliff; clipped, none is longer than 5 · lr, and all arrive", async () => {
  await expectClaims(experiment, [1, 2]);
  await expectClaims(experiment, [3], { ...experiment.small });
});

test("the map holds (h_T − 0.5)² for hₜ = tanh(w·hₜ₋₁ + b), w to the right, b upwards", async () => {
  const { details } = await runExperiment(experiment, { starts: 1, length: 7 });
  const { surface } = details as Details;
  for (const [row, column] of [
    [0, 0],
    [5, 40],
    [48, 64],
  ]) {
    const [w, b] = [(4 * column) / 64, 1.5 - (3 * row) / 48];
    let h = 0.8;
    for (let t = 0; t < 7; t++) h = Math.tanh(w * h + b);
    expect(surface[row][column]).toBeCloseTo((h - 0.5) ** 2, 12);
  }
});

test("a threshold that no gradient reaches changes nothing", async () => {
  const { details, claims } = await runExperiment(experiment, {
    starts: 1,
    length: 3,
    threshold: 1000,
  });
  const { free, clipped } = details as Details;
  expect(clipped).toEqual(free);
  expect(claims.length).toBe(1);
});

test("where the clipped run is at the cliff, its step has the gradient's direction", async () => {
  const { details } = await runExperiment(experiment, { starts: 1 });
  const { free, clipped } = details as Details;
  // Both walk together until the first step that is clipped.
  const first = free.path.findIndex(([w], step) => w !== clipped.path[step][0]);
  const turn = (path: [number, number][]) => {
    const [[w0, b0], [w1, b1]] = [path[first - 1], path[first]];
    return Math.atan2(b1 - b0, w1 - w0);
  };
  expect(turn(clipped.path)).toBeCloseTo(turn(free.path), 9);
  expect(clipped.steps[first - 1]).toBeCloseTo(0.1, 6);
  expect(free.steps[first - 1]).toBeGreaterThan(0.1);
});
