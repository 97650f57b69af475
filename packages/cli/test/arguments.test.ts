import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCommand, makeFolder, unrolled } from "./command.ts";

beforeAll(buildCommand);
const cwd = makeFolder({ "text.txt": "abc abc abc" });
// Which options there are is up to the model's task.
mkdirSync(join(cwd, "model"));
writeFileSync(join(cwd, "model", "config.json"), '{"task":"text"}');
writeFileSync(join(cwd, "model", "model.safetensors"), "");

const COMMANDS = [
  "demo",
  "train text",
  "run",
  "eval",
  "inspect",
  "export",
  "course",
  "course list",
  "course run",
];

test.each(COMMANDS)("unrolled %s --help shows an example and succeeds", async (command) => {
  const { code, stdout } = await unrolled([...command.split(" "), "--help"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples?:\\n  unrolled ${command}\\b`));
  expect(stdout).not.toMatch(/undefined/);
});

test("unrolled run --help shows every task, and with a model those options that it has", async () => {
  const all = await unrolled(["run", "--help"], { cwd });
  expect(all.stdout).toMatch(/^text: a language model.*\n {2}--length, [^]*?--json$/m);
  const one = await unrolled(["run", "model", "--help"], { cwd });
  expect(one.stdout).toMatch(/^Usage: unrolled run \[options\] <model-dir> \[prompt\]/);
  expect(one.stdout).toMatch(/--stop <text> +end before this text would appear/);
});

test("--version prints the version of the package", async () => {
  const { code, stdout } = await unrolled(["--version"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe("a command line that is wrong says how, and exits with 2", () => {
  // prettier-ignore
  const cases: [string[], RegExp][] = [
    [[], /Usage: unrolled/],
    [["trian"], /unrolled: unknown command 'trian'\n\(Did you mean train\?\)/],
    [["train", "texts", "x"], /unrolled: unknown command 'texts'\n\(Did you mean text\?\)/],
    [["train", "text"], /unrolled: missing required argument 'file'/],
    [["train", "text", "text.txt", "--hiden", "8"], /unknown option '--hiden'\n\(Did you mean --hidden\?\)/],
    [["train", "text", "text.txt", "--hidden", "0"], /'--hidden <n>' argument '0' is invalid\. Expected a whole number of at least 1\./],
    [["train", "text", "text.txt", "--hidden", "1.5"], /Expected a whole number of at least 1\./],
    [["train", "text", "text.txt", "--hidden", ""], /Expected a whole number of at least 1\./],
    [["train", "text", "text.txt", "--lr", "fast"], /'--lr <x>' argument 'fast' is invalid\. Expected a number above 0\./],
    [["train", "text", "text.txt", "--lr", "-1"], /Expected a number above 0\./],
    [["train", "text", "text.txt", "--validation", "1"], /Expected a number above 0 and below 1\./],
    [["train", "text", "text.txt", "--dropout", "1"], /Expected a number of at least 0 and below 1\./],
    [["train", "text", "text.txt", "--cell", "lstn"], /Allowed choices are rnn, lstm, gru\./],
    [["train", "text", "text.txt", "--engine", "gpu"], /Allowed choices are .*wasm/],
    [["train", "text", "text.txt", "--steps", "5", "--minutes", "1"], /cannot be used with option/],
    [["run", "model", "prompt", "--top-p", "0"], /Expected a number above 0 and at most 1\./],
    [["run", "model", "--temperature", "-1"], /Expected a number of at least 0\./],
    [["run"], /missing required argument 'model-dir'/],
    [["eval", "model"], /missing required argument 'file'/],
    [["run", "model", "--beam", "4"], /unknown option '--beam': model holds a text model, and run has --length, .*--json for it/],
    [["run", "--temprature", "1", "model"], /unknown option '--temprature': .* \(Did you mean --temperature\?\)/],
    [["export", "model"], /say in which format: --safetensors/],
  ];

  test.each(cases)("unrolled %j", async (args, message) => {
    const { code, stdout, stderr } = await unrolled(args, { cwd });
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

test("with --json a mistake is an event on stdout, and a sentence on stderr once", async () => {
  const outcome = await unrolled(["train", "text", "text.txt", "--hidden", "0", "--json"], { cwd });
  expect(outcome.events()).toEqual([
    { type: "error", message: expect.stringContaining("at least 1") as string, exitCode: 2 },
  ]);
  expect(outcome.stderr.match(/unrolled:/g)).toHaveLength(1);
});

test("UNROLLED_DEBUG=1 adds the stack, and without it there is none", async () => {
  const args = ["inspect", "none"];
  const plain = await unrolled(args, { cwd });
  const debug = await unrolled(args, { cwd, env: { UNROLLED_DEBUG: "1" } });
  expect(plain.stderr).not.toMatch(/ at /);
  expect(debug.stderr).toMatch(/\n +at /);
});
