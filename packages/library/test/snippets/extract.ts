/**
 * @file The code in the documentation: every `@example` in a doc comment, every fenced block in a
 * Markdown page.
 */

export interface Snippet {
  /** `packages/library/src/nn/lstm.ts:40`, for the test's title. */
  title: string;
  /** The file it stands in, from the repository's root. */
  file: string;
  code: string;
}

/** The `@example`s of a TypeScript file. A doc comment may have several. */
export function examplesIn(file: string, text: string): Snippet[] {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const lines = comment[0]
      .split("\n")
      .map((line) => line.replace(/^\s*\*(?!\/) ?|\s*\*\/$/g, ""));
    const firstLine = lineAt(text, comment.index);
    const snippets: Snippet[] = [];
    let code: string[] | null = null;
    lines.forEach((line, i) => {
      if (/^\s*@example\b/.test(line)) {
        code = [];
        snippets.push({ title: `${file}:${firstLine + i}`, file, code: "" });
      } else if (/^\s*@\w+/.test(line)) code = null;
      else if (code && !/^\s*```/.test(line)) code.push(line);
      if (code) snippets[snippets.length - 1].code = code.join("\n").trim();
    });
    return snippets;
  });
}

/**
 * A fenced block of a Markdown page. After the language may follow, on the fence's line:
 *
 * - `no-run`     is type-checked, but not run: it needs what a test does not have
 * - `continued`  goes on where the page's last block of TypeScript ended, and sees its names
 * - `run`        a shell block whose commands are cheap enough to be run
 */
export interface Block extends Snippet {
  language: string;
  flags: string[];
  /** The `text` block right after it: what it prints. */
  prints: string | null;
}

export function blocksIn(file: string, text: string): Block[] {
  const fence = /^( *)```(\S+)?([^\n]*)\n([\s\S]*?)^ *``` *$/gm;
  let lastEnd = -1;
  let last: Block | undefined;
  return [...text.matchAll(fence)].flatMap(([whole, indent, language = "", info, code], i, all) => {
    const { index } = all[i];
    const body = code.replaceAll(new RegExp(`^ {0,${indent.length}}`, "gm"), "");
    const between = lastEnd < 0 ? null : text.slice(lastEnd, index).trim();
    lastEnd = index + whole.length;
    if (
      language === "text" &&
      last &&
      (between === "" || /^(it )?prints:?$/i.test(between ?? "-"))
    ) {
      last.prints = body.trimEnd();
      return [];
    }
    const flags = info.trim().split(/\s+/).filter(Boolean);
    const title = `${file}:${lineAt(text, index)}`;
    last = { title, file, code: body.trimEnd(), language, flags, prints: null };
    return [last];
  });
}

/** What the `Prints:` part of an example's `@file` comment says, or `null` if it has none. */
export function promisedOutput(text: string): string | null {
  const comment = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^ \*\/?(?: {3})?/, ""));
  const start = lines.findIndex((line) => /^ ?Prints:$/.test(line));
  return start < 0
    ? null
    : lines
        .slice(start + 1)
        .join("\n")
        .trim();
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
