/**
 * @file One HTML file in which a trained model runs: its weights, the engine and what people see are
 * all inside, so that it opens from a disk as well as from a server.
 *
 * The policy in its head lets it load nothing from anywhere, not even from where it came.
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FailureError } from "../errors.ts";
import { Html, html } from "../report/html.ts";
import { page } from "../report/page.ts";

export interface ModelPage {
  /** Whose scripts: `browser/<task>.ts` and `worker/<task>.ts`. */
  task: string;
  title: string;
  /** What the model is, in a sentence or two. */
  about: string;
  /** The model's files. */
  read: (name: string) => Uint8Array;
}

/** Scripts and styles that stand in the page, Wasm, a worker made of a part of the page: no more. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'";

export function modelPage({ task, title, about, read }: ModelPage): string {
  const weights = Buffer.from(read("model.safetensors")).toString("base64");
  const config = JSON.parse(Buffer.from(read("config.json")).toString("utf8")) as unknown;
  const body = html`
    <h1>${title}</h1>
    <p class="soft">${about}</p>
    <div id="app"><p role="status">The model is being unpacked …</p></div>
    <noscript><p>The model runs in JavaScript, which is switched off here.</p></noscript>
    ${data("weights", weights)} ${data("config", JSON.stringify(config))}
    ${data("worker", script(task, "worker"))}
    <script>
      ${new Html(inside(script(task, "browser")))};
    </script>
  `;
  const head = html`<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
    <style>
      ${new Html(CSS)}
    </style>`;
  return page(title, body, head);
}

/** Text that the script of the page reads. */
function data(id: string, text: string): Html {
  return html`<script type="text/plain" id="${id}">
    ${new Html(inside(text))}
  </script>`;
}

/** What would end a script, or begin a comment in it, written so that JavaScript and JSON read the same. */
function inside(text: string): string {
  return text.replaceAll(/<(?=\/script|!--)/gi, "\\u003c");
}

/** Built beside the command: see `scripts/build.mjs`. */
function script(task: string, side: "browser" | "worker"): string {
  const path = fileURLToPath(new URL(`page/${side}/${task}.js`, import.meta.url));
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new FailureError(`${path} is missing. Build the command: npm run build.`);
}

const CSS = `
[hidden] { display: none !important; }
label, legend { display: block; font-size: .9rem; color: var(--soft); margin: 0 0 .25em; }
textarea, input[type="number"], button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--soft); border-radius: 6px; padding: 8px 10px; }
textarea { display: block; width: 100%; min-height: 6em; resize: vertical; }
button { cursor: pointer; min-height: 40px; padding: 6px 16px; }
button:disabled { cursor: default; opacity: .55; }
button.main { background: var(--text); color: var(--back); border-color: var(--text); }
:focus-visible { outline: 3px solid #4c8dff; outline-offset: 2px; }
input[type="range"] { width: 100%; accent-color: var(--text); min-height: 28px; }
input[type="checkbox"] { width: 18px; height: 18px; accent-color: var(--text); }
.row { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: end; margin: 14px 0; }
.row > .grow { flex: 1 1 180px; }
.row label.beside { display: flex; gap: 8px; align-items: center; margin: 0; min-height: 40px; color: var(--text); }
.error { border-left: 3px solid #d33; padding: 6px 12px; }
.output { white-space: pre-wrap; background: var(--raised); border-radius: 6px; padding: 14px; min-height: 8em; }
.output .given { color: var(--soft); }
.bars { list-style: none; padding: 0; margin: .4em 0; }
.bars li { display: grid; grid-template-columns: minmax(4.5em, max-content) 1fr 4em; gap: 10px; align-items: center; font-size: .9rem; padding: 2px 0; }
.bars .name { font-family: ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre; }
.bars .bar { height: 10px; border-radius: 3px; background: #4c8dff; min-width: 1px; }
table.attention { font-size: .82rem; }
table.attention th, table.attention td { padding: 2px 3px; text-align: center; border: 0; }
table.attention tbody th { text-align: right; padding-right: 8px; }
table.attention thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
.shade { display: block; width: 22px; height: 22px; margin: 0 auto; border-radius: 3px; background: #4c8dff; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { position: relative; }
.words span { padding: 1px 3px; border-radius: 3px; }
.words .for { background: color-mix(in srgb, #4c8dff var(--strength), transparent); text-decoration: underline; }
.words .against { background: color-mix(in srgb, #e8853d var(--strength), transparent); text-decoration: underline dotted; }
.bars .value { text-align: right; font-variant-numeric: tabular-nums; }
`;
