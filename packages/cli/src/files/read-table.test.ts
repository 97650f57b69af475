import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readClassFiles, readClassFolder } from "./read-classes.ts";
import { readParallelLines } from "./read-lines.ts";
import {
  columnIndex,
  columnOf,
  describeTable,
  readTable,
  type TableOptions,
} from "./read-table.ts";

const folder = mkdtempSync(join(realpathSync(tmpdir()), "unrolled-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function file(contents: string | Uint8Array, name = `table-${count++}`): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const read = (contents: string | Uint8Array, options?: TableOptions) =>
  readTable(file(contents), options);

describe("delimiter, header and quotation marks are found out", () => {
  // prettier-ignore
  const cases: [string, string, string, string[], string[][]][] = [
    ["commas", "text,label\nfine,pos\nbad,neg\n", ",", ["text", "label"], [["fine", "pos"], ["bad", "neg"]]],
    ["tabs, with commas in the text", "label\ttext\n0\tno, no\n1\tyes\n", "\t", ["label", "text"], [["0", "no, no"], ["1", "yes"]]],
    ["semicolons, with decimal commas", "day;value\n1;2,5\n2;3,5\n", ";", ["day", "value"], [["1", "2,5"], ["2", "3,5"]]],
    ["pipes", "a|b\n1|2\n", "|", ["a", "b"], [["1", "2"]]],
    ["one column", "value\n1\n2\n", ",", ["value"], [["1"], ["2"]]],
    ["no header: numbers in the first row", "1,2\n3,4\n", ",", ["1", "2"], [["1", "2"], ["3", "4"]]],
    ["no header: a cell of the first row comes again", "pos,Quite good.\nneg,Bad.\npos,Good.\n", ",", ["1", "2"], [["pos", "Quite good."], ["neg", "Bad."], ["pos", "Good."]]],
    ["no header: sentences", "Go.\tVa !\nRun!\tCours !\n", "\t", ["1", "2"], [["Go.", "Va !"], ["Run!", "Cours !"]]],
    ["a header over long texts", "comment,verdict\nthis is a rather long comment,ok\nand this is another of them,bad\n", ",", ["comment", "verdict"], [["this is a rather long comment", "ok"], ["and this is another of them", "bad"]]],
    ["quoted cells with delimiters, line breaks and marks", 'text,label\n"a, ""b""\nc",1\nd,0\n', ",", ["text", "label"], [['a, "b"\nc', "1"], ["d", "0"]]],
    ["marks that are part of the text", 'en\tfr\n"Look," she said.\tElle a dit.\nHe said "no\tNon\n', "\t", ["en", "fr"], [['"Look," she said.', "Elle a dit."], ['He said "no', "Non"]]],
    ["marks at the ends of two lines with tabs", 'en\tfr\n"Look\tVoilà\nhere"\tici\n', "\t", ["en", "fr"], [['"Look', "Voilà"], ['here"', "ici"]]],
    ["Windows line ends and blank lines", "a,b\r\n\r\n1,2\r\n", ",", ["a", "b"], [["1", "2"]]],
    ["no line end at the end", "a,b\n1,2", ",", ["a", "b"], [["1", "2"]]],
    ["empty cells", "a,b\n,2\n1,\n", ",", ["a", "b"], [["", "2"], ["1", ""]]],
    ["emoji, right-to-left and combining characters", "text,label\n👩‍👩‍👧 ok,1\nשלום,0\ne\u0301,1\n", ",", ["text", "label"], [["👩‍👩‍👧 ok", "1"], ["שלום", "0"], ["e\u0301", "1"]]],
  ];

  test.each(cases)("%s", (_, contents, delimiter, columns, rows) => {
    const table = read(contents);
    expect(table.columns).toEqual(columns);
    expect(table.rows).toEqual(rows);
    expect(table.format.delimiter).toBe(delimiter);
  });

  test("what somebody says goes before what is found", () => {
    const contents = "text;a,label\nx;y,1\n";
    expect(read(contents, { delimiter: "comma", header: false }).rows).toEqual([
      ["text;a", "label"],
      ["x;y", "1"],
    ]);
    expect(read("1,2\n3,4\n", { header: true }).columns).toEqual(["1", "2"]);
    expect(() => read("a,b\n1,2\n", { delimiter: "::" })).toThrow(
      /--delimiter: expected one character, or tab, .*, got "::"/,
    );
  });

  test("rows know their lines, whatever is quoted or blank before them", () => {
    const table = read('a,b\n"1\n1",2\n\n3,4\n"5\n\n5",6\n7,8\n');
    expect(table.lines).toEqual([2, 5, 6, 9]);
  });
});

describe("JSON", () => {
  test("one object a line; what a row lacks is empty, what is no text is written as JSON", () => {
    const table = read('{"text":"a\\nb","label":1}\n\n{"text":"c","stars":[1,2],"label":null}\n');
    expect(table.columns).toEqual(["text", "label", "stars"]);
    expect(table.rows).toEqual([
      ["a\nb", "1", ""],
      ["c", "", "[1,2]"],
    ]);
    expect(table.lines).toEqual([1, 3]);
    expect(table.format.kind).toBe("json-lines");
  });

  test("one array of objects", () => {
    expect(read('[\n {"a": 1},\n {"a": 2}\n]').rows).toEqual([["1"], ["2"]]);
  });

  test("a line that is none is named", () => {
    expect(() => read('{"a":1}\n{"a":')).toThrow(/line 2: expected one JSON object a line/);
    expect(() => read('{"a":1}\n[1]')).toThrow(/line 2: expected an object such as/);
  });
});

describe("encodings", () => {
  const contents = "text,label\nnaïve “déjà vu” — 5 €,1\ncafé,0\n";
  const utf16 = Buffer.from(contents, "utf16le");
  const windows = Buffer.from(
    contents.replace(
      /[“”—€]/g,
      (c) => ({ "“": "\x93", "”": "\x94", "—": "\x97", "€": "\x80" })[c]!,
    ),
    "latin1",
  );
  // prettier-ignore
  const cases: [string, Uint8Array, string][] = [
    ["UTF-8", Buffer.from(contents), "UTF-8"],
    ["UTF-8 with a mark", Buffer.from(`\uFEFF${contents}`), "UTF-8"],
    ["UTF-16LE with a mark", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), "UTF-16LE"],
    ["UTF-16BE with a mark", Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), "UTF-16BE"],
    ["UTF-16LE without a mark", utf16, "UTF-16LE"],
    ["Windows-1252", windows, "windows-1252"],
    ["gzip", gzipSync(contents), "UTF-8"],
  ];

  test.each(cases)("%s", (_, bytes, encoding) => {
    const table = read(bytes);
    expect(table.rows).toEqual([
      ["naïve “déjà vu” — 5 €", "1"],
      ["café", "0"],
    ]);
    expect(table.columns).toEqual(["text", "label"]);
    expect(table.format.encoding).toBe(encoding);
  });

  test("English with a single old letter is Western", () => {
    expect(read(Buffer.from("text,label\na na\xefve film,1\n", "latin1")).rows[0][0]).toBe(
      "a naïve film",
    );
  });

  test("Russian in Windows-1251 is detected, and can be said", () => {
    const say = "Быстрая коричневая лиса прыгает через ленивую собаку, и всё хорошо";
    const bytes = Uint8Array.from(`text;label\n${say};1\n`, (c) => {
      const code = c.charCodeAt(0);
      return c === "ё" ? 0xb8 : code >= 0x410 ? code - 0x350 : code;
    });
    expect(read(bytes).rows).toEqual([[say, "1"]]);
    expect(read(bytes, { encoding: "windows-1251" }).format.encoding).toBe("windows-1251");
    expect(() => read(bytes, { encoding: "utf-8" })).toThrow(/no text in utf-8/);
    expect(() => read(bytes, { encoding: "utf8000" })).toThrow(/There is no encoding "utf8000"/);
  });
});

