import { expect, test } from "vitest";
import { randn, tensor, zeros } from "../tensor/index.ts";
import { EmbeddingBag, WindowModel } from "./index.ts";

test("an empty bag, and one of padding alone, gives zeros and no gradient", () => {
  for (const mode of ["mean", "sum", "max"] as const) {
    const bag = new EmbeddingBag(5, 2, { mode, paddingIdx: 1 });
    const y = bag.forward(tensor([1, 1]), { offsets: [0, 2] });
    expect(y.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    y.sum().backward();
    expect(bag.weight.grad!.abs().sum().item()).toBe(0);
  }
});

test("a state dict goes into another bag and gives the same numbers", () => {
  const [first, second] = [new EmbeddingBag(5, 3), new EmbeddingBag(5, 3)];
  second.loadStateDict(first.stateDict());
  const ids = tensor([[1, 4, 1]]);
  expect(second.forward(ids).toArray()).toEqual(first.forward(ids).toArray());
  expect(Object.keys(first.stateDict())).toEqual(["weight"]);
});

test("WindowModel's state dict has a key for each of its layers", () => {
  const model = new WindowModel(9, 3, 5, 2, { windowSize: 4, paddingIdx: 0 });
  expect(Object.keys(model.stateDict())).toEqual([
    "embedding.weight",
    "hidden.weight",
    "hidden.bias",
    "head.weight",
    "head.bias",
  ]);
  const other = new WindowModel(9, 3, 5, 2, { windowSize: 4 });
  other.loadStateDict(model.stateDict());
  const ids = tensor([[3, 0, 8]]);
  expect(other.forward(ids).toArray()).toEqual(model.forward(ids).toArray());
  expect(() => model.forward(tensor([1, 2]))).toThrow(/ids \[batch, seq\], got \[2\].*unsqueeze/);
  expect(() => new WindowModel(9, 3, 5, 2, { windowSize: 0 })).toThrow(/windowSize to be a whole/);
});

const bag = (mode: "mean" | "sum" = "mean") => new EmbeddingBag(5, 2, { mode });

// prettier-ignore
test.each<[run: () => unknown, message: RegExp]>([
  [() => new EmbeddingBag(5, 2, { mode: "min" as "max" }), /"sum", "mean" or "max", got "min"/],
  [() => new EmbeddingBag(0, 2), /EmbeddingBag: expected numEmbeddings/],
  [() => bag().forward(tensor([[1, 5]])), /EmbeddingBag.forward: id 5 at position \[0, 1\] is not in the vocabulary/],
  [() => bag().forward(tensor([1, 2])), /ids \[n\] with offsets, got ids \[2\]/],
  [() => bag().forward(tensor([[1, 2]]), { offsets: [0] }), /got ids \[1, 2\] and offsets/],
  [() => bag().forward(tensor([1, 2]), { offsets: [1] }), /offsets that begin with 0 and rise to at most 2.*got \[1\]/],
  [() => bag().forward(tensor([1, 2]), { offsets: [0, 2, 1] }), /got \[0, 2, 1\]/],
  [() => bag().forward(tensor([[1, 2]]), { lengths: [3] }), /1 lengths, one for each row, between 0 and 2, got \[3\]/],
  [() => bag().forward(tensor([[1, 2]]), { perSampleWeights: zeros([1, 2]) }), /for mode "sum".*it is "mean"/],
  [() => bag("sum").forward(tensor([[1, 2]]), { perSampleWeights: randn([2]) }), /shape of the ids, \[1, 2\], got \[2\]/],
])("%s", (run, message) => {
  expect(run).toThrow(message);
});
