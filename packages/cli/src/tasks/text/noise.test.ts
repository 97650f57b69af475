import { expect, test } from "vitest";
import { highestBeyondChance, lowestBeyondChance } from "./noise.ts";

const blocks = (mean: number, jitter: number) =>
  Array.from({ length: 16 }, (_, i) => mean + jitter * Math.sin(i * 12.9898) * 1.4);

test("a loss that is lower in nearly every block is lowest, however much the blocks differ", () => {
  const shared = blocks(1.5, 0.3);
  const lower = shared.map((loss) => loss - 0.01);
  expect(lowestBeyondChance([shared, lower, shared.map((loss) => loss + 0.02)])).toEqual([1]);
});

test("two that chance may have ordered are lowest together, and all three are none", () => {
  const [one, two] = [blocks(1.5, 0.3), blocks(1.49, 0.3).reverse()];
  expect(lowestBeyondChance([one, two, one.map((loss) => loss + 1)])).toEqual([0, 1]);
  expect(lowestBeyondChance([one, two])).toEqual([]);
});

test("without blocks nothing is lowest", () => {
  expect(lowestBeyondChance([[], [], []])).toEqual([]);
});

test("a share of places is highest from about two standard errors on", () => {
  expect(highestBeyondChance([0.69, 0.98, 0.63], 477)).toEqual([1]);
  expect(highestBeyondChance([0.81, 0.995, 0.992], 643)).toEqual([1, 2]);
  expect(highestBeyondChance([0.55, 0.54, 0.53], 477)).toEqual([]);
});
