import { beforeAll, expect, test } from "vitest";
import { servePages } from "../src/course/serve-pages.ts";
import { buildCommand, makeFolder, unrolled } from "./command.ts";

beforeAll(buildCommand);
const cwd = makeFolder();

test("the list names every experiment, for people and for machines", async () => {
  const { code, stdout } = await unrolled(["course", "list"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/4A {3}One step of an LSTM, by hand/);

  const listed = (await unrolled(["course", "list", "--json"], { cwd })).events();
  expect(listed.map(({ id }) => id)).toContain("4A");
});

test("an experiment runs in the terminal: table, expectation, and a mark for each claim", async () => {
  const { code, stdout, stderr } = await unrolled(["course", "run", "4a"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^4A {2}One step of an LSTM, by hand/);
  expect(stdout).toMatch(/Expected: C = \[0\.53/);
  expect(stdout.match(/✓/g)).toHaveLength(6);
  expect(stdout).not.toMatch(/✗/);
});

test("lines, bars and heat maps are drawn as text, within the screen", async () => {
  const { stdout } = await unrolled(["course", "run", "1C", "--T", "50"], { cwd });
  expect(stdout).toMatch(/[\u2801-\u28ff]/);
  expect(stdout).toMatch(/└─+/);
  for (const line of stdout.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(100);
});

test("knobs and seed are options, and events carry the findings under --json", async () => {
  const args = ["course", "run", "4A", "--f1", "1", "--o1=0", "--seed", "7", "--json"];
  const outcome = await unrolled(args, { cwd });
  expect(outcome.code).toBe(0);
  const last = outcome.events().at(-1)!;
  expect(last).toMatchObject({ type: "findings", id: "4A", settings: { seed: 7, f1: 1, o1: 0 } });
  expect(last.progress).toBe(1);
});

test("the help of an experiment lists its knobs", async () => {
  const { code, stdout } = await unrolled(["course", "run", "4A", "--help"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/--f1 {5}forget, unit 1 {6}0 to 1 {11}0\.1/);
  expect(stdout).toMatch(/--seed/);
});

// prettier-ignore
test.each([
  [["9Z"], /no experiment "9Z"\. The course has 1A, /],
  [["4A", "--zeta", "1"], /4A has no knob "zeta"\. Its knobs: seed, c1/],
  [["4A", "--f1", "3"], /f1 must be a number from 0 to 1, got "3"/],
  [["4A", "--f1"], /--f1 needs a value/],
  [["4A", "f1", "3"], /"f1" is no option\. Knobs are written --name value/],
  [[], /say which experiment, such as 3A/],
] as [string[], RegExp][])("course run %j is refused by name, with exit code 2", async (words, message) => {
  const { code, stdout, stderr } = await unrolled(["course", "run", ...words], { cwd });
  expect(stderr).toMatch(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("the pages are served with the headers that threads need, on a free port", async () => {
  const folder = makeFolder({ "index.html": "<h1>The course</h1>" });
  const { server, url } = await servePages(folder, { host: "127.0.0.1" });
  try {
    const page = await fetch(url);
    expect(await page.text()).toBe("<h1>The course</h1>");
    expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect((await fetch(`${url}nowhere/`)).status).toBe(404);

    const port = Number(new URL(url).port);
    await expect(servePages(folder, { host: "127.0.0.1", port })).rejects.toThrow(
      /Port \d+ is in use\. Leave out --port/,
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("pages that are not built are an error that says how to build them", async () => {
  await expect(servePages(makeFolder(), { host: "127.0.0.1" })).rejects.toThrow(/npm run site/);
});
