import { expect, test } from "vitest";
import { PALETTE, PAPER } from "./palette.ts";

/** WCAG's relative luminance of `#rrggbb`. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test.each(["light", "dark"] as const)("every colour can be read as text on %s paper", (mode) => {
  for (const [role, look] of Object.entries(PALETTE)) {
    expect(contrast(look[mode], PAPER[mode]), role).toBeGreaterThanOrEqual(4.5);
  }
});

test("no two cells and no two gates share a colour", () => {
  const colors = Object.values(PALETTE).flatMap(({ light, dark }) => [light, dark]);
  expect(new Set(colors).size).toBe(colors.length);
});
