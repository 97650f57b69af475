/**
 * @file A lesson: Markdown with front matter becomes the HTML of a chapter.
 *
 *   {{experiment 3A}}                      the place of a figure
 *   ::: listing examples/simple-rnn.ts     a file and its PyTorch twin: listing.ts
 *   ::: wrong <title>                      where the usual telling is wrong
 *   ::: aside <title>, ::: summary, ::: reading
 *   [forget gate]{.forget-gate}, $…$, $$…$$
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import createMarkdownIt, { type MarkdownIt, type Token } from "markdown-it";
import container from "markdown-it-container";
import type { Highlight } from "./highlight.ts";
import { LessonError } from "./lesson-error.ts";
import { listingHtml, readListing, scrollable } from "./listing.ts";
import { math } from "./math.ts";
import { spans } from "./spans.ts";

export interface Heading {
  level: number;
  id: string;
  text: string;
}

export interface Lesson {
  /** The folder's name, such as `03-vanishing-gradients`. */
  slug: string;
  number: number;
  title: string;
  summary: string;
  /** With `<!--experiment 3A-->` where a figure belongs. */
  html: string;
  headings: Heading[];
  /** Its figures, and the lines that name them. */
  experiments: { id: string; line: number }[];
  /** The files that it shows, seen from the repository's root. */
  listings: { path: string; python: string; line: number }[];
}

const CALLOUTS: Record<string, string> = {
  wrong: "Where the usual telling is wrong",
  aside: "Aside",
  summary: "What to take along",
  reading: "Further reading",
};

/** What the rules of one lesson find on their way. */
interface Found {
  headings: Heading[];
  experiments: Lesson["experiments"];
  listings: Lesson["listings"];
}

