/**
 * @file Values on the command line: read, checked and refused in the user's words.
 */

import { InvalidArgumentError, Option } from "commander";

/** `--hidden <n>`: a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = readNumber(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
  };
}

/** `--lr <x>`: a number above 0. */
export function positive(text: string): number {
  const value = readNumber(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

/** A number from 0 on. */
export function notNegative(text: string): number {
  const value = readNumber(text);
  if (value >= 0 && value < Infinity) return value;
  throw new InvalidArgumentError("Expected a number of at least 0.");
}

/** A share: 0 ≤ x < 1, or 0 < x < 1, or 0 < x ≤ 1. */
export function share(zero: "with 0" | "without 0", one: "with 1" | "without 1") {
  return (text: string): number => {
    const value = readNumber(text);
    const isAbove = zero === "with 0" ? value >= 0 : value > 0;
    const isBelow = one === "with 1" ? value <= 1 : value < 1;
    if (isAbove && isBelow) return value;
    throw new InvalidArgumentError(`Expected a number between 0 (${zero}) and 1 (${one}).`);
  };
}

/** Number("") is 0 and Number(" 1 ") is 1; neither is what somebody meant to type. */
function readNumber(text: string): number {
  return /^[+-]?(\d|\.\d)/.test(text) ? Number(text) : NaN;
}

export const jsonOption = () =>
  new Option("--json", "print events as JSON lines on stdout, everything else on stderr");