describe("what is no table says so", () => {
  // prettier-ignore
  const cases: [string, string | Uint8Array, RegExp][] = [
    ["nothing", "", /is empty/],
    ["blank space", " \n\n", /holds nothing but blank space/],
    ["a header alone", "text,label\n", /has a header \(text, label\) and no rows/],
    ["a row too long", "a,b\n1,2\n3,4,5\n6,7\n", /line 3: expected 2 cells as in the other rows, got 3: "3,4,5"\./],
    ["many rows too short", "a,b,c\n1,2,3\n4\n5,6,7\n8\n9,9,9\n", /line 3: expected 3 cells .*, got 1: "4"\. So it is in 2 rows\./],
    ["a quotation without an end", 'a,b\n1,"2\n3,4\n5,6\n7,8,9\n', /line \d: a quotation mark is not as in a table \(Quote Not Closed/],
    ["a name twice", "a,b,a\n1,2,3\n", /the column "a" is in the header twice/],
    ["bytes", Uint8Array.from({ length: 900 }, (_, i) => i % 251), /expected text, got a binary file/],
    ["a spreadsheet", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(60)]), /a zip archive or a spreadsheet\. .*export the sheet as CSV/],
    ["a damaged gzip file", gzipSync("a,b\n1,2\n").subarray(0, 20), /begins like a gzip file and cannot be unpacked/],
  ];

  test.each(cases)("%s", (_, contents, message) => {
    const path = file(contents);
    expect(() => readTable(path)).toThrow(message);
    expect(() => readTable(path)).toThrow(path);
  });

  test("a folder", () => {
    expect(() => readTable(folder)).toThrow(/it is a folder/);
  });
});

