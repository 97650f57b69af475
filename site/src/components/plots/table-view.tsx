/** @file A table of findings; it scrolls by itself where it is wider than the screen. */

import type { Table } from "../../experiments/plot.ts";
import { formatNumber, withPowers } from "../../experiments/format-number.ts";

export function TableView({ table, title }: { table: Table; title?: string }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={table.title}>
      <table>
        {title && <caption>{title}</caption>}
        <thead>
          <tr>
            {table.columns.map((column, at) => (
              <th key={at} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([first, ...rest], at) => (
            <tr key={at}>
              <th scope="row">{cell(first)}</th>
              {rest.map((value, i) => (
                <td key={i}>{cell(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cell(value: string | number): string {
  return typeof value === "number" ? formatNumber(value, 4) : withPowers(value);
}
