/** @file The PyTorch twin of every listing runs, where there is a PyTorch. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadHighlight } from "../src/markdown/highlight.ts";
import { renderLesson } from "../src/markdown/lesson.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LESSONS = join(ROOT, "site", "src", "lessons");

const python = [process.env.UNROLLED_PYTHON ?? "", "python3"]
  .filter((name) => name !== "")
  .find((name) => spawnSync(name, ["-c", "import torch"]).status === 0);
if (!python) {
  console.log("The PyTorch twins are not run: name a Python with torch in UNROLLED_PYTHON.");
}

const highlight = await loadHighlight();
const twins = readdirSync(LESSONS)
  .map((slug) => join(LESSONS, slug, "lesson.md"))
  .filter((path) => existsSync(path))
  .flatMap((path) => renderLesson(path, ROOT, highlight).listings)
  .filter((listing) => listing.python !== "");

test("every listing has a twin to compare with", () => {
  expect(twins.length).toBeGreaterThan(0);
});

describe.runIf(python)("with PyTorch", () => {
  test.for(twins)("the twin of $path runs", { timeout: 120_000 }, ({ python: code }) => {
    const { status, stderr } = spawnSync(python!, ["-"], { input: code, encoding: "utf8" });
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
  });
});
