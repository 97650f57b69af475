import { describe, expect, test } from "vitest";
import { ones, randn, tensor } from "../tensor/index.ts";
import { GRU } from "./recurrent/gru.ts";
import { poolOverTime, PoolOverTime, type Pooling } from "./pool-over-time.ts";

const x = tensor([
  [[1, -2], [3, -4], [NaN, 9]],
  [[5, -6], [4, -7], [6, -5]],
]); // prettier-ignore
const options = { batchFirst: true, lengths: [2, 3] };

describe("pooling over time", () => {
  test.each<[Pooling, number[][]]>([
    ["last", [[3, -4], [6, -5]]], // prettier-ignore
    ["mean", [[2, -3], [5, -6]]], // prettier-ignore
    ["max", [[3, -2], [6, -5]]], // prettier-ignore
  ])("%s, of the steps before each sequence's end", (pooling, expected) => {
    expect(poolOverTime(x, pooling, options).toArray()).toEqual(expected);
    const mask = tensor([[1, 1, 0], [1, 1, 1]]); // prettier-ignore
    expect(poolOverTime(x, pooling, { batchFirst: true, mask }).toArray()).toEqual(expected);
    const seqFirst = poolOverTime(x.transpose(0, 1), pooling, { lengths: [2, 3] });
    expect(seqFirst.toArray()).toEqual(expected);
    const module = new PoolOverTime(pooling, { batchFirst: true });
    expect(module.forward(x, { lengths: [2, 3] }).toArray()).toEqual(expected);
  });

  test("without lengths, of all steps", () => {
    const all = x.slice(0, 1, 2);
    expect(poolOverTime(all, "last", { batchFirst: true }).toArray()).toEqual([[6, -5]]);
    expect(poolOverTime(all, "mean", { batchFirst: true }).toArray()).toEqual([[5, -6]]);
    expect(poolOverTime(all, "max", { batchFirst: true }).toArray()).toEqual([[6, -5]]);
  });

  test("last is the final state of a layer that reads forward", () => {
    const gru = new GRU(3, 4);
    const lengths = [2, 5, 1];
    const [output, hN] = gru.forward(randn([6, 3, 3]), null, { lengths });
    expect(poolOverTime(output, "last", { lengths }).toArray()).toEqual(hN.select(0, 0).toArray());
  });

  test("what does not fit is refused", () => {
    expect(() => poolOverTime(ones([2, 3]), "mean")).toThrow(
      "poolOverTime: expected input [seq, batch, features], got [2, 3].",
    );
    expect(() => poolOverTime(x, "mean", { batchFirst: true, lengths: [2] })).toThrow("got 1.");
    expect(() => poolOverTime(x, "mean", { ...options, mask: ones([2, 3]) })).toThrow(
      "poolOverTime: expected lengths or a mask, got both.",
    );
    expect(() => poolOverTime(x, "mean", { batchFirst: true, mask: ones([3, 2]) })).toThrow(
      "expected mask [batch, seq] = [2, 3], got [3, 2].",
    );
    const mask = tensor([[1, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect(() => poolOverTime(x, "mean", { batchFirst: true, mask })).toThrow(
      "expected at least one step that counts in every sequence, got none in sequence 1.",
    );
    expect(() => new PoolOverTime("sum" as Pooling)).toThrow(
      'PoolOverTime: expected "last", "mean" or "max", got "sum".',
    );
  });
});
