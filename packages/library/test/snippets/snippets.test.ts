import { describe, expect, test } from "vitest";
import { comparePrinted, compareValue } from "./compare.ts";
import { blocksIn, examplesIn, promisedOutput } from "./extract.ts";
import { runSnippet } from "./run.ts";
import { commandsIn } from "./shell.ts";

describe("compareValue", () => {
  // prettier-ignore
  const right: [unknown, string][] = [
    [0.23954, "0.2395"], [-1.0000001, "-1"], [1000, "1_000"], [-5, "−5"], [1.24e-7, "1.2e-7"],
    [[1, [2, 3]], "[1, [2, 3]]"], [Float32Array.of(0.1, 0.2), "[0.1, 0.2]"],
    [[1, 2, 3], "[1, …]"], [[], "[]"], ["a, b", '"a, b"'], [undefined, "undefined"],
    [NaN, "NaN"], [6, "6, three per gate"], [{ toArray: () => [1] }, "[1]"],
    [3, "the number of layers"], [3, "[batch, seq]"], [3, "4 gates"],
  ];
  test.each(right)("%s agrees with the comment %s", (value, comment) => {
    expect(compareValue(value, comment)).toBeNull();
  });

  // prettier-ignore
  const wrong: [unknown, string][] = [
    [0.2401, "0.2395"], [2, "3"], [1.2, "1"], [[1, 2, 3], "[1, 2]"], [[1], "[1, 2, …]"],
    ["a", '"b"'], [null, "undefined"], [0, "NaN"], [7, "6, three per gate"], ["3", "3"],
  ];
  test.each(wrong)("%s does not agree with the comment %s", (value, comment) => {
    expect(compareValue(value, comment)).toMatch(/^expected .*, got /);
  });
});

test("comparePrinted: … stands for anything in a line, and for any lines on a line of its own", () => {
  expect(comparePrinted("loss 2.31\n1\n2\ndone\n", "loss 2.…\n…\ndone")).toBeNull();
  expect(comparePrinted("loss 2.31\ndone\n", "loss 2.…\n…\ndone")).toBeNull();
  expect(comparePrinted("loss 3.31\ndone\n", "loss 2.…\n…\ndone")).toMatch(/expected it to print/);
  expect(comparePrinted("done\nmore\n", "done")).not.toBeNull();
  expect(comparePrinted("a+b\n", "a.b")).not.toBeNull();
});

describe("runSnippet", () => {
  const modules = (name: string) => Promise.resolve({ name, twice: (n: number) => 2 * n });
  const run = (code: string) => runSnippet(code, { modules, scope: { three: 3 } });

  test("imports, names of the scope, types and await work", async () => {
    const { complaints, printed } = await run(`
      import { twice as double } from "unrolled";
      import type { Nothing } from "unrolled";
      const n: number = await Promise.resolve(double(three));
      n; // 6
      console.log(n, "times"); // 6 times
    `);
    expect(complaints).toEqual([]);
    expect(printed).toBe("6 times\n");
  });

  test("a wrong value, a wrong print and an error that does not come are complaints", async () => {
    const { complaints } = await run(`
      three; // 4
      console.log("yes"); // no
      three + 1; // throws ShapeError
      const text = "not compared"; // "anything"
    `);
    expect(complaints).toEqual([
      "expected 4, got 3",
      "expected it to print\n  no\nbut it printed\n  yes",
      "expected throws ShapeError, got no error",
    ]);
  });

  test("an error that was announced is none, if it is the one", async () => {
    const code = (promise: string) =>
      `(() => { throw new RangeError("too big") })(); // ${promise}`;
    expect((await run(code("throws RangeError"))).complaints).toEqual([]);
    expect((await run(code("throws RangeError: too big"))).complaints).toEqual([]);
    expect((await run(code("throws TypeError"))).complaints).toHaveLength(1);
    await expect(run(code("3"))).rejects.toThrow("too big");
  });
});

test("every @example of a doc comment is found, with its line", () => {
  const text = `
/** Short. */
/**
 * Twice.
 *
 * @example
 * const a = 1;
 *   a; // 1
 *
 * @throws never
 * @example
 * 2; // 2
 */`;
  const found = examplesIn("x.ts", text).map(({ title, code }) => [title, code]);
  expect(found).toEqual([
    ["x.ts:6", "const a = 1;\n  a; // 1"],
    ["x.ts:11", "2; // 2"],
  ]);
});

test("blocks of a page come with their flags and with what they print", () => {
  const fence = "```";
  const page = `a\n\n${fence}ts no-run\nf();\n${fence}\n\n${fence}text\n1\n2\n${fence}\n\n${fence}sh run\n$ npx unrolled demo --steps 3 # quick\nnpm ci && npm test\nls\n${fence}\n`;
  const [code, shell] = blocksIn("p.md", page);
  expect(code).toMatchObject({ title: "p.md:3", code: "f();", flags: ["no-run"], prints: "1\n2" });
  const commands = commandsIn(shell).map(({ program, args, flags }) => [program, args, flags]);
  expect(commands).toEqual([
    ["unrolled", ["demo", "--steps", "3"], ["run"]],
    ["npm", ["ci"], ["run"]],
    ["npm", ["test"], ["run"]],
  ]);
});

test("an example's header says what it prints", () => {
  const header = "/**\n * @file A.\n *\n * Prints:\n *\n *   a\n *     b\n *\n *   c\n */\nf();";
  expect(promisedOutput(header)).toBe("a\n  b\n\nc");
  expect(promisedOutput("/** @file A. */")).toBeNull();
});
