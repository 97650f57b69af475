import { describe, expect, test } from "vitest";
import { randn, tensor, zeros } from "../tensor/index.ts";
import { Attention } from "./attention.ts";

describe("Attention", () => {
  test("reads what the query is alike to", () => {
    const attention = new Attention(2, 2, { score: "dot" });
    const keys = tensor([
      [
        [9, 0],
        [0, 9],
        [0, 9],
      ],
    ]);
    const memory = attention.prepare(keys, { values: tensor([[[1], [2], [4]]]) });
    const [context, weights] = attention.forward(tensor([[0, 9]]), memory);
    [0, 0.5, 0.5].forEach((weight, s) => expect(weights.data[s]).toBeCloseTo(weight, 6));
    expect(context.item()).toBeCloseTo(3, 5);
  });

  test("a state dict goes into another attention and gives the same numbers", () => {
    const create = () => new Attention(3, 5, { score: "additive", attentionSize: 4 });
    const [first, second] = [create(), create()];
    second.loadStateDict(first.stateDict());
    const [query, keys] = [randn([2, 3]), randn([2, 4, 5])];
    const read = (attention: Attention) =>
      attention.forward(query, attention.prepare(keys)).map((t) => t.toArray());
    expect(read(second)).toEqual(read(first));
    expect(Object.keys(first.stateDict())).toEqual([
      "queryProjection.weight",
      "keyProjection.weight",
      "scoreProjection.weight",
    ]);
    expect(Object.keys(new Attention(3, 5).stateDict())).toEqual(["keyProjection.weight"]);
    expect(Object.keys(new Attention(3, 3, { score: "dot" }).stateDict())).toEqual([]);
  });

  test("says which sizes and scores do not fit", () => {
    expect(() => new Attention(3, 4, { score: "dot" })).toThrow(
      'Attention: expected querySize and keySize to be equal for score "dot", got 3 and 4. "general" compares different sizes.',
    );
    expect(() => new Attention(3, 3, { score: "cosine" as "dot" })).toThrow(/got "cosine"/);
    const attention = new Attention(3, 4);
    expect(() => attention.prepare(zeros([2, 5, 3]))).toThrow(
      "Attention.prepare: expected keys [batch, src, 4] because keySize is 4, got [2, 5, 3].",
    );
    expect(() => attention.prepare(zeros([2, 5, 4]), { values: zeros([2, 6, 1]) })).toThrow(
      /expected values \[2, 5, valueSize\], one for every key, got \[2, 6, 1\]/,
    );
    const memory = attention.prepare(zeros([2, 5, 4]));
    expect(() => attention.forward(zeros([2, 4]), memory)).toThrow(/because querySize is 3/);
    expect(() => attention.forward(zeros([3, 3]), memory)).toThrow(
      /because the memory has 2 sequences, got \[3, 3\]/,
    );
  });

  test("says which sequence has nothing to read, and what is wrong with lengths or a mask", () => {
    const attention = new Attention(3, 4);
    const keys = zeros([2, 3, 4]);
    const mask = tensor([
      [1, 0, 0],
      [0, 0, 0],
    ]);
    expect(() => attention.prepare(keys, { mask })).toThrow(
      "Attention.prepare: expected at least one position that counts in every sequence, got none in sequence 1.",
    );
    expect(() => attention.prepare(keys, { mask: zeros([3, 2]) })).toThrow(/a mask \[2, 3\]/);
    expect(() => attention.prepare(keys, { lengths: [3, 4] })).toThrow(/between 1 and 3/);
    expect(() => attention.prepare(keys, { lengths: [3] })).toThrow(/expected 2 lengths/);
    expect(() => attention.prepare(keys, { lengths: [3, 3], mask })).toThrow(/got both/);
  });
});
