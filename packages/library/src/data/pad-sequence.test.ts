import { expect, test } from "vitest";
import { ShapeError } from "../core/errors.ts";
import { randn, tensor, zeros } from "../tensor/index.ts";
import { padSequence, unpadSequence } from "./pad-sequence.ts";

test("ids: one row for each sequence, an empty one included, filled up with the padding's id", () => {
  const { ids, shape, lengths } = padSequence([[5], [], [6, 7]], { paddingValue: 9 });
  expect(Array.from(ids)).toEqual([5, 9, 9, 9, 6, 7]);
  expect(shape).toEqual([3, 2]);
  expect(Array.from(lengths)).toEqual([1, 0, 2]);
});

test("unpadSequence gives back what padSequence was given, in either layout", () => {
  const sequences = [randn([3, 2]), randn([5, 2]), randn([1, 2])];
  for (const batchFirst of [true, false]) {
    const back = unpadSequence(padSequence(sequences, { batchFirst }), [3, 5, 1], { batchFirst });
    expect(back.map((t) => t.toArray())).toEqual(sequences.map((t) => t.toArray()));
  }
});

test("int32 stays int32, and tensors of other features are refused", () => {
  expect(padSequence([tensor([1]).int(), tensor([2, 3]).int()]).dtype).toBe("int32");
  expect(() => padSequence([zeros([3, 2]), zeros([3, 4])])).toThrow(ShapeError);
  expect(() => padSequence([])).toThrow("padSequence: expected at least one sequence, got none.");
});
