/**
 * `docs/pytorch.md` names a test for every option of PyTorch's. Here they are looked up: each row's
 * last column links to a test file and says which “title” of it, or which `fixture`.
 */

import { existsSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { fixtureNames } from "./parity/load-fixture.ts";

const PAGE = new URL("../../../docs/pytorch.md", import.meta.url);

interface Row {
  option: string;
  evidence: string;
}

/** Every row of the tables that end in "covered by". */
function rows(): Row[] {
  const found: Row[] = [];
  let covered = false;
  for (const line of readFileSync(PAGE, "utf8").split("\n")) {
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim()); // prettier-ignore
    if (cells.length === 0) covered = false;
    else if (cells.at(-1) === "covered by") covered = true;
    else if (covered && !cells[0].startsWith("---")) {
      found.push({ option: cells[0], evidence: cells[cells.length - 1] });
    }
  }
  return found;
}

/** The titles of all tests in a file, as they are written. */
function titlesIn(file: URL): Set<string> {
  const source = ts.createSourceFile("x.ts", readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const titles = new Set<string>();
  const visit = (node: ts.Node) => {
    // test("…"), test.each(…)("…"), and rows of a table of cases, which begin with their title.
    const first = ts.isCallExpression(node) ? node.arguments[0] : null;
    const row = ts.isArrayLiteralExpression(node) ? node.elements[0] : null;
    for (const title of [first, row])
      if (title && ts.isStringLiteral(title)) titles.add(title.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

describe("docs/pytorch.md", () => {
  const table = rows();
  const fixtures = new Set(fixtureNames());

  test("has a row for every option of the layers, the cells, packing and CTC", () => {
    expect(table.length).toBeGreaterThan(35);
    const text = table.map(({ option }) => option).join(" ");
    const options = [
      ["input_size", "hidden_size", "num_layers", "nonlinearity", "bias", "batch_first", "dropout"],
      ["bidirectional", "proj_size", "h_0", "c_0", "enforce_sorted", "total_length"],
      ["padding_value", "padding_side", "blank", "reduction", "zero_infinity"],
      ["pack_padded_sequence", "pad_packed_sequence", "pack_sequence", "pad_sequence"],
    ].flat();
    for (const option of options) expect(text).toContain(option);
  });

  test.each(table.map(({ option, evidence }) => [option, evidence]))(
    "the tests that it names for %s exist",
    (_, evidence) => {
      const parts = evidence.split(/;\s*(?=\[)/);
      for (const part of parts) {
        const [, path, named] = /^\[[^\]]+\]\(([^)]+\.test\.ts)\): (.+)$/.exec(part) ?? [];
        expect(path, `a link to a test file in: ${part}`).toMatch(/\.test\.ts$/);
        const file = new URL(path, PAGE);
        expect(existsSync(file), path).toBe(true);

        const titles = Array.from(named.matchAll(/“([^”]+)”/g), ([, title]) => title);
        const names = Array.from(named.matchAll(/`([^`]+)`/g), ([, name]) => name);
        expect(titles.length + names.length).toBeGreaterThan(0);
        for (const title of titles) expect(titlesIn(file)).toContain(title);
        for (const name of names) expect(fixtures).toContain(name);
      }
    },
  );
});
