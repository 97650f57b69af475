import { expect, test } from "vitest";
import { clearlyHighest, clearlyLowest } from "./noise.ts";

const blocks = (mean: number, jitter: number) =>
  Array.from({ length: 16 }, (_, i) => mean + jitter * Math.sin(i * 12.9898) * 1.4);

test("the lowest loss is clear where it is lower in nearly every block, however much those differ", () => {
  const shared = blocks(1.5, 0.3);
  const lower = shared.map((loss) => loss - 0.01);
  expect(clearlyLowest([shared, lower, shared.map((loss) => loss + 0.02)])).toBe(1);
});

test("a lower mean is not clear where the blocks disagree", () => {
  expect(clearlyLowest([blocks(1.5, 0.3), blocks(1.49, 0.3).reverse()])).toBeNull();
});

test("without blocks nothing is clear", () => {
  expect(clearlyLowest([[], [], []])).toBeNull();
});

test("a share of places is clearly highest from about two standard errors on", () => {
  expect(clearlyHighest([0.69, 0.98, 0.63], 477)).toBe(1);
  expect(clearlyHighest([0.55, 0.54, 0.53], 477)).toBeNull();
  expect(clearlyHighest([0.98, 0.983, 0.6], 477)).toBeNull();
});
