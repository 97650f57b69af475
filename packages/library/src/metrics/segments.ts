/**
 * @file Hypotheses and references of a translation, and white space as the usual scorers see it.
 */

import { ArgumentError, ShapeError } from "../core/errors.ts";

/** The references of each hypothesis: one, or several that are all right. */
export type References = readonly (string | readonly string[])[];

export interface Segment {
  hypothesis: string;
  references: readonly string[];
}

/** What Python's `str.split` and `str.rstrip` take for white space; JavaScript's \s differs. */
const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`);
const TRAILING_SPACE = new RegExp(`[${SPACE}]+$`);

export function splitOnSpace(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

export function trimEnd(text: string): string {
  return text.replace(TRAILING_SPACE, "");
}

export function readSegments(
  where: string,
  hypotheses: readonly string[],
  references: References,
): Segment[] {
  if (hypotheses.length !== references.length) {
    throw new ShapeError(
      `${where}: expected references for each hypothesis, got ${hypotheses.length} hypotheses and references for ${references.length}. references[i] belongs to hypotheses[i].`,
    );
  }
  if (hypotheses.length === 0) {
    throw new ArgumentError(`${where}: expected at least one hypothesis, got none.`);
  }
  return hypotheses.map((hypothesis, i) => {
    const own = references[i];
    const list = typeof own === "string" ? [own] : own;
    if (list.length === 0) {
      throw new ArgumentError(
        `${where}: expected at least one reference for each hypothesis, got none for hypothesis ${i}.`,
      );
    }
    return { hypothesis, references: list };
  });
}

/** "2", or "var" where they differ: sacreBLEU's `nrefs`. */
export function numReferences(segments: readonly Segment[]): string {
  const numbers = new Set(segments.map(({ references }) => references.length));
  return numbers.size === 1 ? `${segments[0].references.length}` : "var";
}

/** How often each n-gram occurs; `keyOf` makes n tokens from a place on into one string. */
export function countNgrams(
  length: number,
  order: number,
  keyOf: (start: number, end: number) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= length; i++) {
    const key = keyOf(i, i + order);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
