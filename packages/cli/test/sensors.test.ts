import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCommand, makeFolder, unrolled, type Outcome } from "./command.ts";

beforeAll(buildCommand);

/** Rows for each step: one channel rises, or falls; how long, and where it starts, says nothing. */
function recordings(count: number, first: number): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const [id, isUp] = [first + i, (first + i) % 2 === 0];
    return Array.from({ length: 5 + (id % 4) }, (_, t) =>
      [id, t, (isUp ? t : -t) + ((id * 7) % 5), (id * t) % 3, isUp ? "up" : "down"].join(","),
    );
  });
}

const table = (rows: string[][]) => `id,t,height,other,label\n${rows.flat().join("\n")}\n`;
const TRAIN = recordings(40, 0);
const TEST = recordings(12, 100);

const cwd = makeFolder({
  "motion.csv": table(TRAIN),
  "test.csv": table(TEST),
  "steps.csv": table(TEST).replaceAll(/,[^,]*$/gm, ""),
  "answers.csv": `id,class\n${TEST.map(([row]) => `${row.split(",")[0]},${row.split(",")[4]}`).join("\n")}\n`,
  "one.csv": table(TRAIN.filter((_, i) => i % 2 === 0)),
  "word.csv": table(TRAIN).replace(",0,down", ",none,down"),
  "one-channel.ts": "@classLabel true up down\n@data\n1,2,3:up\n3,2,1:down\n",
});
const run = (...args: string[]) => unrolled(args, { cwd });

let trained: Outcome;
beforeAll(async () => {
  const small = ["--hidden", "8", "--batch", "8", "--lr", "0.02", "--steps", "80"];
  trained = await run("train", "sensors", "motion.csv", "--test", "test.csv", ...small);
  expect(trained.stderr + trained.stdout).toMatch(/Report/);
});

describe("sensors", () => {
  test("train says what it read, and shows the model beside the baselines", () => {
    const { code, stdout } = trained;
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /40 recordings of 2 channels \(height, other\), 5 to 8 steps long/,
    );
    for (const name of ["most frequent class", "linear, of summaries", "nearest neighbour, DTW"]) {
      expect(stdout).toMatch(new RegExp(`^ +${name} +\\d+\\.\\d %`, "m"));
    }
    expect(stdout).toMatch(/^ +GRU +100\.0 %/m);
    const report = readFileSync(join(cwd, "runs", "motion-gru", "report.html"), "utf8");
    expect(report).toContain("every held-out recording was told right");
    expect(existsSync(join(cwd, "runs", "motion-gru", "model.safetensors"))).toBe(true);
  });

  test.each(["test.csv", "steps.csv"])("run answers for each recording of %s", async (file) => {
    const answered = await run("run", "runs/motion-gru", file, "--json");
    const answers = answered.events().filter(({ type }) => type === "answer");
    expect(answers.map(({ id, answer }) => [id, answer])).toEqual(
      TEST.map((_, i) => [String(100 + i), i % 2 === 0 ? "up" : "down"]),
    );
  });

  test("eval measures the baselines too, since the training recordings are still there", async () => {
    const { stdout, code } = await run(
      ...["eval", "runs/motion-gru", "steps.csv", "--labels", "answers.csv"],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/nearest neighbour, DTW +\d/);
    expect(stdout).toMatch(/^ +GRU +100\.0 %/m);
  });

  test("inspect shows the score beside the best baseline", async () => {
    const { stdout } = await run("inspect", "runs/motion-gru");
    expect(stdout).toMatch(/held-out accuracy +100\.0 % \(best baseline/);
  });

  test("export writes a graph that names what it takes and gives", async () => {
    const { code } = await run("export", "runs/motion-gru", "--onnx", "motion.onnx");
    expect(code).toBe(0);
    const bytes = readFileSync(join(cwd, "motion.onnx"), "latin1");
    for (const name of ["values", "scores", "GRU", "deviations"]) expect(bytes).toContain(name);
  });

  test.each([
    [["train", "sensors", "one.csv"], /only "up" in 16 cases: there is nothing to learn/],
    [["train", "sensors", "word.csv"], /word\.csv, row 6, column other: expected a number/],
    [["train", "sensors", "motion.csv", "--label", "clas"], /there is no column "clas"/],
    [["run", "runs/motion-gru", "gone.csv"], /Cannot read gone\.csv: there is no such file/],
    [["eval", "runs/motion-gru", "one-channel.ts"], /the 2 channels .* got 1 \(channel 1\)/],
  ])("%j", async (args, message) => {
    const { stdout, stderr } = await run(...args, ...(args[0] === "train" ? ["-o", "runs/x"] : []));
    expect((stdout + stderr).replaceAll(/\s+/g, " ")).toMatch(message);
  });
});
