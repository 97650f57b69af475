/** @file `[forget gate]{.forget-gate}`: words in the colour of their role. */

import type { MarkdownIt } from "markdown-it";

export function spans(md: MarkdownIt): void {
  md.inline.ruler.before("link", "span", (state, silent) => {
    if (state.src[state.pos] !== "[") return false;
    const end = md.helpers.parseLinkLabel(state, state.pos);
    if (end < 0) return false;
    const classes = /^\{((?:\s*\.[\w-]+)+)\s*\}/.exec(state.src.slice(end + 1));
    if (!classes) return false;
    if (!silent) {
      const { posMax } = state;
      state.push("span_open", "span", 1).attrs = [
        ["class", classes[1].replaceAll(".", " ").trim().replace(/\s+/g, " ")],
      ];
      state.pos++;
      state.posMax = end;
      state.md.inline.tokenize(state);
      state.posMax = posMax;
      state.push("span_close", "span", -1);
    }
    state.pos = end + 1 + classes[0].length;
    return true;
  });
}
