import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCommand, makeFolder, someText, TINY, unrolled } from "./command.ts";

beforeAll(buildCommand);

const text = someText(3000);
const cwd = makeFolder({
  "good.txt": text,
  "empty.txt": "",
  "one.txt": "a",
  "same.txt": "a".repeat(3000),
  "binary.txt": Uint8Array.from({ length: 3000 }, (_, i) => i % 7),
  "book.docx": Buffer.from("PK\x03\x04 and more", "latin1"),
  "huge.txt": "",
});
mkdirSync(join(cwd, "folder"));

/** One sentence on stderr, the exit code, nothing on stdout, no stack, no trace of our own names. */
async function refusal(args: string[], options: object = {}): Promise<string> {
  const { code, stdout, stderr } = await unrolled(args, { cwd, ...options });
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^unrolled: \S/);
  expect(stderr.match(/^unrolled:/gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/internal:|\n +at /);
  expect(stdout).not.toMatch(/nats\/char/);
  expect(code).toBe(1);
  return stderr;
}

describe("text that cannot be learned is refused in a sentence", () => {
  // prettier-ignore
  const cases: [string, string, RegExp][] = [
    ["an empty file", "empty.txt", /empty\.txt: is empty\./],
    ["one character", "one.txt", /expected at least two characters/],
    ["every character the same", "same.txt", /at least two different characters, got only "a"/],
    ["a binary file", "binary.txt", /binary\.txt: expected text, got a binary file/],
    ["an archive", "book.docx", /book\.docx: is no text, but a zip archive or a spreadsheet\. Unpack/],
    ["a directory", "folder", /Cannot read folder: it is a folder\. Name the files in it\./],
    ["no such file", "none.txt", /Cannot read none\.txt: there is no such file/],
  ];

  test.each(cases)("%s", async (_, file, message) => {
    expect(await refusal(["train", "text", file])).toMatch(message);
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });

  test("one bad file among good ones", async () => {
    expect(await refusal(["train", "text", "good.txt", "book.docx"])).toMatch(
      /^unrolled: book\.docx/,
    );
  });

  test("a file that may not be read", async () => {
    const brokenFs = { call: "readFileSync", path: "good.txt", code: "EACCES" };
    expect(await refusal(["train", "text", "good.txt"], { brokenFs })).toMatch(
      /Cannot read good\.txt: no permission\./,
    );
  });

  test("200 MB", async () => {
    writeFileSync(join(cwd, "huge.txt"), Buffer.alloc(200e6, "ab"));
    const said = await refusal(["train", "text", "huge.txt"]);
    expect(said).toMatch(
      /huge\.txt is too large: 200 MB .* head -c 100M huge\.txt \| .* train text -/,
    );
    writeFileSync(join(cwd, "huge.txt"), "");
  });
});

