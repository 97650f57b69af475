/**
 * @file Whether a value, or what was printed, is what the documentation says.
 */

import { inspect, isDeepStrictEqual } from "node:util";

/** A value as a comment states it: numbers keep the digits that were written. */
type Stated = { digits: string } | Stated[] | { text: unknown } | "…";

/**
 * Compares a value with the comment that states it. A comment that states no value is prose, and
 * true. Returns what is wrong, or `null`.
 *
 * - `0.2395`          equal to the digits written
 * - `[2, 3]`          arrays, typed arrays and tensors alike; `[0.1, …]` only looks at the start
 * - `"word"`, `true`, `null`, `undefined`, `NaN`
 *
 * More may follow after a comma, semicolon, colon, dash or parenthesis: `6, three per gate`.
 */
export function compareValue(value: unknown, comment: string): string | null {
  const stated = parseStated(comment);
  if (stated === null || agrees(plain(value), stated)) return null;
  return `expected ${comment}, got ${inspect(plain(value), { depth: 6, breakLength: Infinity })}`;
}

/**
 * Compares what was printed with what was promised, line by line. `…` stands for anything within a
 * line, and alone on a line for any number of lines.
 */
export function comparePrinted(printed: string, promised: string): string | null {
  const pattern = promised
    .split("\n")
    .map((line) => line.trimEnd())
    .map((line) =>
      line.trim() === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(escape).join(".*")} *\\n`,
    )
    .join("");
  if (new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`)) return null;
  return `expected it to print\n${indent(promised)}\nbut it printed\n${indent(printed.trimEnd())}`;
}

/** Whether a comment states a value, rather than saying something about it. */
export function statesValue(comment: string): boolean {
  return parseStated(comment) !== null;
}

function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...(value as Float32Array)];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && "toArray" in value) {
    return (value as { toArray(): unknown }).toArray();
  }
  return value;
}

function agrees(value: unknown, stated: Stated): boolean {
  if (stated === "…") return true;
  if (Array.isArray(stated)) {
    if (!Array.isArray(value)) return false;
    const isOpen = stated.at(-1) === "…";
    const count = isOpen ? stated.length - 1 : stated.length;
    if (isOpen ? value.length < count : value.length !== count) return false;
    return stated.slice(0, count).every((part, i) => agrees(value[i], part));
  }
  if ("text" in stated) return isDeepStrictEqual(value, stated.text);
  return typeof value === "number" && isNear(value, stated.digits);
}

/** 0.24 stands for 0.235 … 0.245. A whole number stands for itself, but for float32's rounding. */
function isNear(value: number, digits: string): boolean {
  const [mantissa, exponent = "0"] = digits.toLowerCase().split("e");
  const decimals = mantissa.split(".")[1]?.length;
  const tolerance =
    decimals === undefined
      ? 1e-6 * Math.abs(Number(digits))
      : 0.5001 * 10 ** (Number(exponent) - decimals);
  return Math.abs(value - Number(digits)) <= tolerance;
}

function parseStated(comment: string): Stated | null {
  const text = comment.trim().replaceAll("−", "-");
  const parsed = parsePart(text);
  if (!parsed) return null;
  return parsed.rest === "" || /^\s*[,;:(–—]/.test(parsed.rest) ? parsed.stated : null;
}

function parsePart(text: string): { stated: Stated; rest: string } | null {
  const number = /^[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?/i.exec(text)?.[0];
  if (number)
    return { stated: { digits: number.replaceAll("_", "") }, rest: text.slice(number.length) };

  const word = /^(?:true|false|null|undefined|NaN|-?Infinity)\b/.exec(text)?.[0];
  if (word) return { stated: { text: WORDS[word] }, rest: text.slice(word.length) };

  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
  if (quoted) return { stated: { text: JSON.parse(quoted) }, rest: text.slice(quoted.length) };

  if (text.startsWith("…")) return { stated: "…", rest: text.slice(1) };
  return text.startsWith("[") ? parseArray(text) : null;
}

function parseArray(text: string): { stated: Stated; rest: string } | null {
  const parts: Stated[] = [];
  let rest = text.slice(1).trimStart();
  while (!rest.startsWith("]")) {
    const part = parsePart(rest);
    if (!part) return null;
    parts.push(part.stated);
    rest = part.rest.trimStart();
    if (rest.startsWith(",")) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith("]")) return null;
  }
  return { stated: parts, rest: rest.slice(1) };
}

const WORDS: Record<string, unknown> = {
  true: true,
  false: false,
  null: null,
  undefined: undefined,
  NaN: NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
};

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
