/**
 * @file Texts sorted into classes by where they lie: a folder of folders, or a file for each class.
 */

import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { FailureError } from "../errors.ts";
import { decode } from "./decode.ts";
import { label, readBytes, sourceOf, stemOf } from "./read-bytes.ts";
import { readLines } from "./read-lines.ts";
import type { Table } from "./read-table.ts";

const COLUMNS = ["text", "label", "file"];
const MAX_BYTES = 300e6;

/**
 * A folder with a folder for each class (`pos/`, `neg/`, …), in which every file is a text. The table
 * has the columns `text`, `label` (the folder's name) and `file`, files in the order of their names.
 *
 * @param classes only these folders. Default: all
 */
export function readClassFolder(
  folder: string,
  { classes, encoding }: { classes?: readonly string[]; encoding?: string } = {},
): Table {
  const folders = namesIn(folder, "folders");
  const wanted = classes ?? folders;
  const missing = wanted.find((name) => !folders.includes(name));
  if (missing !== undefined || wanted.length < 2) {
    throw new FailureError(
      `${folder}: expected a folder for each class with its texts, such as pos/ and neg/, got ${folders.join(", ") || "no folders"}` +
        (missing === undefined ? "." : `, and not ${missing}.`),
    );
  }
  const rows: string[][] = [];
  const parts: Uint8Array[] = [];
  const encodings = new Set<string>();
  let before = 0;
  for (const name of wanted) {
    const files = namesIn(join(folder, name), "files");
    if (files.length === 0) {
      const inner = namesIn(join(folder, name), "folders");
      throw new FailureError(
        `${join(folder, name)}: there are no files in it.${inner.length > 1 ? ` Did you mean ${join(folder, name)} itself, with ${inner.join(", ")} as classes?` : ""}`,
      );
    }
    for (const file of files) {
      const path = join(folder, name, file);
      const { bytes } = readBytes(path, { most: MAX_BYTES, before, advice: "Take a part of it." });
      const decoded = bytes.length === 0 ? null : decode(bytes, path, encoding);
      if (decoded) encodings.add(decoded.encoding);
      rows.push([decoded?.text.replaceAll("\r\n", "\n") ?? "", name, path]);
      parts.push(bytes);
      before += bytes.length;
    }
  }
  return asTable(
    "folder",
    folder,
    rows,
    rows.map(() => 1),
    encodings,
    sourceOf([folder], parts),
  );
}

/**
 * A file for each class, in which every line is a text: `rt-polarity.pos` and `rt-polarity.neg`, or
 * `French.txt` and `Irish.txt`. The class is what the files' names differ in. Blank lines are left out.
 */
export function readClassFiles(names: readonly string[], encoding?: string): Table {
  const labels = labelsOf(names);
  const files = names.map((name) => readLines(name, encoding));
  const rows: string[][] = [];
  const lines: number[] = [];
  files.forEach((file, f) => {
    file.lines.forEach((line, i) => {
      if (line.trim() === "") return;
      rows.push([line, labels[f], file.name]);
      lines.push(i + 1);
    });
  });
  const encodings = new Set(files.map((file) => file.encoding));
  const parts = files.map(({ bytes }) => bytes);
  return asTable(
    "files",
    names.map(label).join(", "),
    rows,
    lines,
    encodings,
    sourceOf(names, parts),
  );
}

/** The ends of their names where the stems are one, else the stems. */
function labelsOf(names: readonly string[]): string[] {
  const plain = names.map((name) => basename(name).replace(/\.gz$/i, ""));
  const stems = names.map(stemOf);
  const labels = new Set(stems).size === 1 ? plain.map((name) => name.split(".").at(-1)!) : stems;
  if (new Set(labels).size === labels.length && labels.length > 1) return labels;
  throw new FailureError(
    `${names.join(", ")}: expected a file for each class, two at least, each with a name of its own.`,
  );
}

function asTable(
  kind: "folder" | "files",
  name: string,
  rows: string[][],
  lines: number[],
  encodings: ReadonlySet<string>,
  source: Table["source"],
): Table {
  const encoding = [...encodings].join(" and ") || "UTF-8";
  const format = { kind, delimiter: null, header: true, quotes: true } as const;
  const columns = COLUMNS;
  return { name, columns, rows, lines, format: { ...format, encoding, gzip: false }, source };
}

/** What lies in a folder, sorted by code units, so that the order is the same on every system. */
export function namesIn(folder: string, kind: "files" | "folders"): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .filter((name) => statSync(join(folder, name)).isDirectory() === (kind === "folders"))
    .sort();
}