describe("where a model lies already", () => {
  const train = ["train", "text", "good.txt", "--steps", "4", ...TINY];
  const weights = () => readFileSync(join(cwd, "model", "model.safetensors"));
  beforeAll(async () => {
    const { code } = await unrolled([...train, "-o", "model"], { cwd });
    expect(code).toBe(0);
  });

  test("training refuses to write over it, and it stays as it was", async () => {
    const before = weights();
    expect(await refusal([...train, "-o", "model", "--seed", "2"])).toMatch(
      /model holds a model already\. Choose another directory \(-o\), or replace the model \(--force\)/,
    );
    expect(weights()).toEqual(before);
  });

  test("--force replaces it", async () => {
    const before = weights();
    const { code } = await unrolled([...train, "-o", "model", "--seed", "2", "--force"], { cwd });
    expect(code).toBe(0);
    expect(weights()).not.toEqual(before);
  });

  test("there is nothing to resume", async () => {
    expect(await refusal([...train, "-o", "model", "--resume"])).toMatch(/come to its end/);
    expect(await refusal([...train, "-o", "elsewhere", "--resume"])).toMatch(
      /no run was interrupted/,
    );
  });

  test("an output that is a file, or inside a file", async () => {
    expect(await refusal([...train, "-o", "good.txt"])).toMatch(
      /good\.txt: it is a file\. Name a directory/,
    );
    expect(await refusal([...train, "-o", "good.txt/x"])).toMatch(/not a folder/);
    expect(readFileSync(join(cwd, "good.txt"), "utf8")).toBe(text);
  });

  test("a disk that is full at the end leaves the old model and says so", async () => {
    const before = weights();
    const brokenFs = { call: "writeFileSync", path: "model.safetensors", code: "ENOSPC" };
    expect(await refusal([...train, "-o", "model", "--force"], { brokenFs })).toMatch(
      /Cannot write .*: the disk is full\. What was there before is intact\./,
    );
    expect(weights()).toEqual(before);
    expect(readdirSync(join(cwd, "model")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a disk that is full at a checkpoint is told, and training goes on", async () => {
    const brokenFs = { call: "writeFileSync", path: "state.safetensors", code: "ENOSPC" };
    const args = [...train, "-o", "other", "--checkpoint-every", "0.001"];
    const { code, stderr } = await unrolled(args, { cwd, brokenFs });
    expect(stderr).toMatch(/checkpoint could not be saved; training goes on\. .*disk is full/);
    expect(code).toBe(0);
    expect(existsSync(join(cwd, "other", "model.safetensors"))).toBe(true);
  });
});

describe("numbers that run away", () => {
  test("a learning rate that makes the loss NaN stops with the step and a remedy", async () => {
    const args = [
      "train",
      "text",
      "good.txt",
      "--lr",
      "1e30",
      "--steps",
      "50",
      "-o",
      "nan",
      ...TINY,
    ];
    expect(await refusal(args)).toMatch(
      /became (NaN|Infinity) at step \d+.*[Ll]ower the learning rate/,
    );
    expect(readdirSync(join(cwd, "nan"))).toEqual([]);
  });

  test("a learning rate that merely ruins the model is told at the end", async () => {
    const args = [
      "train",
      "text",
      "good.txt",
      "--lr",
      "1000",
      "--steps",
      "20",
      "-o",
      "ruin",
      ...TINY,
    ];
    const { stdout, code } = await unrolled(args, { cwd });
    expect(stdout.replaceAll("\n", " ")).toMatch(/even worse than a uniform guess .* lower --lr/);
    expect(code).toBe(0);
  });
});

describe("a damaged model says which file and what is wrong", () => {
  const weights = (folder: string) => join(cwd, folder, "model.safetensors");
  const config = (folder: string) => join(cwd, folder, "config.json");
  let count = 0;

  beforeAll(async () => {
    const train = ["train", "text", "good.txt", "--steps", "1", "-o", "sound", ...TINY];
    expect((await unrolled(train, { cwd })).code).toBe(0);
  });

  async function damaged(damage: (folder: string) => void): Promise<string> {
    const folder = `damaged-${count++}`;
    cpSync(join(cwd, "sound"), join(cwd, folder), { recursive: true });
    damage(folder);
    return refusal(["run", folder]);
  }

  test("weights cut off", async () => {
    const said = await damaged((it) =>
      writeFileSync(weights(it), readFileSync(weights(it)).subarray(0, 900)),
    );
    expect(said).toMatch(/model\.safetensors: expected .* cut off/);
  });

  test("weights that are none", async () => {
    expect(await damaged((it) => writeFileSync(weights(it), "{}"))).toMatch(
      /model\.safetensors: expected/,
    );
  });

  test("a configuration cut off", async () => {
    const said = await damaged((it) =>
      writeFileSync(config(it), readFileSync(config(it)).subarray(0, 50)),
    );
    expect(said).toMatch(/config\.json: expected JSON, .* cut off or damaged/);
  });

  test("a configuration of another shape than the weights", async () => {
    const said = await damaged((it) =>
      writeFileSync(
        config(it),
        readFileSync(config(it), "utf8").replace('"hiddenSize": 8', '"hiddenSize": 9'),
      ),
    );
    expect(said).toMatch(/config\.json and model\.safetensors do not fit together/);
  });

  test("a task of the future", async () => {
    const said = await damaged((it) => writeFileSync(config(it), '{"task": "chess"}'));
    expect(said).toMatch(/a model for the task "chess"; this version knows: text/);
  });

  test("no model at all", async () => {
    expect(await refusal(["run", "folder"])).toMatch(
      /folder is no model directory: it has no model\.safetensors/,
    );
    expect(await refusal(["run", "good.txt"])).toMatch(
      /good\.txt is a file; expected a model directory/,
    );
    expect(await refusal(["run", "nowhere"])).toMatch(/There is no nowhere\./);
    expect(await refusal(["inspect", "good.txt"])).toMatch(/good\.txt: expected .* safetensors/);
  });
});
