/**
 * @file What holds for every task on the command line, whatever it learns.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseSafetensors } from "unrolled";
import { TASKS } from "../src/tasks/index.ts";
import { buildCommand, makeFolder, unrolled, type RunOptions } from "./command.ts";
import { TASK_CASES } from "./task-cases.ts";

beforeAll(buildCommand);

const known = TASKS.map(({ name }) => name);

test("every case is of a task that the command line knows", () => {
  for (const { task } of TASK_CASES) expect(known).toContain(task);
});

describe.each(TASK_CASES)(
  "$task",
  ({ task, files, data, tiny, long, input, answer, other, foreign }) => {
    const cwd = makeFolder({ ...files, "empty.txt": "", "binary.txt": binary() });
    mkdirSync(join(cwd, "folder"));
    const call = (args: readonly string[], options: Partial<RunOptions> = {}) =>
      unrolled(args, { cwd, ...options });
    const train = ["train", task, ...data, ...tiny];
    const read = (folder: string, name: string) => readFileSync(join(cwd, folder, name));

    beforeAll(async () => {
      const { code, stderr } = await call([...train, "-o", "model"]);
      expect(stderr).not.toMatch(/unrolled:/);
      expect(code).toBe(0);
    });

    /** One sentence on stderr, the exit code, and no trace of our own. */
    async function refusal(args: readonly string[], options: Partial<RunOptions> = {}, exit = 1) {
      const { code, stdout, stderr } = await call(args, options);
      expect(stderr.match(/^unrolled: \S.*$/gm)).toHaveLength(1);
      expect(stderr).not.toMatch(/internal:|\n +at /);
      expect(stdout).not.toMatch(/"type":"end"/);
      expect(code).toBe(exit);
      return stderr;
    }

    test("training writes a model directory whose metrics say how it came about", () => {
      expect(readdirSync(join(cwd, "model"))).toEqual(
        expect.arrayContaining([
          "config.json",
          "metrics.jsonl",
          "model.safetensors",
          "report.html",
        ]),
      );
      expect(existsSync(join(cwd, "model", "checkpoint"))).toBe(false);
      const lines = read("model", "metrics.jsonl")
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines[0]).toMatchObject({
        type: "start",
        task,
        command: [...train, "-o", "model"],
        source: { sha256: expect.stringMatching(/^[\da-f]{64}$/) as string },
        machine: expect.any(String) as string,
      });
      expect(lines.at(-1)).toMatchObject({
        type: "end",
        steps: 8,
        parameters: expect.any(Number) as number,
        cpuSeconds: expect.any(Number) as number,
      });
    });

    test("the report needs nothing but itself", () => {
      const report = read("model", "report.html").toString();
      expect(report).not.toMatch(/<script|<link|@import|src="http|url\((?!#)/);
      expect(report).not.toMatch(/>NaN|undefined|\[object/);
    });

    test("run answers, and with --json in objects", async () => {
      const plain = await call(["run", "model", ...input]);
      expect([plain.code, plain.stderr.match(/unrolled:/)]).toEqual([0, null]);
      expect(plain.stdout).toMatch(answer);
      const json = await call(["run", "model", ...input, "--json"]);
      expect(json.events().length).toBeGreaterThan(0);
    });

    test("eval measures beside baselines, and twice the same", async () => {
      const args = ["eval", "model", ...other, "--json"];
      const [one, two] = [await call(args), await call(args)];
      const event = one.events().find(({ type }) => type === "evaluation");
      expect(event?.baselines).toEqual(expect.anything());
      expect(two.stdout).toBe(one.stdout);
      expect(one.code).toBe(0);
    });

    test("inspect shows settings, score and tensors; export writes the same weights", async () => {
      const shown = await call(["inspect", "model"]);
      expect(shown.code).toBe(0);
      expect(shown.stdout).toMatch(new RegExp(`^model: a model for the task ${task}$`, "m"));
      expect(shown.stdout).toMatch(/^ +trained for +[1-8] steps?, /m);
      expect(shown.stdout).not.toMatch(/undefined|NaN|\[object/);
      const { tensors } = parseSafetensors(read("model", "model.safetensors"), "model");
      for (const name of tensors.keys()) expect(shown.stdout).toContain(name);

      const written = await call(["export", "model", "--safetensors", "w.safetensors"]);
      expect(written.code).toBe(0);
      expect(read(".", "w.safetensors").equals(read("model", "model.safetensors"))).toBe(true);
    });

    test.each([
      ["a file that is missing", "none.txt", /none\.txt: there is no such file/],
      ["an empty file", "empty.txt", /empty\.txt: .*empty/],
      ["a binary file", "binary.txt", /binary\.txt: .*binary/],
      ["a folder", "folder", /folder/],
    ])("%s is no data", async (_, name, message) => {
      const [, ...rest] = data;
      expect(await refusal(["train", task, name, ...rest, ...tiny])).toMatch(message);
      expect(existsSync(join(cwd, "runs"))).toBe(false);
    });

    test("an option of another task is refused with those that this one has", async () => {
      const said = await refusal(["run", "model", ...input, ...foreign], {}, 2);
      expect(said).toMatch(
        new RegExp(
          `unknown option '${foreign[0]}': model holds a ${task} model, and run has .*--json for it`,
        ),
      );
    });

    test("what is no model directory is told, and what one is", async () => {
      for (const verb of ["run", "eval"]) {
        expect(await refusal([verb, "folder", ...other])).toMatch(/folder is no model directory/);
        expect(await refusal([verb, "nowhere", ...other])).toMatch(/There is no nowhere/);
      }
    });

    test.each([
      [
        "weights cut off",
        "model.safetensors",
        (path: string) => truncateSync(path, 900),
        /model\.safetensors: .*cut off/,
      ],
      [
        "a configuration cut off",
        "config.json",
        (path: string) => truncateSync(path, 40),
        /config\.json: .*cut (off|short)/,
      ],
      [
        "a later version's configuration",
        "config.json",
        makeNewer,
        /config\.json: .*version.* 1\b/,
      ],
    ])("%s: run and eval say which file", async (what, name, damage, message) => {
      const folder = what.replaceAll(/\W+/g, "-");
      cpSync(join(cwd, "model"), join(cwd, folder), { recursive: true });
      damage(join(cwd, folder, name));
      expect(await refusal(["run", folder, ...input])).toMatch(message);
      expect(await refusal(["eval", folder, ...other])).toMatch(message);
    });

    test("a full disk at the end leaves the old model, whole", async () => {
      cpSync(join(cwd, "model"), join(cwd, "full"), { recursive: true });
      const brokenFs = { call: "writeFileSync", path: "model.safetensors", code: "ENOSPC" };
      const said = await refusal([...train, "-o", "full", "--force", "--seed", "7"], { brokenFs });
      expect(said).toMatch(/Cannot write .*: the disk is full\. What was there before is intact\./);
      expect(read("full", "model.safetensors").equals(read("model", "model.safetensors"))).toBe(
        true,
      );
    });

    test("Ctrl-C saves a checkpoint; what it says to type goes on to the same weights", async () => {
      const args = ["train", task, ...data, ...long];
      const whole = await call([...args, "-o", "whole"]);
      expect(whole.code).toBe(0);
      let isSent = false;
      const first = await call([...args, "-o", "half"], {
        onOutput(output, kill) {
          if (isSent || !/held-out .* [↑↓]/.test(output)) return;
          isSent = true;
          kill("SIGINT");
        },
      });
      expect(first.code).toBe(130);
      const [, command] = /unrolled\.js (train .* --resume)\n/.exec(first.stderr)!;
      const second = await call(command.split(" "));
      expect(second.stderr).not.toMatch(/unrolled:/);
      expect(second.code).toBe(0);
      expect(read("half", "model.safetensors").equals(read("whole", "model.safetensors"))).toBe(
        true,
      );
    });
  },
);

function binary(): Uint8Array {
  return Uint8Array.from({ length: 3000 }, (_, i) => i % 7);
}

/** As a later version of Unrolled may write it. */
function makeNewer(path: string): void {
  const config = JSON.parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...config, formatVersion: 99 }));
}
