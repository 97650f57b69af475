import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCommand, makeFolder, unrolled, type Outcome } from "./command.ts";

beforeAll(buildCommand);

/** Two seasons' worth of noise-free and noisy days, with a promotion that lifts what is sold. */
function sales(days: number, empty = 0): string {
  const lines = ["date,sold,promo"];
  for (let t = 0; t < days; t++) {
    const date = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
    const promo = Number(t % 9 === 4);
    const sold = 50 + 10 * Math.sin((2 * Math.PI * t) / 7) + 20 * promo + 3 * Math.sin(t * t);
    lines.push(`${date},${t < days - empty ? sold.toFixed(2) : ""},${promo}`);
  }
  return `${lines.join("\n")}\n`;
}

const day = (t: number) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
const rows = (count: number, value: (t: number) => string) =>
  `date,y\n${Array.from({ length: count }, (_, t) => `${day(t)},${value(t)}`).join("\n")}\n`;
const wave = (t: number) => String(5 + Math.sin(t) + (t % 5) / 10);

const cwd = makeFolder({
  "sales.csv": sales(200),
  "future.csv": sales(160, 7),
  "no-future.csv": sales(160),
  "constant.csv": rows(100, () => "3"),
  "ten.csv": rows(10, wave),
  "missing.csv": rows(50, () => "NA"),
  "word.csv": rows(50, (t) => (t === 30 ? "oops" : wave(t))),
  "infinite.csv": rows(50, (t) => (t === 30 ? "inf" : wave(t))),
  "formats.csv": rows(50, wave).replace("2024-01-20", "20/01/2024"),
  "negative.csv": rows(100, (t) => String(Math.sin(t))),
  "short.csv": rows(60, wave),
});
const run = (...args: string[]) => unrolled(args, { cwd });
const TINY = ["--hidden", "4", "--window", "8", "--steps", "4"];

let trained: Outcome;
beforeAll(async () => {
  trained = await run("train", "forecast", "sales.csv", "--known", "promo", ...TINY, "-o", "model");
  expect(trained.stderr).not.toMatch(/^unrolled:/m);
  expect(trained.code).toBe(0);
});

describe("train forecast", () => {
  test("says what it found in the table, and writes a model directory", () => {
    expect(trained.stdout).toMatch(/sales\.csv: 200 rows; time: date; frequency: daily\./);
    expect(trained.stdout).toMatch(
      /Forecasts sold 7 steps ahead \(daily\), season 7; known: promo\./,
    );
    for (const name of ["model.safetensors", "config.json", "metrics.jsonl", "report.html"]) {
      expect(existsSync(join(cwd, "model", name))).toBe(true);
    }
  });

  test("begins its summary and its report with who forecasts better, and shows every baseline", () => {
    const verdict = /(A baseline wins|is better than every baseline)/;
    expect(trained.stdout.replaceAll("\n", " ")).toMatch(verdict);
    const report = readFileSync(join(cwd, "model", "report.html"), "utf8");
    expect(/<p class="lead-text">(.*?)<\/p>/s.exec(report)![1]).toMatch(verdict);
    for (const name of [
      "persistence",
      "drift",
      "seasonal naive",
      "moving average",
      "exponential smoothing",
      "linear autoregression",
    ]) {
      expect(trained.stdout).toMatch(new RegExp(`^ +${name} +\\d`, "m"));
      expect(report).toContain(name);
    }
    for (const heading of ["Forecasts", "Error by step", "Calibration", "What is left over"]) {
      expect(report).toContain(`<h2>${heading}</h2>`);
    }
    // Not a price: nobody expects advice.
    expect(trained.stdout + report).not.toMatch(/investment advice/);
  });

  test("of prices, says once that it is no advice, and what the direction was worth", async () => {
    writeFileSync(join(cwd, "prices.csv"), rows(100, wave).replace("date,y", "date,close"));
    const { stdout, code } = await run("train", "forecast", "prices.csv", ...TINY, "-o", "prices");
    expect(code).toBe(0);
    expect(stdout.replaceAll("\n", " ").match(/This is no investment advice/g)).toHaveLength(1);
    expect(stdout).toMatch(/Up or down, one step ahead: right in/);
  });
});