describe("columns", () => {
  const table = read("Text,label\nfine,pos\nbad,neg\n");

  test("are found by name, whatever the case, or by number", () => {
    expect(columnOf(table, "label")).toEqual(["pos", "neg"]);
    expect(columnIndex(table, "text")).toBe(0);
    expect(columnIndex(table, "2")).toBe(1);
  });

  test("one that is missing is told with those that there are, and the nearest", () => {
    expect(() => columnIndex(table, "lable")).toThrow(
      /there is no column "lable"\. Its columns are Text, label; did you mean label\?$/,
    );
    expect(() => columnIndex(table, "3")).toThrow(/Its columns are Text, label\.$/);
  });

  test("a table is described with what was detected", () => {
    expect(describeTable(table)).toMatch(
      /: 2 rows; columns Text, label \(comma between cells, header, UTF-8\)$/,
    );
  });
});

describe("lines that belong together", () => {
  test("are read, plain and gzip", () => {
    const names = [file("a\nb\n\n"), file(gzipSync("c\r\nd\r\n\r\n"))];
    const { files, source } = readParallelLines(names);
    expect(files.map(({ lines }) => lines)).toEqual([
      ["a", "b", ""],
      ["c", "d", ""],
    ]);
    expect(source).toMatchObject({ names, bytes: 13 });
  });

  test("a file that is longer is told, and where they part", () => {
    const short = file("a\nb\n");
    expect(() => readParallelLines([short, file("c\nd\ne\n")])).toThrow(
      /has 2 lines and .* has 3; .* Line 3 of .* is the first without a partner: "e"\./,
    );
    expect(() => readParallelLines([short, file("c\n\nd\n")])).toThrow(
      /Line 2 is blank in only one/,
    );
  });

  test("a line that is missing in the middle is found by the lengths of the others", () => {
    const words = Array.from({ length: 200 }, (_, i) => 3 + ((i * 37) % 29));
    const long = words.map((n) => "word ".repeat(n).trim());
    const short = words.map((n) => "wort ".repeat(n + 1).trim()).toSpliced(119, 1);
    const names = [file(long.join("\n")), file(short.join("\n"))];
    const message = /has 200 lines and .* has 199; .* the lines part at about line (\d+): "word/;
    expect(() => readParallelLines(names)).toThrow(message);
    let told = "";
    try {
      readParallelLines(names);
    } catch (error) {
      told = (error as Error).message;
    }
    expect(Number(message.exec(told)![1])).toBe(120);
  });
});

describe("classes", () => {
  test("a folder for each class", () => {
    for (const name of ["neg", "pos", "unsup"])
      mkdirSync(join(folder, "reviews", name), { recursive: true });
    file("bad\r\nfilm", "reviews/neg/2.txt");
    file("worse", "reviews/neg/1.txt");
    file(gzipSync("good"), "reviews/pos/1.txt.gz");
    file("?", "reviews/unsup/1.txt");
    const table = readClassFolder(join(folder, "reviews"), { classes: ["neg", "pos"] });
    expect(table.columns).toEqual(["text", "label", "file"]);
    expect(table.rows.map(([text, label]) => [text, label])).toEqual([
      ["worse", "neg"],
      ["bad\nfilm", "neg"],
      ["good", "pos"],
    ]);
    expect(readClassFolder(join(folder, "reviews")).rows).toHaveLength(4);
    expect(() => readClassFolder(join(folder, "reviews"), { classes: ["pos", "bad"] })).toThrow(
      /got neg, pos, unsup, and not bad/,
    );
    expect(() => readClassFolder(join(folder, "reviews", "neg"))).toThrow(/got no folders/);
  });

  test("a file for each class, named by what differs", () => {
    const names = [file("bad\n\nworse\n", "films.neg"), file("good\n", "films.pos")];
    const table = readClassFiles(names);
    expect(table.rows.map(([text, label]) => [text, label])).toEqual([
      ["bad", "neg"],
      ["worse", "neg"],
      ["good", "pos"],
    ]);
    expect(table.lines).toEqual([1, 3, 1]);
    expect(readClassFiles([file("Ó\n", "Irish.txt"), file("Le\n", "French.txt")]).rows).toEqual([
      ["Ó", "Irish", join(folder, "Irish.txt")],
      ["Le", "French", join(folder, "French.txt")],
    ]);
    expect(() => readClassFiles([names[0]])).toThrow(/a file for each class, two at least/);
  });
});
