/**
 * @file A listing: a file of the repository as it stands there, and its PyTorch twin beside it.
 *
 *   ::: listing examples/simple-rnn.ts
 *   ```python
 *   …
 *   ```
 *   :::
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Highlight } from "./highlight.ts";

export interface Listing {
  /** Seen from the repository's root. */
  path: string;
  /** The PyTorch twin; empty where there is none. */
  python: string;
}

/** The text of a listed file, or null where there is none. */
export function readListing(root: string, path: string): string | null {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

export function listingHtml(
  { path, python }: Listing,
  source: string,
  highlight: Highlight,
): string {
  const name = path.replace(/^examples\/|\.ts$/g, "");
  const panes = [
    { title: "TypeScript", code: source, language: "ts" },
    ...(python ? [{ title: "PyTorch", code: python, language: "python" }] : []),
  ];
  const tab = ({ title }: { title: string }, at: number) =>
    `<button type="button" role="tab" aria-selected="${at === 0}">${title}</button>`;
  return `<figure class="listing" data-listing="${path}" data-panes="${panes.length}">
<figcaption><span class="listing-path">${path}</span><div class="tabs" role="tablist" aria-label="${path}" hidden>${panes.map(tab).join("")}</div></figcaption>
<div class="panes">${panes
    .map(
      ({ title, code, language }, at) => `<div class="pane" data-shown="${at === 0}">
<div class="pane-head"><span>${title}</span><button type="button" class="copy" data-copy="code" hidden>Copy</button></div>
${scrollable(highlight(code, language), `${title}, ${path}`)}</div>`,
    )
    .join("")}</div>
<div class="listing-run"><span>In a terminal: <code>npm run example -- ${name}</code></span>${runButton(source)}</div>
<pre class="listing-output" tabindex="0" role="log" aria-label="What ${path} prints" hidden></pre>
</figure>`;
}

/** What needs no files runs in the page. */
function runButton(source: string): string {
  if (/"node:|saveSafetensors/.test(source)) return "";
  return `<button type="button" class="run-listing" hidden>Run it here</button>`;
}

/** Long lines scroll, and the keyboard must get there. */
export function scrollable(pre: string, label: string): string {
  return pre.replace("<pre ", `<pre tabindex="0" role="region" aria-label="${label}" `);
}
