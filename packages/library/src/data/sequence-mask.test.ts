import { expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { sequenceMask } from "./sequence-mask.ts";

test("one row for each sequence: ones up to its length, as wide as the longest or as asked", () => {
  const lengths = tensor([2, 0, 3]).int();
  const rows = [
    [1, 1, 0],
    [0, 0, 0],
    [1, 1, 1],
  ];
  expect(sequenceMask(lengths).toArray()).toEqual(rows);
  expect(sequenceMask([2, 0, 3], 4).toArray()).toEqual(rows.map((row) => [...row, 0]));
  expect(sequenceMask(Int32Array.of(1)).dtype).toBe("int32");
});

test("a length longer than maxLength, or negative, is refused", () => {
  expect(() => sequenceMask([2, 5], 4)).toThrow(
    "sequenceMask: expected lengths between 0 and 4, got 5 for sequence 1.",
  );
  expect(() => sequenceMask([-1])).toThrow("got -1 for sequence 0.");
  expect(() => sequenceMask([1], 1.5)).toThrow("maxLength");
});

test("a length that is no whole number is refused, not cut", () => {
  expect(() => sequenceMask([2, 2.5], 4)).toThrow(
    "expected whole numbers as lengths, got 2.5 for sequence 1.",
  );
});
