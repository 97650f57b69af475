/**
 * @file `unrolled run <model-dir> <prompt> --next`: what may come next, and how likely it is.
 */

import type { NextToken } from "unrolled/tasks/text";
import { renderTable } from "../../terminal/table.ts";

/** As wide as a probability of 1. */
const BAR_WIDTH = 40;

export function nextTable(tokens: readonly NextToken[]): string {
  return renderTable(
    [{ title: "next", align: "left" }, { title: "probability" }, { title: "", align: "left" }],
    tokens.map(({ text, probability }) => [
      JSON.stringify(text),
      `${(100 * probability).toFixed(probability < 0.1 ? 2 : 1)} %`,
      "█".repeat(Math.round(probability * BAR_WIDTH)),
    ]),
  );
}
