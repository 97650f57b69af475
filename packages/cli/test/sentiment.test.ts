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
