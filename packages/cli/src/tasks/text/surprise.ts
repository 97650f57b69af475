/**
 * @file What in a text surprised a model, in colours: on a terminal and in a page.
 */

import type { ScoredToken } from "unrolled/tasks/text";
import { html, Html } from "../../report/html.ts";
import type { Styler } from "../../terminal/terminal.ts";

/**
 * From so many bits on, a token has the next stronger colour. One of 4 bits was held for one
 * possibility in sixteen, and one of 10 for one in a thousand.
 */
const LEVELS = [2, 4, 7, 10] as const;

function levelOf({ nats }: ScoredToken): number {
  const bits = (nats ?? 0) / Math.LN2;
  return LEVELS.filter((least) => bits >= least).length;
}

const STYLES = [null, "yellow", "magenta", "red", ["bold", "red"]] as const;

/** The text, for a terminal. A line break that surprised shows as ⏎. */
export function colouredText(tokens: readonly ScoredToken[], style: Styler): string {
  return runsOf(tokens)
    .map(({ level, text }) => {
      const format = STYLES[level];
      return format === null ? text : style(format as Parameters<Styler>[0], visible(text));
    })
    .join("");
}

/** What the colours mean, for a terminal. */
export function colourKey(style: Styler): string {
  return LEVELS.map((bits, i) =>
    style(STYLES[i + 1] as Parameters<Styler>[0], `${bits} bits or more`),
  ).join("  ");
}

/** Neighbours of the same level together. */
function runsOf(tokens: readonly ScoredToken[]): { level: number; text: string }[] {
  const runs: { level: number; text: string }[] = [];
  for (const token of tokens) {
    const level = levelOf(token);
    const last = runs.at(-1);
    if (last?.level === level) last.text += token.text;
    else runs.push({ level, text: token.text });
  }
  return runs;
}

function visible(text: string): string {
  return text.replaceAll("\n", "⏎\n");
}

/** The text for a page: `SURPRISE_STYLE` gives the colours, and pointing at a token tells its numbers. */
export function surpriseHtml(tokens: readonly ScoredToken[]): Html {
  const parts = tokens.map((token) => {
    const level = levelOf(token);
    if (level === 0) return token.text;
    return html`<span class="s${level}" title="${inWords(token)}">${visible(token.text)}</span>`;
  });
  const key = LEVELS.map((bits, i) => html`<span class="s${i + 1}">${bits} bits or more</span> `);
  return html`<p class="soft">Surprise: ${key}</p>
    <pre class="surprise">${parts}</pre>`;
}

/** `6.1 bits (1.5 %); 4 others were likelier, first of all "e"` */
export function inWords({ nats, rank, expected }: ScoredToken): string {
  if (nats === null) return "the first: nothing came before";
  const share = 100 * Math.exp(-nats);
  const percent = share >= 10 ? share.toFixed(0) : share.toPrecision(2);
  const likelier =
    rank === 0
      ? "the likeliest"
      : `${rank} ${rank === 1 ? "other was" : "others were"} likelier, first of all ${JSON.stringify(expected)}`;
  return `${(nats / Math.LN2).toFixed(1)} bits (${percent} %); ${likelier}`;
}

/** For the page's head: pale to strong, on light paper and on dark. */
export const SURPRISE_STYLE = new Html(`<style>
.surprise span, .soft span { border-radius: 2px; }
.s1, .s2, .s3, .s4 { color: var(--text); }
.s1 { background: rgb(240 190 40 / .28); }
.s2 { background: rgb(240 140 40 / .42); }
.s3 { background: rgb(230 70 50 / .52); }
.s4 { background: rgb(205 30 70 / .72); }
</style>`);
