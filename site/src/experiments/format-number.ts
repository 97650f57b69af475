/** @file Numbers as plots, tables, captions and the terminal write them. */

import type { Claim } from "./experiment.ts";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `12,300`, `0.53`, `2.0 · 10⁻³⁹`: three digits, and never `e-39`. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return `${minus(trimZeros(mantissa))} · 10${superscript(Number(exponent))}`;
  }
  if (Number.isInteger(value)) return minus(value.toLocaleString("en-GB"));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return minus(
    Number(value.toFixed(decimals)).toLocaleString("en-GB", { maximumFractionDigits: decimals }),
  );
}

/** Words with numbers such as `7e-23` in them: `7 · 10⁻²³`. */
export function withPowers(text: string): string {
  return text.replace(
    /(?<![\w.])([-−]?\d+(?:\.\d+)?)e([+-]?\d+)\b/g,
    (_, digits: string, power) => {
      return `${digits} · 10${superscript(Number(power))}`;
    },
  );
}

/** What a claim expects: `0.48 to 0.52`, `at least 0.9`, `exactly 0`. */
export function formatRange({ expected: [low, high] }: Claim): string {
  if (low === high) return `exactly ${formatNumber(low)}`;
  if (low === -Infinity) return `at most ${formatNumber(high)}`;
  if (high === Infinity) return `at least ${formatNumber(low)}`;
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

/** A tick of a logarithmic axis: `10⁻³⁹`, or plain where that is short. */
export function formatPower(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(value / 10 ** exponent - 1) > 1e-6) return formatNumber(value, 2);
  if (exponent >= -2 && exponent <= 3) return formatNumber(value);
  return `10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
  return exponent < 0 ? `⁻${digits}` : digits;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function minus(text: string): string {
  return text.replace("-", "−");
}
