import { styleText } from "node:util";
import { expect, test } from "vitest";
import { renderTable } from "./table.ts";
import { wrap } from "./wrap.ts";

test("columns stand under their titles, numbers to the right, whatever colours they carry", () => {
  const green = styleText("green", "LSTM", { validateStream: false });
  const columns = [{ title: "cell", align: "left" as const }, { title: "loss" }];
  expect(
    renderTable(columns, [
      [green, "1.6"],
      ["5-gram", "12.25"],
    ]).split("\n"),
  ).toEqual(["  cell      loss", "  ──────────────", `  ${green}       1.6`, "  5-gram   12.25"]);
});

test("prose breaks between words, keeps its indent, and loses no word", () => {
  const prose = "  one two three four five six seven-and-a-half eight";
  expect(wrap(prose, 16).split("\n")).toEqual([
    "  one two three",
    "  four five six",
    "  seven-and-a-half",
    "  eight",
  ]);
  expect(wrap("short", 80)).toBe("short");
});
