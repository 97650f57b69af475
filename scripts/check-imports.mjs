/**
 * @file Who may import whom: `npm run check:imports` names every import that breaks the order.
 *
 * A folder may import itself and anything on an earlier line, and nothing on its own line or a
 * later one, but for those that share an entry with a plus.
 */

import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ts from "typescript";
import { filesIn } from "./build.mjs";
import { ROOT } from "./setup.mjs";

const ORDER = [
  ["kernels", "core"],
  ["platform"], // imports core alone: see ONLY
  ["backends"],
  ["tensor + autograd"],
  ["data"],
  ["nn"],
  ["losses"],
  ["optim"],
  ["decoding", "metrics", "io"],
  ["streaming", "training"],
  ["diagnostics"],
  ["comparison"],
  ["index.ts"],
  ["tasks"],
  ["examples", "reproduce"],
  ["site"], // shows the examples, and its experiments run on what they run on
  ["cli"],
];

/** Places with a shorter list than everything on their left. */
const ONLY = {
  platform: ["core"],
  // They come in by the front door, so that what they show works in any project.
  tasks: ["unrolled"],
  cli: ["unrolled"],
  site: ["unrolled", "examples"],
  examples: ["unrolled"],
  reproduce: ["unrolled"],
};

/** Packages that a place may import besides its own. */
const PACKAGES = {
  platform: [/^node:/, /^koffi$/],
  kernels: [],
  cli: [/^[^.#]/],
  site: [/^[^.#]/],
  examples: [/^node:/],
  reproduce: [/^node:/, /^prettier$/],
};
const TEST_PACKAGES = [
  /^node:/,
  /^vitest$/,
  /^fast-check$/,
  /^esbuild$/,
  /^typescript$/,
  /^@huggingface\/tokenizers$/,
];

/** Why `file` (seen from the root) may not import `specifier`; null where it may. */
export function complaint(file, specifier) {
  const from = placeOf(file);
  const isTest = /(\.test|[\\/]testing)\.ts$/.test(file) || from === "tests";
  if (from === null) return null;

  const to = targetOf(file, specifier);
  if (to === from || from === "tests") return null;
  if (isTest && (to === "tests" || to === "unrolled")) return null;
  if (to === null) {
    const allowed = [...(PACKAGES[from] ?? []), ...(isTest ? TEST_PACKAGES : [])];
    if (allowed.some((pattern) => pattern.test(specifier))) return null;
    return `${from} may not import the package ${specifier}`;
  }

  const only = isTest ? undefined : ONLY[from];
  if (only) {
    return only.includes(to) ? null : `${from} may import ${only.join(", ")} alone, not ${to}`;
  }
  if (to === "unrolled") return `${from} is part of the library and may not import it by name`;
  if (rankOf(to) < rankOf(from) || areJoined(from, to)) return null;
  const why = rankOf(to) === rankOf(from) ? "stands beside" : "comes after";
  return `${from} may not import ${to}, which ${why} it`;
}

function placeOf(path) {
  const [top, second, third, fourth, fifth] = path.split(sep);
  if (top === "examples" || top === "reproduce" || top === "site") return top;
  if (top !== "packages") return null;
  if (third === "test") return "tests";
  if (second !== "library" || third !== "src") return second;
  return fifth === undefined && fourth.endsWith(".ts") ? "index.ts" : fourth;
}

function targetOf(file, specifier) {
  if (specifier === "#platform") return "platform";
  if (specifier === "#native") return "backends";
  if (specifier === "@unrolled/kernels") return "kernels";
  if (specifier === "unrolled" || specifier.startsWith("unrolled/")) return "unrolled";
  return specifier.startsWith(".") ? placeOf(join(dirname(file), specifier)) : null;
}

function rankOf(place) {
  const rank = ORDER.findIndex((line) => line.some((entry) => entry.split(" + ").includes(place)));
  if (rank >= 0) return rank;
  throw new Error(`${place} is missing in the order of scripts/check-imports.mjs`);
}

function areJoined(a, b) {
  return ORDER.flat().some((entry) => {
    const places = entry.split(" + ");
    return places.includes(a) && places.includes(b);
  });
}

/** Every complaint, as `file:line: what`. */
export function checkImports() {
  const folders = ["packages", "examples", "reproduce", "site"].map((name) => join(ROOT, name));
  const files = folders
    .flatMap((folder) => filesIn(folder))
    .map((path) => relative(ROOT, path))
    .filter(
      (path) => /\.tsx?$/.test(path) && !/(^|[\\/])(dist|node_modules|assembly)[\\/]/.test(path),
    );

  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName, pos }) => {
      const what = complaint(file, fileName);
      if (!what) return [];
      const line = text.slice(0, pos).split("\n").length;
      return [`${file}:${line}: ${what} (${fileName}).`];
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const complaints = checkImports();
  for (const line of complaints) console.error(line);
  if (complaints.length > 0) {
    const order = ORDER.map((line) => line.join(", ")).join(" → ");
    console.error(`The order: ${order}`);
    process.exitCode = 1;
  }
}
