import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../core/errors.ts";
import { ConcatDataset, MapDataset, Subset, type Dataset } from "./dataset.ts";

const itemsOf = <Item>(dataset: Dataset<Item>) =>
  Array.from({ length: dataset.length }, (_, index) => dataset.at(index));

describe("data sets made of others", () => {
  test("a subset has the items at its indices, in their order", () => {
    const indices = fc.array(fc.nat({ max: 9 }));
    fc.assert(
      fc.property(indices, (list) => {
        const squares: Dataset<number> = { length: 10, at: (index) => index * index };
        expect(itemsOf(new Subset(squares, list))).toEqual(list.map((index) => index * index));
      }),
    );
  });

  test("a concatenation has the items of all, empty ones in between or not", () => {
    const lists = fc.array(fc.array(fc.nat()), { minLength: 1 });
    fc.assert(
      fc.property(lists, (datasets) => {
        const all = new ConcatDataset(datasets);
        expect(all.length).toBe(datasets.flat().length);
        expect(itemsOf(all)).toEqual(datasets.flat());
      }),
    );
  });

  test("a mapped data set changes an item when it is asked for, and not before", () => {
    const asked: number[] = [];
    const doubled = new MapDataset([5, 6, 7], (item, index) => {
      asked.push(index);
      return 2 * item;
    });
    expect([doubled.length, asked]).toEqual([3, []]);
    expect([doubled.at(2), asked]).toEqual([14, [2]]);
  });

  test("an item that cannot be read is named, in every data set on the way to it", () => {
    const broken = new MapDataset(["1", "x", "3"], (text) => {
      if (text === "x") throw new Error(`${text} is no number`);
      return Number(text);
    });
    const part = new Subset(new ConcatDataset([[7], broken]), [3, 2]);
    expect(part.at(0)).toBe(3);
    expect(() => part.at(1)).toThrow(
      "Item 2 of the data set could not be read: Item 1 of the data set could not be read: x is no number",
    );
    try {
      part.at(1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
      expect((error as DataError).index).toBe(2);
      expect(((error as DataError).cause as DataError).index).toBe(1);
    }
  });

  test("an item that is missing is named", () => {
    const short: Dataset<string> = { length: 3, at: () => undefined };
    expect(() => new Subset(short, [1]).at(0)).toThrow(
      "Item 1 of the data set could not be read: it is undefined, though the length is 3.",
    );
  });

  test("refuses indices that do not exist, and nothing to concatenate", () => {
    expect(() => new Subset([1, 2], [0, 2])).toThrow("indices from 0 to 1, got 2 at place 1");
    expect(() => new Subset([1, 2], [-1])).toThrow("got -1 at place 0");
    expect(() => new Subset([1, 2], [0.5])).toThrow("got 0.5 at place 0");
    expect(() => new ConcatDataset([])).toThrow("at least one data set, got none");
  });
});
