/**
 * @file The page around a report: one file that needs nothing else, light or dark as the reader's
 * screen is, readable on a phone, and without scripts.
 */

import { CELL_NAMES } from "unrolled";
import { CELL_LOOKS } from "../terminal/cells.ts";
import { html, Html } from "./html.ts";

export interface Table {
  head: readonly string[];
  rows: readonly (readonly (string | Html)[])[];
}

/** What the run was told, name by name. */
export function settingsList(settings: readonly (readonly [name: string, value: string])[]): Html {
  const rows = settings.map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  );
  return html`<dl>${rows}</dl>`;
}

/** The command that makes the report again. */
export function madeBy(command: string): Html {
  return html`<p class="soft">Made by</p>
    <pre>${command}</pre>`;
}

/** `head` goes behind the style: rules and scripts of one page. */
export function page(title: string, body: Html, head: Html | null = null): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${new Html(CSS)}
        </style>
        ${head}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.toString();
}

/** A plot, what it says in words, and its numbers for whoever cannot see it or wants them. */
export function figure(plot: Html, legend: Html | null, says: string, data: Table): Html {
  return html`<figure>
    ${legend} ${plot}
    <figcaption>${says}</figcaption>
    <details>
      <summary>The numbers</summary>
      ${table(data)}
    </details>
  </figure>`;
}

/** The first column is text, the others are numbers. */
export function table({ head, rows }: Table): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

export function legend(
  entries: readonly { name: string; className: string; dash?: string }[],
): Html {
  return html`<ul class="legend">
    ${entries.map(
      ({ name, className, dash }) =>
        html`<li>
          <svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true">
            <path class="curve ${className}" stroke-dasharray="${dash ?? ""}" d="M0,4H26" />
          </svg>
          ${name}
        </li>`,
    )}
  </ul>`;
}

const cellColors = (mode: "light" | "dark") =>
  CELL_NAMES.map((cell) => `--${cell}: ${CELL_LOOKS[cell][mode]};`).join(" ");

const CSS = `
:root { color-scheme: light dark; --text: #1c1e21; --soft: #5a6069; --line: #d9dce1; --back: #fff; --raised: #f5f6f8; ${cellColors("light")} }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e6ea; --soft: #a0a7b1; --line: #383d45; --back: #16181c; --raised: #1f2227; ${cellColors("dark")} }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 760px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4em; }
h2 { font-size: 1.15rem; margin: 2.4em 0 .6em; }
h3 { font-size: 1rem; margin: 1.4em 0 .4em; }
.lead-text { font-size: 1.05rem; }
.soft, figcaption, summary { color: var(--soft); font-size: .9rem; }
figure { margin: 0; }
figcaption { margin: .5em 0; }
summary { cursor: pointer; }
code, pre { font: .86rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: var(--raised); border-radius: 6px; padding: 12px; white-space: pre-wrap; margin: .4em 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .4em 0; overflow-wrap: normal; }
th, td { padding: 4px 14px 4px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; }
th { font-weight: 500; }
thead th { color: var(--soft); font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; font-size: .9rem; }
dt { color: var(--soft); }
dd { margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg.narrow { display: none; }
@media (max-width: 560px) { th, td { padding-right: 9px; } table { font-size: .82rem; } svg.wide { display: none; } svg.narrow { display: block; } }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg .axis { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .reference { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 1 3; }
svg .lead { stroke: var(--soft); stroke-width: .7; fill: none; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.curve.plain { stroke: var(--soft); }
.curve.actual { stroke: var(--text); stroke-width: 1.4; }
svg .band { opacity: .18; }
svg .faint { stroke-width: 1.5; opacity: .8; }
svg .bar { fill: var(--soft); opacity: .6; }
svg .value { font-variant-numeric: tabular-nums; }
${CELL_NAMES.map((cell) => `.curve.${cell} { stroke: var(--${cell}); } svg .bar.${cell} { fill: var(--${cell}); opacity: 1; } svg .band.${cell} { fill: var(--${cell}); } .name.${cell} { color: var(--${cell}); font-weight: 600; }`).join("\n")}
.legend { list-style: none; padding: 0; margin: 0 0 .6em; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: 7px; }
.legend svg { width: 26px; flex: none; }
`;
