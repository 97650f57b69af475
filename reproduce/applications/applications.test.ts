/**
 * @file Results of applications: records from model directories, and the pages made of them.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { namedScores, numberAt, type Application, type Entry } from "./application.ts";
import { APPLICATIONS } from "./index.ts";
import { page, pagePath } from "./page.ts";
import { take, trainCommand, type ApplicationRecord } from "./runs.ts";

const { added } = vi.hoisted(() => ({ added: [] as unknown[] }));
vi.mock("../records.ts", async (original) => ({
  ...(await original<typeof import("../records.ts")>()),
  addRecord: (record: unknown) => added.push(record),
}));

describe.each(APPLICATIONS)("$name", (application) => {
  it("has entries of different names", () => {
    const names = application.entries.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has a page that its records of today give", () => {
    const path = pagePath(application);
    if (existsSync(path)) expect(readFileSync(path, "utf8")).toBe(page(application));
    else expect(page(application)).toContain("not run");
  });
});

const ENTRY: Entry = {
  name: "toy",
  what: "A toy",
  train: ["data:toy/train.csv", "--steps", "9"],
  seeds: [1, 2],
  metric: "accuracy",
  better: "higher",
  digits: 1,
  read: ({ start, end }) => ({
    score: 100 * numberAt(end, "evaluation.accuracy"),
    baselines: namedScores(start.baselines, "percent"),
  }),
  parts: ({ end }) => ({ "long ones": 100 * numberAt(end, "evaluation.long") }),
  target: 80,
  published: [{ what: "LSTM", score: 79.5, source: "a paper, read" }],
  minutesPerSeed: 1,
};
const TOY: Application = { name: "toy", title: "A toy", about: "Toys.", entries: [ENTRY] };

const folder = mkdtempSync(join(tmpdir(), "unrolled-results-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function metrics(seed: number, command: string[], isDone = true): string {
  const start = {
    type: "start",
    task: "toy",
    config: { seed },
    engine: "wasm",
    baselines: [{ name: "majority", percent: 50 }],
    command,
    date: "2026-11-26T01:02:03.000Z",
    machine: "a machine",
    threads: 1,
    node: "20.20.2",
    version: "0.1.0",
  };
  const end = {
    type: "end",
    steps: 9,
    seconds: 61,
    cpuSeconds: 30.4,
    parameters: 7,
    evaluation: { accuracy: 0.8 + seed / 100, long: 0.6 },
  };
  return [start, ...(isDone ? [end] : [])].map((line) => JSON.stringify(line)).join("\n");
}

describe("a run done elsewhere", () => {
  it("is taken from its model directory, wherever it lay and however it was watched", () => {
    const command = [
      "train",
      "toy",
      "/far/away/train.csv",
      "--steps",
      "9",
      "-o",
      "x",
      "--seed",
      "2",
      "--json",
    ];
    writeFileSync(join(folder, "metrics.jsonl"), metrics(2, command));
    const record = take(TOY, ENTRY, folder);
    expect(added).toEqual([record]);
    expect(record).toMatchObject({
      table: "toy",
      row: "toy",
      seed: 2,
      score: 82,
      steps: 9,
      seconds: 61,
      cpuSeconds: 30,
      machine: "a machine",
      engine: "wasm",
      date: "2026-11-26",
      command: "unrolled train toy $UNROLLED_DATA/toy/train.csv --steps 9",
      baselines: { majority: 50 },
      parts: { "long ones": 60 },
      versions: { unrolled: "0.1.0", node: "20.20.2" },
    });
  });

  it("of another command, with another seed, or unfinished is refused", () => {
    const words = ["train", "toy", "train.csv", "--steps"];
    writeFileSync(join(folder, "metrics.jsonl"), metrics(1, [...words, "10"]));
    expect(() => take(TOY, ENTRY, folder)).toThrow(/was made by another command/);
    writeFileSync(join(folder, "metrics.jsonl"), metrics(3, [...words, "9"]));
    expect(() => take(TOY, ENTRY, folder)).toThrow(/seed 3 is none of 1, 2/);
    writeFileSync(join(folder, "metrics.jsonl"), metrics(1, [...words, "9"], false));
    expect(() => take(TOY, ENTRY, folder)).toThrow(/has not come to its end/);
  });
});

describe("a page", () => {
  const record = (seed: number, score: number, baseline: number): ApplicationRecord => ({
    table: "toy",
    row: "toy",
    seed,
    score,
    steps: 9,
    details: {},
    seconds: 60,
    cpuSeconds: 30,
    machine: "a machine",
    engine: "wasm",
    threads: 1,
    commit: "abc",
    date: "2026-11-26",
    command: trainCommand(TOY, ENTRY),
    baselines: { majority: 50, words: baseline },
    parts: { "long ones": score - 20 },
    versions: { unrolled: "0.1.0", node: "20.20.2" },
  });

  it("shows mean and interval, the target, baselines with those not beaten, and sources", async () => {
    const records = await import("../records.ts");
    vi.spyOn(records, "readRecords").mockReturnValue([record(1, 80, 90), record(2, 82, 90)]);
    const text = page(TOY);
    // Student's with one degree of freedom: 12.706 · √2/√2.
    expect(text).toContain(
      "| **81.0** ± 12.7<br>long ones: 61.0 | ≥ 80.0, reached | words 90.0 (**not beaten**)<br>majority 50.0 |",
    );
    expect(text).toContain("LSTM 79.5<sup>toy-1</sup> | 1, 2 | 9, 1.0 min (30 s) |");
    expect(text).toContain("unrolled train toy $UNROLLED_DATA/toy/train.csv --steps 9 -o runs/toy");
    expect(text).toContain("- <sup>toy-1</sup> a paper, read");
    expect(text).toContain(
      "Ran on a machine, wasm engine, 1 thread, Node 20.20.2, Unrolled 0.1.0; 2026-11-26.",
    );
  });
});

describe("folds", () => {
  const FOLDED: Entry = {
    ...ENTRY,
    train: ["data:toy/train.csv", "--fold", "{fold}/2"],
    folds: ["1", "2"],
    seeds: [1],
  };
  const APPLICATION: Application = { ...TOY, entries: [FOLDED] };
  const command = (fold: string) => ["train", "toy", "train.csv", "--fold", `${fold}/2`];

  it("are told apart by the command, and make one row with their mean", async () => {
    const taken = ["1", "2"].map((fold) => {
      writeFileSync(join(folder, "metrics.jsonl"), metrics(1, command(fold)));
      return take(APPLICATION, FOLDED, folder);
    });
    expect(taken.map(({ seed, fold }) => [seed, fold])).toEqual([
      [1, "1"],
      [1, "2"],
    ]);
    writeFileSync(join(folder, "metrics.jsonl"), metrics(1, command("3")));
    expect(() => take(APPLICATION, FOLDED, folder)).toThrow(/was made by another command/);

    const records = await import("../records.ts");
    const [first, second] = taken;
    vi.spyOn(records, "readRecords").mockReturnValue([
      { ...first, score: 1 },
      { ...first, score: 80 },
      { ...second, score: 82 },
    ]);
    const text = page(APPLICATION);
    expect(text).toContain("| **81.0** ± 12.7<br>long ones: 60.0 | ≥ 80.0, reached |");
    expect(text).toContain("| 2 of 2 folds |");
    expect(text.match(/a paper, read/g)).toHaveLength(1);
    expect(text).toContain(
      "unrolled train toy $UNROLLED_DATA/toy/train.csv --fold $FOLD/2 -o runs/toy-$FOLD",
    );
  });
});

it("a number that is not there is named with what is", () => {
  expect(() => numberAt({ a: { b: "x" } }, "a.b")).toThrow('expected a number at a.b, got "x"');
  expect(() => numberAt(null, "a.b")).toThrow("expected a number at a.b, got null");
});
