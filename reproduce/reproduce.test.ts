/**
 * @file Every row of every table runs: its quick version, which trains for a few steps. One row is
 * cheap enough to be trained in full.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { addingProblem, manualSeed } from "unrolled";
import { HOCHREITER_1997 } from "./hochreiter-1997.ts";
import { findData } from "./data.ts";
import { trainOnTask, type StepsOptions } from "./memory.ts";
import { page, PAGE } from "./page.ts";
import { readRecords, recordsOf, type RunRecord } from "./records.ts";
import { oursInWords, summarize, verdict } from "./summary.ts";
import type { Row, RunContext } from "./table.ts";
import { TABLES } from "./tables.ts";
import { Interrupted } from "./train.ts";

function context(quick: boolean): RunContext {
  const { signal } = new AbortController();
  return { seed: 1, quick, signal, checkpointFile: null, log: vi.fn() };
}

describe.each(TABLES)("$name", (table) => {
  it("has rows of different names", () => {
    const names = table.rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(table.rows)("runs $name in its quick version", async (row) => {
    if (row.data && !findData(row.data)) {
      console.log(`${row.data} is not there: set UNROLLED_DATA to run this row`);
      return;
    }
    manualSeed(1);
    const { score, steps } = await row.run(context(true));
    expect(score).toBeGreaterThanOrEqual(0); // NaN is not
    expect(score).toBeLessThan(Infinity);
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThan(100);
  });

  it("has records of its own rows and seeds alone", () => {
    for (const record of readRecords(table)) {
      const row = table.rows.find(({ name }) => name === record.row);
      expect(row?.seeds, `${record.row}, seed ${record.seed}`).toContain(record.seed);
    }
  });
});

it("solves the adding problem at T = 100 in fewer sequences than the LSTM of 1997", async () => {
  const row = HOCHREITER_1997.rows.find(({ name }) => name === "adding-100")!;
  manualSeed(1);
  const { score, details } = await row.run(context(false));
  expect(score).toBeLessThan(row.published!);
  expect(details!.wrongOf2560).toBeLessThan(26); // 1 %
});

it("goes on where Ctrl-C stopped it, to the same bits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "reproduce-"));
  const options: StepsOptions = {
    task: addingProblem({ length: 8 }),
    cell: "GRU",
    hiddenSize: 6,
    batchSize: 4,
    lr: 0.01,
    clipNorm: 1,
    steps: 40,
  };
  manualSeed(3);
  const whole = await trainOnTask(context(false), options);

  const checkpointFile = join(folder, "run.checkpoint");
  const abort = new AbortController();
  const interrupted = { ...context(false), checkpointFile, signal: abort.signal };
  manualSeed(3);
  const stopped = trainOnTask({ ...interrupted, log: () => abort.abort() }, options);
  await expect(stopped).rejects.toThrow(Interrupted);

  manualSeed(4);
  const resumed = await trainOnTask({ ...context(false), checkpointFile }, options);
  rmSync(folder, { recursive: true });
  expect(resumed.score).toBe(whole.score);
  expect(resumed.steps).toBe(40);
  expect(resumed.spentBefore!.cpuSeconds).toBeGreaterThan(0);
});

it("has the page that its records give", () => {
  expect(readFileSync(PAGE, "utf8"), "npm run reproduce -- --page, then npm run fix").toBe(page());
});

describe("a row's summary", () => {
  const row = { published: 8.45, better: "lower", seeds: [1, 2, 3], hoursPerSeed: 0.5 } as Row;
  const scored = (...scores: number[]) =>
    scores.map((score, i) => ({ score, seed: i + 1, row: row.name }) as RunRecord);

  it("is better, within the spread or worse than the published number", () => {
    expect(verdict(row, summarize(scored(8.4, 8.42)))).toBe("better");
    expect(verdict(row, summarize(scored(8.4, 8.52)))).toBe("within the spread");
    expect(verdict(row, summarize(scored(8.5, 8.52)))).toBe("worse");
    const accuracy: Row = { ...row, published: 96.2, better: "higher" };
    expect(verdict(accuracy, summarize(scored(96.1)))).toBe("worse");
    expect(verdict(accuracy, summarize(scored(96.3)))).toBe("better");
  });

  it("says mean and spread, or that it was not run and how long it would take", () => {
    expect(oursInWords(row, summarize(scored(8.4, 8.5)))).toBe("8.45 ± 0.07");
    expect(oursInWords(row, null)).toBe("not run (estimate 1.5 hours)");
  });

  it("takes the latest record of each seed", () => {
    const records = scored(8.4, 8.5);
    const again = { ...records[0], score: 8.3 };
    expect(recordsOf([...records, again], row).map(({ score }) => score)).toEqual([8.3, 8.5]);
  });
});
