/**
 * @file Links in Markdown: every relative one leads to a file, and every `#anchor` to a heading.
 * Addresses on the web are left alone, because a check must work without a network.
 */

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { filesIn } from "./build.mjs";
import { ROOT } from "./setup.mjs";

const PLACES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "examples", "bench"];
const WORKSPACES = ["packages", "site"];

function pages() {
  return [...PLACES, ...WORKSPACES]
    .map((name) => join(ROOT, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => (statSync(path).isFile() ? [path] : filesIn(path)))
    .filter((path) => path.endsWith(".md") && !/[\\/](node_modules|dist|\.cache)[\\/]/.test(path));
}

/** Every broken link, as `file:line: what`. */
export function checkLinks() {
  return pages().flatMap((page) => {
    const text = withoutCode(readFileSync(page, "utf8"));
    return [...text.matchAll(/\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/gm)].flatMap(
      (match) => {
        const target = match[1] ?? match[2];
        const what = complaint(page, target);
        if (!what) return [];
        const line = text.slice(0, match.index).split("\n").length;
        return [`${relative(ROOT, page)}:${line}: ${what}`];
      },
    );
  });
}

function complaint(page, target) {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return null;
  const [path, anchor] = decodeURI(target).split("#");
  const file = path === "" ? page : resolve(dirname(page), path);
  if (relative(ROOT, file).startsWith("..")) return `${target} leads out of the repository`;
  if (!existsSync(file)) return `${target} leads nowhere`;
  if (!anchor || !file.endsWith(".md")) return null;
  return anchorsIn(readFileSync(file, "utf8")).has(anchor)
    ? null
    : `${target} names a heading that is not there`;
}

/** As GitHub makes them: lower case, spaces to hyphens, a number after the second of a kind. */
function anchorsIn(markdown) {
  const counts = new Map();
  const anchors = new Set();
  for (const [, heading] of withoutCode(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
    const before = counts.get(anchor) ?? 0;
    counts.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}

/** Code blanked out, line for line; words in backticks keep their letters for the anchors. */
function withoutCode(markdown) {
  const blank = (code) => code.replaceAll(/[^\n]/g, " ");
  return markdown.replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1 *$/gm, blank);
}

if (process.argv[1] === import.meta.filename) {
  const complaints = checkLinks();
  for (const line of complaints) console.error(line);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
