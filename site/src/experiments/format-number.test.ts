import { expect, test } from "vitest";
import { formatNumber, formatPower, formatRange, withPowers } from "./format-number.ts";

test.each([
  [0, "0"],
  [0.5, "0.5"],
  [-0.1234, "−0.123"],
  [12300, "12,300"],
  [2e-39, "2 · 10⁻³⁹"],
  [3.14159e7, "3.14 · 10⁷"],
  [NaN, "not a number"],
  [-Infinity, "−∞"],
])("%d is written as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("ticks of a logarithmic axis are powers where plain numbers are long", () => {
  expect([1e-39, 0.01, 1, 100, 1e4].map(formatPower)).toEqual(["10⁻³⁹", "0.01", "1", "100", "10⁴"]);
});

test("numbers within words are written alike, and words are left alone", () => {
  expect(withPowers("from 7e-23 to 1.5e6, but not the2e3 nor 3em")).toBe(
    "from 7 · 10⁻²³ to 1.5 · 10⁶, but not the2e3 nor 3em",
  );
});

test("a range says which of its ends counts", () => {
  const claim = (low: number, high: number) => ({
    says: "",
    observed: 0,
    expected: [low, high] as const,
  });
  expect(formatRange(claim(0, 0))).toBe("exactly 0");
  expect(formatRange(claim(0.9, Infinity))).toBe("at least 0.9");
  expect(formatRange(claim(-Infinity, 2))).toBe("at most 2");
  expect(formatRange(claim(1, 2))).toBe("1 to 2");
});
