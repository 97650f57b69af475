/**
 * @file `$…$` and `$$…$$`, turned into HTML and MathML while the page is built.
 *
 * `\htmlClass{forget-gate}{f_t}` gives a symbol the colour of its role.
 */

import katex from "katex";
import type { MarkdownIt } from "markdown-it";

/** A longer formula may have to be broken on a phone. */
const LONG = 30;

export function math(md: MarkdownIt): void {
  md.inline.ruler.after("escape", "math", (state, silent) => {
    if (state.src[state.pos] !== "$") return false;
    const isDisplay = state.src.startsWith("$$", state.pos);
    const fence = isDisplay ? "$$" : "$";
    const start = state.pos + fence.length;
    const end = state.src.indexOf(fence, start);
    if (end <= start || end >= state.posMax) return false;
    const tex = state.src.slice(start, end);
    // "$5 and $6" is money: no formula begins or ends with a space.
    if (!isDisplay && (/^\s|\s$/.test(tex) || /\d/.test(state.src[end + 1] ?? ""))) return false;
    state.pos = end + fence.length;
    // A comma that begins a line looks lost: what follows a formula closely stays with it.
    const [tail] = isDisplay ? [""] : /^[.,;:!?)\]’”]*/.exec(state.src.slice(state.pos))!;
    state.pos += tail.length;
    if (silent) return true;
    const token = state.push(isDisplay ? "math_display" : "math_inline", "math", 0);
    token.content = tex;
    token.info = tail;
    return true;
  });

  md.block.ruler.before(
    "fence",
    "math",
    (state, startLine, endLine, silent) => {
      const lineAt = (line: number) => {
        return state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]).trim();
      };
      const first = lineAt(startLine);
      if (!first.startsWith("$$")) return false;

      let last = startLine;
      const closes = (line: number) => {
        const text = lineAt(line);
        return text.endsWith("$$") && (line > startLine || text.length > 4);
      };
      while (last < endLine && !closes(last)) last++;
      if (last >= endLine) return false;
      if (silent) return true;

      const lines = Array.from({ length: last - startLine + 1 }, (_, at) => lineAt(startLine + at));
      const token = state.push("math_display", "math", 0);
      token.block = true;
      token.content = lines.join("\n").slice(2, -2);
      token.map = [startLine, last + 1];
      state.line = last + 1;
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );

  md.renderer.rules.math_inline = (tokens, at) => {
    const { content, info: tail } = tokens[at];
    const formula = toHtml(content, false);
    if (content.length > LONG) return formula + tail;
    return tail ? `<span class="nowrap">${formula}${md.utils.escapeHtml(tail)}</span>` : formula;
  };
  md.renderer.rules.math_display = (tokens, at) => {
    // It may be wider than a phone: then it scrolls, and the keyboard must get there.
    return `<span class="equation" tabindex="0">${toHtml(tokens[at].content, true)}</span>`;
  };
}

export function toHtml(tex: string, displayMode: boolean): string {
  return katex.renderToString(tex.trim(), {
    displayMode,
    output: "htmlAndMathml",
    throwOnError: true,
    // The lessons are ours; \htmlClass is how a symbol gets its colour.
    trust: ({ command }) => command === "\\htmlClass",
    strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
  });
}
