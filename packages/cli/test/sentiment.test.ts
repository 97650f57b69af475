import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildCommand, makeFolder, unrolled } from "./command.ts";

beforeAll(buildCommand);

/** One word decides. */
function reviews(count: number, first: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const isGood = (first + i) % 2 === 0;
    return `a ${isGood ? "fine" : "dull"} film number ${first + i},${isGood ? "good" : "bad"}`;
  });
  return `text,label\n${rows.join("\n")}\n`;
}

const cwd = makeFolder({
  "train.csv": reviews(60, 0),
  "dev.csv": reviews(14, 100),
  "test.csv": reviews(22, 200),
});

test("--dev and --test name files: nothing is taken away from what trains", async () => {
  const small = ["--hidden", "4", "--embedding", "4", "--batch", "8", "--steps", "10"];
  const { code, stdout, stderr } = await unrolled(
    ["train", "sentiment", "train.csv", "--dev", "dev.csv", "--test", "test.csv", ...small],
    { cwd },
  );
  expect(stderr).not.toMatch(/^unrolled:/m);
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    /60 texts to learn from .* 14 to choose with, 22 to measure with/,
  );
});

test("stars are learned as such and answered in two, whatever stars another file has", async () => {
  const words = ["awful", "dull", "so so", "fine", "great"];
  const stars = (count: number, least: number) =>
    `text,stars\n${Array.from({ length: count }, (_, i) => {
      const star = least + (i % (6 - least));
      return `a film number ${i} that is ${words[star - 1]},${star}`;
    }).join("\n")}\n`;
  const folder = makeFolder({ "stars.csv": stars(150, 1), "good.csv": stars(20, 4) });
  const inFolder = (...args: string[]) => unrolled(args, { cwd: folder });
  const small = ["--hidden", "8", "--embedding", "8", "--lr", "0.02", "--steps", "60"];
  const trained = await inFolder(
    "train",
    "sentiment",
    "stars.csv",
    "--binary",
    ...small,
    "-o",
    "m",
  );
  expect(trained.code).toBe(0);
  expect(trained.stdout.replaceAll(/\s+/g, " ")).toMatch(
    /learns the grades 1, 2, 3, 4, 5, also from 30 texts in the middle/,
  );
  const { code, stdout } = await inFolder("eval", "m", "good.csv");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Labels below 3 are negative/);
  expect(stdout).toMatch(/positive +20 /);

  const exported = await inFolder("export", "m", "--onnx", "m.onnx");
  expect(exported.code).toBe(0);
  expect(exported.stdout.replaceAll(/\s+/g, " ")).toMatch(
    /ids \[batch, seq\].*The bag of words, which votes beside the network here, is not in it/,
  );
});

test("long texts are pooled by their means, too, unless something is typed", async () => {
  const long = `text,label\n${Array.from({ length: 30 }, (_, i) => `${`word${i} `.repeat(150)}${i % 2 ? "good" : "bad"},${i % 2}`).join("\n")}\n`;
  const folder = makeFolder({ "long.csv": long });
  const small = ["--hidden", "4", "--embedding", "4", "--steps", "1", "-o", "m", "--force"];
  for (const [typed, pooling] of [
    [[], "max+mean"],
    [["--pooling", "last"], "last"],
  ] as const) {
    const args = ["train", "sentiment", "long.csv", ...small, ...typed];
    const { code, stderr } = await unrolled(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    const text = readFileSync(join(folder, "m", "config.json"), "utf8");
    expect((JSON.parse(text) as { config: { pooling: string } }).config.pooling).toBe(pooling);
  }
});
