import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ComparisonResult } from "unrolled";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCommand, makeFolder, someText, unrolled, type Outcome } from "./command.ts";

const cwd = makeFolder({ "own.txt": someText(8000), "short.txt": someText(2000) });
const compare = (...args: string[]) => unrolled(["compare", ...args], { cwd });
const SMALL = ["--steps", "20", "--seeds", "2", "--hidden", "6", "--lr", "0.01,0.03"];

interface End {
  type: string;
  result: ComparisonResult;
  directory: string;
}
const endOf = (outcome: Outcome) => outcome.events().at(-1) as unknown as End;
const read = (...path: string[]) => readFileSync(join(cwd, ...path), "utf8");
const scoresOf = ({ entries }: ComparisonResult) =>
  entries.map(({ cell, hiddenSize, runs }) => [cell, hiddenSize, runs.map(({ score }) => score)]);

let first: Outcome;
beforeAll(async () => {
  buildCommand();
  first = await compare("--task", "adding", "--lag", "6", ...SMALL, "--json");
  expect(first.stderr).toMatch(/Done in/);
  expect(first.code).toBe(0);
});

describe("a memory task", () => {
  test("is told in two tables, with the baseline and what is noise", () => {
    for (const line of [
      /RNN, LSTM, GRU on adding, lag 6/,
      /equal hidden\n +RNN +none +6 +67 +0\.\d+ ± \d\.\d+ +\d of 2 +[<≥ ]*\d\n +LSTM +3: i f o +6 +247/,
      /equal parameters\n +RNN +none +13 +235/,
      /training step +steps\/s +streaming step +memory +best lr/,
      /always answering 1, the mean of the sums 0\.167/,
      /Equal hidden size: .*seed/,
      /Times: medians, measured one model at a time, 1 thread/,
    ]) {
      expect(first.stderr).toMatch(line);
    }
  });

  test("its events end in the result, which is also in the directory, beside a report", () => {
    const events = first.events();
    const types = new Set(events.map(({ type }) => type));
    expect(types).toEqual(new Set(["start", "measuring", "plan", "progress", "trial", "end"]));
    const { result, directory } = endOf(first);
    expect(directory).toBe("runs/compare-adding-6");
    expect(JSON.parse(read(directory, "comparison.json"))).toEqual(result);
    expect(result.settings).toMatchObject({
      seeds: [1, 2],
      steps: 20,
      lrs: [0.01, 0.03],
      threads: 1,
    });
    const report = read(directory, "report.html");
    expect(report).not.toMatch(/<script|https?:|NaN|undefined/);
    for (const words of [
      "Architectures at a glance",
      "Memory span",
      "equal number of parameters",
    ]) {
      expect(report.toLowerCase()).toContain(words.toLowerCase());
    }
    expect(report).toContain(
      "compare --task adding --lag 6 --seeds 2 --seed 1 --hidden 6 --steps 20",
    );
  });

  test("scores depend on the seed, and not on how many trainings run side by side", async () => {
    const args = ["compare", "--lag", "6", ...SMALL, "--no-span", "--json"];
    const alone = await unrolled(args, { cwd, env: { UNROLLED_THREADS: "1" } });
    const three = await unrolled(args, { cwd, env: { UNROLLED_THREADS: "3" } });
    expect(scoresOf(endOf(three).result)).toEqual(scoresOf(endOf(alone).result));
    expect(endOf(alone).result.entries[0].memorySpan).toBeNull();
    const other = await compare("--lag", "6", ...SMALL, "--no-span", "--json", "--seed", "7");
    expect(endOf(other).result.settings.seeds).toEqual([7, 8]);
    expect(scoresOf(endOf(other).result)).not.toEqual(scoresOf(endOf(alone).result));
  });

  test("LSTM and GRU solve it far back where a window cannot, and the span says how far", async () => {
    const task = ["--task", "delayed-recall", "--lag", "12", "--lags", "5"];
    const cells = ["--cells", "window,lstm,gru", "--budget", "equal-hidden", "--hidden", "24"];
    const training = ["--steps", "400", "--seeds", "2", "--lr", "0.02"];
    const { code, stdout } = await compare(...task, ...cells, ...training, "--json");
    expect(code).toBe(0);
    const { result } = endOf({
      stdout,
      events: () =>
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as never),
    } as never);
    const [window, lstm, gru] = result.entries;
    expect([window.solved, lstm.solved, gru.solved].map((it) => it!.runs)).toEqual([0, 2, 2]);
    expect(window.memorySpan).toMatchObject({ longest: 5, isBounded: true });
    expect(gru.memorySpan).toMatchObject({ longest: 12, isBounded: false });
  });
});