/** `path` is the lesson's file; `root` the repository's. */
export function renderLesson(path: string, root: string, highlight: Highlight): Lesson {
  const file = relative(root, path);
  const { data, body, offset } = frontMatter(file, readFileSync(path, "utf8"));
  const found: Found = { headings: [], experiments: [], listings: [] };
  const md = createMarkdownIt({ html: false, typographer: false, linkify: false });
  const lineOf = (token: Token) => (token.map?.[0] ?? 0) + offset + 1;

  md.use(math).use(spans).use(experimentPlaces);
  for (const name of Object.keys(CALLOUTS)) callout(md, name);
  md.use(container, "listing");
  md.core.ruler.push("lesson", (state) => {
    state.tokens = withListings(withoutTitle(state.tokens));
    collect(state.tokens);
  });
  md.renderer.rules.fence = (tokens, at) => {
    const { content, info } = tokens[at];
    const language = info.trim().split(/\s+/)[0] || "text";
    return scrollable(highlight(content, language), `Code, ${language}`);
  };
  md.renderer.rules.table_open = () => '<div class="scroll" tabindex="0"><table>';
  md.renderer.rules.table_close = () => "</table></div>";

  const slug = path.split(/[\\/]/).at(-2)!;
  let html: string;
  try {
    html = md.render(body);
  } catch (error) {
    if (error instanceof LessonError) throw error;
    throw new LessonError(file, offset + 1, (error as Error).message);
  }
  return { slug, number: parseInt(slug), title: data.title, summary: data.summary, html, ...found };

  /** A listing's tokens become the listing itself. */
  function withListings(tokens: Token[]): Token[] {
    const result: Token[] = [];
    for (let at = 0; at < tokens.length; at++) {
      const open = tokens[at];
      if (open.type !== "container_listing_open") {
        result.push(open);
        continue;
      }
      const end = tokens.findIndex(
        (token, i) => i > at && token.type === "container_listing_close",
      );
      const inner = tokens.slice(at + 1, end);
      const listed = open.info.trim().split(/\s+/)[1] ?? "";
      const source = readListing(root, listed);
      if (source === null)
        throw new LessonError(file, lineOf(open), `there is no file "${listed}"`);
      const python = inner.find((token) => token.type === "fence" && token.info.startsWith("py"));
      const listing = { path: listed, python: python?.content ?? "" };
      found.listings.push({ ...listing, line: lineOf(open) });
      open.type = "html_block";
      open.content = listingHtml(listing, source, highlight);
      open.nesting = 0;
      result.push(open);
      at = end;
    }
    return result;
  }

  /** Headings get anchors, links get addresses of the site, experiments are noted. */
  function collect(tokens: Token[]): void {
    const counts = new Map<string, number>();
    tokens.forEach((token, at) => {
      if (token.type === "experiment") {
        found.experiments.push({ id: token.content, line: lineOf(token) });
      }
      if (token.type === "heading_open") {
        const level = Number(token.tag.slice(1));
        const text = plainText(tokens[at + 1]);
        const base = anchorOf(text);
        const before = counts.get(base) ?? 0;
        counts.set(base, before + 1);
        const id = before === 0 ? base : `${base}-${before}`;
        token.attrSet("id", id);
        found.headings.push({ level, id, text });
      }
      for (const child of token.children ?? []) {
        if (child.type !== "link_open") continue;
        child.attrSet("href", siteAddress(String(child.attrGet("href")), lineOf(token)));
      }
      for (const child of token.children ?? []) {
        if (child.type === "math_inline" || child.type === "math_display") checkMath(child, token);
      }
    });
  }

  function checkMath(formula: Token, parent: Token): void {
    try {
      md.renderer.rules[formula.type]([formula], 0, md.options, {}, md.renderer);
    } catch (error) {
      throw new LessonError(file, lineOf(parent), (error as Error).message);
    }
  }

  function siteAddress(href: string, line: number): string {
    if (/^[a-z][a-z+.-]*:|^#/i.test(href)) return href;
    const [target, anchor] = href.split("#");
    const place = resolve(dirname(path), decodeURI(target));
    const chapter = /lessons[\\/]([^\\/]+)[\\/]lesson\.md$/.exec(place);
    if (!existsSync(place)) throw new LessonError(file, line, `${href} leads nowhere`);
    if (chapter) return `../${chapter[1]}/${anchor ? `#${anchor}` : ""}`;
    const example = /^examples[\\/]([\w-]+)\.ts$/.exec(relative(root, place));
    if (example) return `../code/${example[1]}/`;
    throw new LessonError(
      file,
      line,
      `${href} is not a page of the site: link to a lesson.md or to a file of examples/.`,
    );
  }
}

/** The front matter has the title; a lesson may repeat it for those who read the file. */
function withoutTitle(tokens: Token[]): Token[] {
  const isTitle = tokens[0]?.type === "heading_open" && tokens[0].tag === "h1";
  return isTitle ? tokens.slice(3) : tokens;
}

function frontMatter(file: string, text: string) {
  const match = /^---\n([\s\S]*?)\n---\n/.exec(text);
  const data: Record<string, string> = {};
  for (const line of match?.[1].split("\n") ?? []) {
    const [, name, value] = /^(\w+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name) data[name] = value.replace(/^(["'])(.*)\1$/, "$2");
  }
  for (const name of ["title", "summary"]) {
    if (!data[name]) throw new LessonError(file, 1, `the front matter needs "${name}:"`);
  }
  const head = match![0];
  return {
    data: data as { title: string; summary: string },
    body: text.slice(head.length),
    offset: head.split("\n").length - 1,
  };
}

/** `{{experiment 3A}}`, alone on its line. */
function experimentPlaces(md: MarkdownIt): void {
  md.block.ruler.before(
    "paragraph",
    "experiment",
    (state, startLine, _endLine, silent) => {
      const start = state.bMarks[startLine] + state.tShift[startLine];
      const line = state.src.slice(start, state.eMarks[startLine]);
      const match = /^\{\{\s*experiment\s+(\w+)\s*\}\}\s*$/.exec(line);
      if (!match) return false;
      if (silent) return true;
      const token = state.push("experiment", "", 0);
      token.content = match[1];
      token.map = [startLine, startLine + 1];
      state.line = startLine + 1;
      return true;
    },
    { alt: ["paragraph"] },
  );
  md.renderer.rules.experiment = (tokens, at) => `<!--experiment ${tokens[at].content}-->\n`;
}

function callout(md: MarkdownIt, name: string): void {
  md.use(container, name, {
    render(tokens, at) {
      if (tokens[at].nesting < 0) return "</aside>\n";
      const title = tokens[at].info.trim().slice(name.length).trim();
      const kind = CALLOUTS[name];
      const heading = title
        ? `<span class="callout-kind">${kind}</span> ${md.renderInline(title)}`
        : kind;
      return `<aside class="callout ${name}"><p class="callout-title">${heading}</p>\n`;
    },
  });
}

function plainText(inline: Token): string {
  const text = (inline.children ?? []).map(({ type, content }) => {
    return ["text", "code_inline", "math_inline"].includes(type) ? content : "";
  });
  return text.join("");
}

/** As GitHub makes them; `scripts/check-links.mjs` expects the same. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}
