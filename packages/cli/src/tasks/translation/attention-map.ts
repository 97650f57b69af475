/**
 * @file Where a translation looked, as a table of shades for the report: a row for every piece
 * written, a column for every piece read.
 */

import type { Translation } from "unrolled/tasks/translation";
import { html, type Html } from "../../report/html.ts";
import { formatPercent } from "../../terminal/numbers.ts";
import { pieceLabels } from "./alignment.ts";

/** Null for a model without attention. `color` is a custom property of the page, such as `--gru`. */
export function attentionMap(
  { attention, sourceTokens, targetTokens }: Translation,
  color: string,
): Html | null {
  if (attention === null) return null;
  const sources = pieceLabels(sourceTokens);
  const targets = pieceLabels(targetTokens).slice(0, attention.length);
  const upright = "writing-mode: vertical-rl; transform: rotate(180deg); text-align: left";
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col"></th>
          ${sources.map((label) => html`<th scope="col"><span style="${upright}">${label}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${targets.map(
          (label, i) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${sources.map((_, at) => cell(attention[i][at], color))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(weight: number, color: string): Html {
  const share = Math.round(100 * weight);
  const style = `background: color-mix(in srgb, var(${color}) ${share}%, transparent); padding: 0 14px; border: 1px solid var(--line)`;
  return html`<td style="${style}" title="${formatPercent(weight)}"></td>`;
}
