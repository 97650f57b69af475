import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/creation.ts";
import {
  collateClasses,
  collateFields,
  collateIds,
  collateSequences,
  collateStacked,
} from "./collate.ts";

describe("collate", () => {
  test("sequences of features keep their values, and the rest is padding", () => {
    const sequence = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(sequence, { minLength: 1 }), (sequences) => {
        const { values, lengths } = collateSequences(sequences, { paddingValue: -1 });
        const seq = Math.max(...sequences.map(({ length }) => length));
        const padded = sequences.map((rows) => [
          ...rows,
          ...Array.from({ length: seq - rows.length }, () => [-1, -1]),
        ]);
        expect(values.toArray()).toEqual(padded);
        expect([...lengths]).toEqual(sequences.map(({ length }) => length));
      }),
    );
  });

  test("takes tensors and typed arrays for sequences, too", () => {
    const { values } = collateSequences([tensor([[1, 2]]), [Float32Array.of(3, 4)]]);
    expect(values.toArray()).toEqual([[[1, 2]], [[3, 4]]]);
    expect(collateSequences([[1, 2], [3]]).values.toArray()).toEqual([
      [1, 2],
      [3, 0],
    ]);
  });

  test("stacks numbers, arrays and tensors; integers stay integers", () => {
    expect(collateStacked([1, 2]).dtype).toBe(collateStacked([0.5]).dtype);
    expect(collateStacked([1, 2]).shape).toEqual([2]);
    const ids = collateStacked([Int32Array.of(1, 2), Int32Array.of(3, 4)]);
    expect([ids.dtype, ids.toArray()]).toEqual(["int32", [[1, 2], [3, 4]]]); // prettier-ignore
    expect(collateStacked([tensor([[1, 2]]), tensor([[3, 4]])]).shape).toEqual([2, 1, 2]);
    expect(collateClasses([3, 0]).dtype).toBe("int32");
  });

  test("fields are collated each in their own way; types say what comes out", () => {
    const collate = collateFields({ text: collateIds, label: collateClasses });
    const batch = collate([
      { text: [1, 2], label: 1 },
      { text: [3], label: 0 },
    ]);
    expect(batch.text.ids.shape).toEqual([2, 2]);
    expect(batch.label.toArray()).toEqual([1, 0]);
    // @ts-expect-error the item has no label
    expect(() => collate([{ text: [1] }])).toThrow("every item to have label, got one with text");

    const [ids, numbers] = collateFields([collateIds, collateStacked])([[[1, 2], 0.5]]);
    expect([ids.lengths[0], numbers.item()]).toEqual([2, 0.5]);
  });

  test("says which row is wrong", () => {
    expect(() => collateIds([[1], []])).toThrow("got an empty one in row 1");
    expect(() => collateSequences([[[1, 2]], [[1]]])).toThrow(
      "expected every sequence to have steps of shape [2] as the first has, got [1] in sequence 1",
    );
    expect(() => collateSequences([])).toThrow("at least one item");
    expect(() => collateClasses([1, 0.5])).toThrow("expected whole numbers, got 0.5 in item 1");
    expect(() => collateStacked([[1, 2], [3]])).toThrow("got tensor([1], float32) in item 1");
    expect(() => collateStacked([])).toThrow("at least one item");
  });
});
