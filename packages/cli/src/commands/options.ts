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

/** A share, such as `0 ≤ p < 1`; `allow` names the ends that count. */
export function share(allow: "[0, 1)" | "(0, 1)" | "(0, 1]"): (text: string) => number {
  const wanted = {
    "[0, 1)": "of at least 0 and below 1",
    "(0, 1)": "above 0 and below 1",
    "(0, 1]": "above 0 and at most 1",
  };
  return (text) => {
    const value = readNumber(text);
    const isEnd = (value === 0 && allow === "[0, 1)") || (value === 1 && allow === "(0, 1]");
    if (isEnd || (value > 0 && value < 1)) return value;
    throw new InvalidArgumentError(`Expected a number ${wanted[allow]}.`);
  };
}

/** A port to listen on; 0 lets the system choose one. */
export function portNumber(text: string): number {
  const value = readNumber(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65535) return value;
  throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
}

/** Number("") is 0 and Number(" 1 ") is 1; neither is what somebody meant to type. */
function readNumber(text: string): number {
  return /^[+-]?(\d|\.\d)/.test(text) ? Number(text) : NaN;
}

export const jsonOption = () =>
  new Option("--json", "print events as JSON lines on stdout, everything else on stderr");