describe("a trained forecaster", () => {
  test("goes on after the last value, with the known future of the rows below it", async () => {
    const { stdout, code } = await run("run", "model", "future.csv", "--json");
    expect(code).toBe(0);
    const [event] = stdout
      .split("\n")
      .map((line) => JSON.parse(line || "{}") as Record<string, unknown>);
    expect(event).toMatchObject({ type: "forecast", target: "sold" });
    expect(event.times).toEqual(Array.from({ length: 7 }, (_, i) => day(153 + i)));
    const quantiles = event.quantiles as Record<string, number[]>;
    (event.mean as number[]).forEach((_, h) => {
      expect(quantiles["0.1"][h]).toBeLessThanOrEqual(quantiles["0.9"][h]);
    });
  });

  test("writes a table of its forecasts", async () => {
    await run("run", "model", "future.csv", "-o", "forecast.csv");
    const lines = readFileSync(join(cwd, "forecast.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toMatch(/^id,target,time,mean,q0\.025,.*,q0\.975$/);
    expect(lines).toHaveLength(8);
    expect(lines[1]).toMatch(/^,sold,2024-06-02,/);
  });

  test("names known covariates whose future is not given, and the times", async () => {
    const { stderr, code } = await run("run", "model", "no-future.csv");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /needs to know promo for the 7 steps to forecast; it is missing for 2024-06-09, 2024-06-10, 2024-06-11 and 4 more times/,
    );
  });

  test("is measured on the part that was held out of its own table, to the same score", async () => {
    const { stdout } = await run("eval", "model", "sales.csv", "--json");
    const evaluation = JSON.parse(stdout.split("\n")[0]) as { scores: { sold: { rmse: number } } };
    const end = readFileSync(join(cwd, "model", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .at(-1)!;
    const noted = JSON.parse(end) as { evaluation: { scores: { sold: { rmse: number } } } };
    expect(evaluation.scores.sold.rmse).toBe(noted.evaluation.scores.sold.rmse);
  });

  test("is measured on what is later than training in another table", async () => {
    writeFileSync(join(cwd, "longer.csv"), sales(240));
    const { stdout } = await run("eval", "model", "longer.csv", "-o", "eval.html");
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /Only what is later than training counts: 80 rows after 2024-06-08\./,
    );
    expect(existsSync(join(cwd, "eval.html"))).toBe(true);
  });

  test("tells inspect what it forecasts, and how well", async () => {
    const { stdout } = await run("inspect", "model");
    expect(stdout).toMatch(/forecasts +sold, 7 steps ahead/);
    expect(stdout).toMatch(/on the test part +RMSE [\d.]+ \(best baseline, /);
  });
});

test("a Parquet file is read like a CSV file of the same rows", async () => {
  const cells = sales(200)
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "date", data: cells.map(([date]) => new Date(date)), type: "TIMESTAMP" },
      { name: "sold", data: cells.map(([, sold]) => Number(sold)), type: "DOUBLE" },
      { name: "promo", data: cells.map(([, , promo]) => Number(promo)), type: "INT32" },
    ],
  });
  writeFileSync(join(cwd, "sales.parquet"), new Uint8Array(buffer));
  const { stdout, code } = await run("eval", "model", "sales.parquet", "--json");
  expect(code).toBe(0);
  const [evaluation] = stdout.split("\n");
  const csv = await run("eval", "model", "sales.csv", "--test", "0.2", "--json");
  expect(JSON.parse(evaluation)).toEqual(JSON.parse(csv.stdout.split("\n")[0]));
});

describe("data that cannot be forecast is refused in a sentence", () => {
  // prettier-ignore
  const cases: [string, string[], RegExp][] = [
    ["a constant series", ["constant.csv"], /expected a column with numbers that change/],
    ["all values missing", ["missing.csv", "--target", "y"], /all values of y are missing/],
    ["a word among numbers", ["word.csv"], /word\.csv, line 32, column y: expected a number, got "oops"/],
    ["an infinite value", ["infinite.csv"], /infinite\.csv, line 32, column y: expected a finite number, got "inf"/],
    ["dates in two formats", ["formats.csv"], /line 21, column date: dates are in two formats: "2024-01-01" is year-month-day, and here is "20\/01\/2024", day\/month\/year/],
    ["ten points", ["ten.csv"], /Expected at least 10 rows to train on, got 8 of 10/],
    ["a target that is not there", ["short.csv", "--target", "sold"], /expected a column called sold, got date, y/],
    ["a horizon longer than the data", ["short.csv", "--horizon", "100"], /horizon of 100 steps is longer than the test part of 12 steps \(of 60 rows\)/],
    ["a logarithm of what is not positive", ["negative.csv", "--curve", "log"], /log/],
    ["no such file", ["none.csv"], /Cannot read none\.csv: there is no such file/],
  ];
  test.each(cases)("%s", async (_, args, wanted) => {
    const { code, stderr } = await run("train", "forecast", ...args, ...TINY, "-o", "refused");
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^unrolled: \S/);
    expect(stderr).toMatch(wanted);
    expect(stderr).not.toMatch(/internal:|\n +at /);
    expect(code).toBe(1);
    expect(existsSync(join(cwd, "refused", "config.json"))).toBe(false);
  });
});
