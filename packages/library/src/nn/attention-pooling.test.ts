import { expect, test } from "vitest";
import { randn, tensor } from "../tensor/index.ts";
import { AttentionPooling } from "./attention-pooling.ts";

const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  Array.from(b).forEach((value, i) => expect(a[i]).toBeCloseTo(value, 6));
};

test("output and weights are the equations' for each sequence alone", () => {
  const pool = new AttentionPooling(3, { attentionSize: 5, batchFirst: true });
  const x = randn([2, 4, 3]);
  const lengths = [2, 4];
  const [output, weights] = pool.forward(x, { lengths });
  const W = pool.projection.weight.toArray() as number[][];
  const b = pool.projection.bias!.toArray() as number[];
  const [v] = pool.score.weight.toArray() as number[][];

  (x.toArray() as number[][][]).forEach((sequence, n) => {
    const steps = sequence.slice(0, lengths[n]);
    const scores = steps.map((step) =>
      v.reduce((sum, vi, i) => {
        const inner = W[i].reduce((total, w, j) => total + w * step[j], b[i]);
        return sum + vi * Math.tanh(inner);
      }, 0),
    );
    const total = scores.reduce((sum, e) => sum + Math.exp(e), 0);
    const a = scores.map((e) => Math.exp(e) / total);
    const padding = new Array<number>(4 - lengths[n]).fill(0);
    close(weights.select(0, n).data, [...a, ...padding]);
    const mean = [0, 1, 2].map((j) => steps.reduce((sum, step, t) => sum + a[t] * step[j], 0));
    close(output.select(0, n).data, mean);
  });
});

test("the other layout, and a checkpoint's round trip, give the same", () => {
  const pool = new AttentionPooling(3, { batchFirst: true });
  const other = new AttentionPooling(3);
  other.loadStateDict(pool.stateDict());
  expect(Object.keys(pool.stateDict())).toEqual([
    "projection.weight",
    "projection.bias",
    "score.weight",
  ]);
  const x = randn([2, 4, 3]);
  const [output] = pool.forward(x, { lengths: [3, 1] });
  const [again] = other.forward(x.transpose(0, 1), { lengths: [3, 1] });
  expect(again.toArray()).toEqual(output.toArray());
});

test("a wrong width, and a sequence without a step that counts, are refused", () => {
  const pool = new AttentionPooling(3);
  expect(() => pool.forward(randn([2, 4, 5]))).toThrow(
    "AttentionPooling.forward: expected the last axis to be 3 because inputSize is 3, got [2, 4, 5].",
  );
  const mask = tensor([[0, 0]]);
  expect(() => pool.forward(randn([2, 1, 3]), { mask })).toThrow("got none in sequence 0.");
});
