/**
 * @file A result that is kept beside the lessons, for pages that cannot compute: one line of JSON.
 */

import type { Findings } from "./experiment.ts";

export interface StoredResult {
  id: string;
  settings: Readonly<Record<string, number | string>>;
  /** The day of the run, `2026-11-25`. */
  date: string;
  findings: Findings;
}

/** More than a plot can show. */
const DIGITS = 4;
/** What JSON has no word for. */
const SPECIAL: Readonly<Record<string, number>> = {
  "∞": Infinity,
  "−∞": -Infinity,
  "not a number": NaN,
};

export function encodeResult({ findings, ...about }: StoredResult): string {
  const { claims, ...drawn } = findings;
  const short = JSON.parse(JSON.stringify(drawn, rounded)) as object;
  return `${JSON.stringify({ ...about, findings: { ...short, claims } }, speakable)}\n`;
}

export function decodeResult(text: string): StoredResult {
  return JSON.parse(text, (_key, value: unknown) => {
    return typeof value === "string" && value in SPECIAL ? SPECIAL[value] : value;
  }) as StoredResult;
}

/** Only what is drawn: claims keep their digits, because their ends are compared. */
function rounded(key: string, value: unknown): unknown {
  return typeof value === "number" && Number.isFinite(value)
    ? Number(value.toPrecision(DIGITS))
    : speakable(key, value);
}

function speakable(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return Object.keys(SPECIAL).find((name) => Object.is(SPECIAL[name], value));
}
