import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildCommand, makeFolder, someText, unrolled, type Outcome } from "./command.ts";

const cwd = makeFolder({ "own.txt": someText(6000) });
const demo = (...args: string[]) => unrolled(["demo", "--seconds", "1", ...args], { cwd });

interface End {
  floor: number | null;
  results: {
    cell: string;
    parameters: number;
    evaluation: { natsPerCharacter: number };
    longRange: { accuracy: number; places: number } | null;
  }[];
}
const endOf = (outcome: Outcome) => outcome.events().at(-1) as unknown as End;

let first: Outcome;
beforeAll(async () => {
  buildCommand();
  first = await demo("--json");
  expect(first.code).toBe(0);
});

test("RNN, LSTM and GRU are compared beside the floor and the baselines", () => {
  const { results, floor } = endOf(first);
  expect(results.map(({ cell }) => cell)).toEqual(["rnn", "lstm", "gru"]);
  expect(floor).toBeGreaterThan(0);
  for (const { evaluation, longRange } of results) {
    expect(evaluation.natsPerCharacter).toBeGreaterThan(floor!);
    expect(longRange?.places).toBeGreaterThan(100);
  }
  for (const line of [/RNN +none/, /LSTM +3: i f o/, /GRU +2: r z/, /5-gram/, /floor/]) {
    expect(first.stderr).toMatch(line);
  }
  expect(first.stderr).toMatch(/Next +.* run runs\/demo\/lstm \w+/);
});

test("what it wrote can be run, and its report needs nothing but itself", async () => {
  const { stdout, code } = await unrolled(["run", "runs/demo/gru", "The ", "--length", "20"], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^The /);
  const inspected = await unrolled(["inspect", "runs/demo/gru"], { cwd });
  expect(inspected.stdout).toMatch(/trained on +the demo's own text/);
  const report = readFileSync(join(cwd, "runs/demo/report.html"), "utf8");
  expect(report).not.toMatch(/<script|https?:|NaN|undefined/);
  for (const word of ["Memory", "Architectures at a glance", "floor"])
    expect(report).toContain(word);
});

test("the same seed gives the same losses, over the demo before; another seed gives others", async () => {
  const again = await demo("--json");
  expect(again.code).toBe(0);
  expect(lossesOf(again)).toEqual(lossesOf(first));
  const other = await demo("--json", "--seed", "2", "-o", "seed-2");
  expect(lossesOf(other)).not.toEqual(lossesOf(first));

  function lossesOf(outcome: Outcome) {
    return endOf(outcome).results.map(({ evaluation }) => evaluation.natsPerCharacter);
  }
});

test("with a file it is about that file: no floor, no distances", async () => {
  const { code, stdout } = await demo("own.txt");
  expect(code).toBe(0);
  expect(stdout).toMatch(/own: 6,000 characters/);
  expect(stdout).not.toMatch(/floor|far back/);
  expect(stdout).toMatch(/5-gram/);
  expect(existsSync(join(cwd, "runs/demo-own/report.html"))).toBe(true);
  const evaluated = await unrolled(["eval", "runs/demo-own/lstm", "own.txt"], { cwd });
  expect(evaluated.stdout).toMatch(/only the held-out end counts: 600 characters/);
});

test("models that no demo wrote are not replaced", async () => {
  await unrolled(["train", "text", "own.txt", "--steps", "1", "--hidden", "4", "-o", "mine"], {
    cwd,
  });
  const { code, stderr } = await demo("own.txt", "-o", "mine");
  expect(code).toBe(1);
  expect(stderr).toMatch(/mine holds a model already/);
});
