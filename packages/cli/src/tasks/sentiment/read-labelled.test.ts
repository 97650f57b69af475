import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readLabelled } from "./read-labelled.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-labelled-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the folder, and gives its path. */
function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  return path;
}

const REVIEWS = [
  ["1", "a fine film with a heart", "pos"],
  ["2", "dull from start to end", "neg"],
  ["3", "warm and funny all along", "pos"],
  ["4", "nobody should see this", "neg"],
];
const ROWS = REVIEWS.map(([, text, label]) => ({ text, label }));

describe("labelled texts are found in", () => {
  test.each([
    ["a table with the usual names", "a.csv", ["id", "review", "sentiment"], {}],
    ["a table with other names", "b.csv", ["no", "what was said", "mood"], {}],
    ["columns that are named", "c.csv", ["label", "x", "y1"], { text: "x", label: "y1" }],
  ])("%s", (_, name, header, options) => {
    const lines = [header, ...REVIEWS].map((cells) => cells.join(","));
    expect(readLabelled([file(name, lines.join("\n"))], options).rows).toEqual(ROWS);
  });

  test("tabs without a header, packed", () => {
    const text = REVIEWS.map(([, review, label]) => `${review}\t${label}`).join("\n");
    expect(readLabelled([file("d.tsv.gz", gzipSync(text))], {}).rows).toEqual(ROWS);
  });

  test("JSON lines", () => {
    const lines = REVIEWS.map(([id, text, label]) => JSON.stringify({ id, text, label }));
    expect(readLabelled([file("e.jsonl", lines.join("\n"))], {}).rows).toEqual(ROWS);
  });

  test("a folder for each class, and a file for each class, beside what is about them", () => {
    file("f/pos/1.txt", "good");
    file("f/neg/1.txt", "bad");
    expect(readLabelled([join(folder, "f")], {}).rows).toEqual([
      { text: "bad", label: "neg" },
      { text: "good", label: "pos" },
    ]);
    file("g/French.txt", "Abel\nAdam\n");
    file("g/Irish.txt", "Adam\n");
    file("g/README.md", "names");
    const names = readLabelled([join(folder, "g")], {}).rows;
    expect(names.map(({ label }) => label)).toEqual(["French", "French", "Irish"]);
    file("h/rt.pos", "good\n");
    file("h/rt.neg", "bad\n");
    file("h/ABOUT.md", "from somewhere");
    expect(readLabelled([join(folder, "h")], {}).rows).toHaveLength(2);
  });

  test("trees, of which --binary makes two classes and a middle, with the grades they had", () => {
    const path = file("t.txt", "(4 (2 a) (4 joy))\n(2 (2 so) (2 so))\n(0 (1 bad) (2 film))\n");
    const { rows, middle, about } = readLabelled([path], { binary: true });
    const neutral = (text: string) => ({ text, grade: "2" });
    expect(rows).toEqual([
      {
        text: "a joy",
        label: "positive",
        grade: "4",
        parts: [neutral("a"), { text: "joy", label: "positive", grade: "4" }],
      },
      {
        text: "bad film",
        label: "negative",
        grade: "0",
        parts: [{ text: "bad", label: "negative", grade: "1" }, neutral("film")],
      },
    ]);
    expect(middle).toEqual([{ ...neutral("so so"), parts: [neutral("so"), neutral("so")] }]);
    expect(about.join(" ")).toMatch(/3 trees.*1 text in the middle/);
  });
});

describe("what cannot be read is said", () => {
  const table = (lines: string[]) => file(`${lines.length}.csv`, lines.join("\n"));

  test("a column that is not there, with what there is", () => {
    const path = table(["review,mood", "good,pos", "bad,neg", "fine,pos", "poor,neg"]);
    expect(() => readLabelled([path], { label: "moods" })).toThrow(
      /no column "moods".*review, mood; did you mean mood\?/,
    );
    expect(() => readLabelled([path], { text: "mood", label: "mood" })).toThrow(
      /"mood" cannot be both text and label/,
    );
  });

  test("no column with classes", () => {
    const path = table(["a,b", "1,2", "3,4", "5,6"]);
    expect(() => readLabelled([path], {})).toThrow(/no column looks like classes.*--text.*--label/);
  });

  test("rows without a label are left out and counted", () => {
    const path = table(["text,label", "good,1", "bad,0", "odd,NaN", "fine,1", "odd,", "poor,0"]);
    const { rows, about } = readLabelled([path], {});
    expect(rows).toHaveLength(4);
    expect(about.at(-1)).toBe("2 rows without a label left out.");
  });

  test("--binary with words for labels", () => {
    const path = table(["text,label", "a,x", "b,y", "c,x", "d,y", "e,x", "f,y", "g,x"]);
    expect(() => readLabelled([path], { binary: true })).toThrow(/numbers as labels.*got "x"/);
  });
});
