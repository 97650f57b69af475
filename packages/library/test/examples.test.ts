/**
 * @file Whatever the documentation shows, runs and does what it says: the files of examples/, every
 * `@example` in a doc comment, every block of TypeScript or shell in a Markdown page. How to write
 * them: CONTRIBUTING.md, "Documentation that runs".
 */

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { engineName, useEngine } from "../src/backends/index.ts";
import { manualSeed } from "../src/tensor/index.ts";
import { comparePrinted } from "./snippets/compare.ts";
import { blocksIn, examplesIn, promisedOutput, type Block } from "./snippets/extract.ts";
import { runSnippet } from "./snippets/run.ts";
import { commandsIn, optionsOf } from "./snippets/shell.ts";
import { typeErrors } from "./snippets/type-check.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "packages", "site"];
const exec = promisify(execFile);

/** Paths from the root, below a folder or for a single file. */
function filesBelow(path: string, extension: string): string[] {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (path.endsWith(extension)) return [path];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension) && !/(^|[\\/])(node_modules|dist)[\\/]/.test(name))
    .map((name) => join(path, name))
    .sort();
}

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Where snippets and examples may leave files. */
const folder = mkdtempSync(join(tmpdir(), "unrolled-examples-"));
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

// One snippet's engine and random numbers are not the next one's.
const engine = engineName();
beforeEach(() => {
  useEngine(engine);
  manualSeed(0);
});

const examples = filesBelow("examples", ".ts").filter((path) => dirname(path) === "examples");
const helpers = new Set(
  examples.flatMap((path) =>
    [...read(path).matchAll(/from "\.\/(.*\.ts)"/g)].map(([, name]) => join("examples", name)),
  ),
);

test.for(examples.filter((path) => !helpers.has(path)))(
  "%s prints what its header says",
  { concurrent: true },
  async (path, { expect }) => {
    const promised = promisedOutput(read(path));
    expect(promised, "the @file comment needs a part `Prints:`").not.toBeNull();
    const loader = pathToFileURL(join(ROOT, "scripts", "typescript.mjs")).href;
    const args = ["--conditions=unrolled-source", "--import", loader, join(ROOT, path)];
    // Several run at a time, so one thread each; the results do not depend on it.
    const env = { ...process.env, UNROLLED_THREADS: "1" };
    const { stdout } = await exec(process.execPath, args, { cwd: folder, env });
    expect(comparePrinted(stdout, promised!) ?? "").toBe("");
  },
);

const modules = (name: string) =>
  import(/* @vite-ignore */ name) as Promise<Record<string, unknown>>;

const docExamples = filesBelow("packages/library/src", ".ts")
  .filter((path) => !path.endsWith(".test.ts"))
  .flatMap((path) => examplesIn(path, read(path)));

const blocks = PAGES.flatMap((path) => filesBelow(path, ".md")).flatMap((path) =>
  blocksIn(path, read(path)),
);
const codeBlocks = blocks
  .filter(({ language }) => language === "ts" || language === "typescript")
  .map((block) => ({ ...block, code: codeUpTo(block) }));

/** A `continued` block together with those of the page that it continues. */
function codeUpTo(block: Block): string {
  if (!block.flags.includes("continued")) return block.code;
  const page = blocks.filter(
    (other) => other.file === block.file && other.language === block.language,
  );
  const before = page[page.indexOf(block) - 1];
  return before ? `${codeUpTo(before)}\n${block.code}` : block.code;
}

test.for(titled(docExamples))("the example at %s is true", async ([, { file, code }]) => {
  const scope = { ...(await modules("unrolled")), ...(await modules(join(ROOT, file))) };
  const { complaints } = await runSnippet(code, { scope, modules });
  expect(complaints.join("\n")).toBe("");
});

const runnable = codeBlocks.filter(({ flags }) => !flags.includes("no-run"));
test.for(titled(runnable))("the code at %s is true", async ([, { code, prints, flags }]) => {
  const { printed, complaints } = await runSnippet(code, { modules });
  expect(complaints.join("\n")).toBe("");
  if (prints !== null && !flags.includes("continued")) {
    expect(comparePrinted(printed, prints) ?? "").toBe("");
  }
});

test("all of it compiles", { timeout: 120_000 }, () => {
  expect(docExamples).not.toHaveLength(0);
  const errors = typeErrors(ROOT, [...docExamples, ...codeBlocks]);
  expect(Object.fromEntries(errors)).toEqual({});
});

const commands = blocks
  .filter(({ language }) => ["sh", "bash", "console"].includes(language))
  .flatMap(commandsIn);

test.for(titled(commands.filter(({ program }) => program === "npm")))(
  "the command at %s exists",
  ([, { args }]) => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const known = ["ci", "install", "init", "pack", ...Object.keys(scripts)];
    expect(known).toContain(args[0] === "run" ? args[1] : args[0]);
  },
);

test.for(titled(commands.filter(({ program }) => program === "unrolled")))(
  "the command at %s is one that the command line knows",
  async ([, { args, flags }]) => {
    // With --help, the command that `args` lead to tells its options and does nothing.
    const printed = await runCli(flags.includes("run") ? args : [...args, "--help"]);
    if (flags.includes("run")) return;
    for (const option of optionsOf(args)) expect(printed).toContain(option);
  },
);

async function runCli(args: string[]): Promise<string> {
  const cli = join(ROOT, "packages/cli/bin/unrolled.js");
  return (await exec(process.execPath, [cli, ...args], { cwd: folder })).stdout;
}

function titled<T extends { title: string }>(items: readonly T[]): [string, T][] {
  return items.map((item) => [item.title, item]);
}
