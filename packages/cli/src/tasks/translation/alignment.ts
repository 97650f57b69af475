/**
 * @file Where a translation looked, for people: which pieces of the source each of its pieces read.
 */

import type { Translation } from "unrolled/tasks/translation";
import { formatPercent } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";

/** Pieces as labels: one that goes on within a word begins with a dot, and the end is a sign. */
export function pieceLabels(tokens: readonly string[]): string[] {
  return tokens.map((token, i) => {
    if (token === "</s>") return "■";
    const isWord = i === 0 || /^\s/u.test(token) || !/^[\p{L}\p{M}\p{N}]/u.test(token);
    const text = token.trim() === "" ? "␣" : token.trim();
    return isWord ? text : `·${text}`;
  });
}

/** Weights below this are not worth a word. */
const LEAST_SHOWN = 0.1;
const MOST_SHOWN = 3;

/** A line for each piece of the translation; null where the model has no attention. */
export function alignmentTable({
  attention,
  sourceTokens,
  targetTokens,
}: Translation): string | null {
  if (attention === null) return null;
  const sources = pieceLabels(sourceTokens);
  const rows = pieceLabels(targetTokens).flatMap((label, i) => {
    const weights = attention.at(i);
    if (weights === undefined) return []; // The end token has none.
    const order = [...sources.keys()].sort((a, b) => weights[b] - weights[a]);
    const read = order.slice(0, MOST_SHOWN).filter((at, k) => k === 0 || weights[at] > LEAST_SHOWN);
    return [[label, read.map((at) => `${sources[at]} ${formatPercent(weights[at])}`).join("   ")]];
  });
  return renderTable(
    [
      { title: "wrote", align: "left" },
      { title: "looking at", align: "left" },
    ],
    rows,
  );
}