test("a text is compared in nats per character, beside what counting reaches", async () => {
  const { code, stdout } = await compare("own.txt", "--cells", "rnn,mingru,window", ...SMALL);
  expect(code).toBe(0);
  expect(stdout).toMatch(/nats\/char/);
  expect(stdout.replaceAll("\n", " ")).toMatch(/unigram 2\.\d+; bigram \S+; 5-gram \S+\./);
  expect(stdout).toMatch(/minGRU +1: u +6/);
  expect(stdout).not.toMatch(/span|solved:/);
  const result = JSON.parse(read("runs/compare-own/comparison.json")) as ComparisonResult;
  for (const { runs } of result.entries) {
    expect(runs).toHaveLength(2);
    for (const { score } of runs) expect(score).toBeLessThan(Math.log(40));
  }
});

test("Ctrl-C keeps what is finished, says so, and exits with 130", async () => {
  let isSent = false;
  const { code, stdout, stderr } = await unrolled(
    [
      "compare",
      "--lag",
      "30",
      "--steps",
      "150",
      "--seeds",
      "2",
      "--hidden",
      "6",
      "--lr",
      "0.01",
      "-o",
      "cut",
    ],
    {
      cwd,
      onOutput(output, kill) {
        if (isSent || !/solved in \d of 2/.test(output)) return;
        isSent = true;
        kill("SIGINT");
      },
    },
  );
  expect(code).toBe(130);
  expect(stderr).toMatch(/Stopping after this step/);
  expect(stdout).toMatch(/Stopped\. What was finished is below/);
  const result = JSON.parse(read("cut", "comparison.json")) as ComparisonResult;
  expect(result.stoppedBy).toBe("signal");
  const finished = result.entries.filter(({ runs }) => runs.length === 2);
  expect(finished.length).toBeGreaterThan(0);
  expect(finished.length).toBeLessThan(result.entries.length);
  expect(read("cut", "report.html")).toMatch(/Stopped early/);
});

describe("what cannot be is refused in a sentence", () => {
  // prettier-ignore
  const cases: [string, string[], number, RegExp][] = [
    ["an unknown task", ["--task", "addition"], 2, /Allowed choices are adding, copy-memory/],
    ["an unknown cell", ["--cells", "rnn,lstn"], 2, /There is no cell "lstn"\. Allowed are rnn, lstm/],
    ["a lag of 0", ["--lag", "0"], 2, /a whole number of at least 1/],
    ["no seeds", ["--seeds", "0"], 2, /a whole number of at least 1/],
    ["a rate of 0", ["--lr", "0.1,0"], 2, /a number above 0/],
    ["a task and a file", ["own.txt", "--task", "adding"], 2, /leave out own\.txt, or --task adding/],
    ["a text without a file", ["--task", "text"], 2, /Which text\? Name a file/],
    ["a text with a lag", ["own.txt", "--lag", "5"], 2, /A text has no lag to set/],
    ["too short a text", ["short.txt"], 2, /short\.txt has 2,000 characters; .* at least 5,000\./],
    ["no such file", ["none.txt"], 1, /Cannot read none\.txt: there is no such file/],
    ["an output that is a file", ["-o", "own.txt"], 1, /own\.txt: it is a file/],
  ];

  test.each(cases)("%s", async (_, args, exitCode, message) => {
    const { code, stderr, stdout } = await compare(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/internal:|\n +at /);
    expect(stdout).toBe("");
    expect(code).toBe(exitCode);
  });

  test("a directory that holds a model", async () => {
    const tiny = ["--hidden", "4", "--embedding", "4", "--batch", "4", "--seq", "16"];
    await unrolled(["train", "text", "own.txt", "--steps", "1", ...tiny, "-o", "model"], { cwd });
    const { code, stderr } = await compare("--lag", "3", "-o", "model");
    expect(code).toBe(1);
    expect(stderr).toMatch(/model holds a model already/);
    expect(existsSync(join(cwd, "model", "comparison.json"))).toBe(false);
  });
});
