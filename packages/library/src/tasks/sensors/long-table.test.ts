import { describe, expect, test } from "vitest";
import { sensorsFromTable, type LongTableOptions } from "./index.ts";

function table(text: string, name = "demo.csv") {
  const [columns, ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()));
  return { name, columns, rows };
}

const WALKS = table(`
  case_id, t, x, y, label
  a, 1, 5, 0, walk
  b, 0, 7, 9, run
  a, 0, 4, 1, walk`);

describe("a table with a row for each step", () => {
  test("rows of a case come together, in the order of time", () => {
    const { channels, cases } = sensorsFromTable(WALKS);
    expect(channels).toEqual(["x", "y"]);
    expect(cases.map(({ id, answer, steps }) => [id, answer, steps])).toEqual([
      ["a", "walk", 2],
      ["b", "run", 1],
    ]);
    expect([...cases[0].values]).toEqual([4, 1, 5, 0]);
  });

  test("answers may stand in a table of their own", () => {
    const steps = table("id, x\n7, 1\n7, 2\n9, 3");
    const labels = table("#sequence_ID, class_label\n9, -1\n7, 1");
    const { channels, cases } = sensorsFromTable(steps, { labels });
    expect(channels).toEqual(["x"]);
    expect(cases.map(({ id, answer }) => [id, answer])).toEqual([
      ["7", "1"],
      ["9", "-1"],
    ]);
  });

  test("columns are found by the names that are given", () => {
    const { channels, cases } = sensorsFromTable(table("who, y, z\np, 3, u\np, 4, u"), {
      id: "who",
      label: "z",
    });
    expect(channels).toEqual(["y"]);
    expect(cases[0].answer).toBe("u");
  });

  test("where there may be no answers, the last column is a channel", () => {
    const steps = table("id, x, y2\na, 1, 2");
    expect(sensorsFromTable(steps).channels).toEqual(["x"]);
    const { channels, cases } = sensorsFromTable(steps, { answersOptional: true });
    expect(channels).toEqual(["x", "y2"]);
    expect(cases[0].answer).toBeNull();
    expect(sensorsFromTable(WALKS, { answersOptional: true }).channels).toEqual(["x", "y"]);
  });

  test("many different numbers are measured, a few are classes, and either can be said", () => {
    const many = Array.from({ length: 30 }, (_, i) => `c${i}, 1, ${i / 2}`).join("\n");
    const kinds = (kind?: LongTableOptions["kind"]) =>
      typeof sensorsFromTable(table(`id, x, y\n${many}`), { kind }).cases[0].answer;
    expect(kinds()).toBe("number");
    expect(kinds("classes")).toBe("string");
    const few = table("id, x, y\na, 1, 0\nb, 1, 1");
    expect(sensorsFromTable(few).cases[1].answer).toBe("1");
    expect(sensorsFromTable(few, { kind: "numbers" }).cases[1].answer).toBe(1);
  });

  test.each<[string, string, LongTableOptions, RegExp]>([
    ["no such column", "id, x, y\na, 1, 2", { label: "z" }, /a column "z", got id, x, y/],
    ["a word for a number", "id, x, y\na, 1, u\na, ?, u\na, one, u", {}, /row 3, column x.*"one"/],
    ["two answers", "id, x, y\na, 1, u\na, 1, v", {}, /"u" in row 1 and "v" in row 2 .* column y/],
    ["no measurements", "id, y\na, 1", {}, /columns with measurements beside id, y/],
    [
      "no answer",
      "id, x\na, 1",
      { labels: table("id, y\nb, 1") },
      /an answer for case a, got none/,
    ],
    ["words as numbers", "id, x, y\na, 1, u", { kind: "numbers" }, /numbers as answers, got "u"/],
    ["a time that is none", "id, t, x, y\na, soon, 1, u", {}, /row 1, column t: .* got "soon"/],
  ])("%s", (_title, text, options, message) => {
    expect(() => sensorsFromTable(table(text), options)).toThrow(message);
  });
});
