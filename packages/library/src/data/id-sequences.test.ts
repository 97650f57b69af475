import { expect, test } from "vitest";
import { IdSequences } from "./id-sequences.ts";

test("gives back every sequence, of any length, in order", () => {
  const lists = Array.from({ length: 500 }, (_, i) =>
    Array.from({ length: (i * 7) % 23 }, (_, j) => i * 100 - j),
  );
  const sequences = new IdSequences(lists.slice(0, 400));
  lists.slice(400).forEach((list, i) => expect(sequences.push(list)).toBe(400 + i));
  expect(sequences.length).toBe(500);
  expect(Array.from(sequences, (ids) => [...ids])).toEqual(lists);
  expect([...sequences.lengths]).toEqual(lists.map((list) => list.length));
  expect([...sequences.at(13)!]).toEqual(lists[13]);
});

test("has nothing where there is no sequence", () => {
  const sequences = new IdSequences([[], [5]]);
  expect([-1, 2, 0.5, NaN].map((index) => sequences.at(index))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(new IdSequences().length).toBe(0);
  expect([...new IdSequences().lengths]).toEqual([]);
});
