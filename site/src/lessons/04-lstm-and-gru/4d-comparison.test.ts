import { expect, test } from "vitest";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./4d-comparison.ts";

// By hand: seeds 1–8, on the native and the wasm engine.
test("parameters are as 1 : 3 : 4, and the gated cells remember what the RNN does not", async () => {
  const [{ tables }] = await expectClaims(experiment, [1, 2]);

  const [table] = tables;
  expect(table.rows.map((row) => row.slice(0, 6))).toEqual([
    ["RNN", 64, 0, "h", 4800, 4864],
    ["GRU", 64, 2, "h", 14_400, 14_592],
    ["LSTM", 64, 3, "h, C", 19_200, 19_456],
  ]);
  for (const row of table.rows) expect(Number(row[6])).toBeGreaterThan(0);
});

test("the ratio holds for other sizes; with equal parameters the RNN has most units", async () => {
  await expectClaims(experiment, [1], { d: 7, h: 12, lag: 0 });
  await expectClaims(experiment, [1], { d: 33, h: 20, lag: 0 });

  const [{ tables }] = await expectClaims(experiment, [1], { match: "parameters", lag: 0 });
  expect(tables[0].rows.map((row) => row[1])).toEqual([133, 75, 64]);
});

test("without training nothing is said about memory", async () => {
  const { plots, claims } = await runExperiment(experiment, { lag: 0 });
  expect(plots.length).toBe(1);
  expect(claims.filter(({ says }) => says.includes("remembers"))).toEqual([]);
});
