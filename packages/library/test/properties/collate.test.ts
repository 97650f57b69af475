import { expect, test } from "vitest";
import { collateIds } from "../../src/data/index.ts";
import { Embedding, LSTM } from "../../src/nn/index.ts";
import { tensor } from "../../src/tensor/index.ts";

test("a batch goes into a layer as it is, and its rows come out as they do alone", () => {
  const embedding = new Embedding(10, 3);
  const lstm = new LSTM(3, 4, { batchFirst: true });
  const { ids, lengths } = collateIds([
    [1, 2, 3],
    [4, 5],
  ]);
  const [, [hN]] = lstm.forward(embedding.forward(ids), null, { lengths });
  const [, [alone]] = lstm.forward(embedding.forward(tensor([[4, 5]], { dtype: "int32" })));
  const difference = hN.select(1, 1).sub(alone.select(1, 0)).abs().max().item();
  expect(difference).toBeLessThan(1e-6);
});
