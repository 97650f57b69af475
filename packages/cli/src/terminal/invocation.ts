/**
 * @file How the user called us, so that what we tell them to type next works as it stands.
 */

import { basename, relative } from "node:path";

/** `unrolled`, `npx unrolled` or `node path/to/unrolled.js`. */
export function invocation(): string {
  // npm sets it for `npx unrolled` and `npm start` alike; in both places npx finds the command.
  if (process.env.npm_lifecycle_event) return "npx unrolled";
  const script = process.argv[1] ?? "unrolled";
  if (basename(script) === "unrolled") return "unrolled";
  return `node ${quote(relative(process.cwd(), script) || script)}`;
}

/** A whole command line, its words quoted where a shell needs it. */
export function commandLine(...words: string[]): string {
  return [invocation(), ...words.map(quote)].join(" ");
}

function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return process.platform === "win32"
    ? `"${word.replaceAll('"', '\\"')}"`
    : `'${word.replaceAll("'", "'\\''")}'`;
}
