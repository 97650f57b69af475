import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import { AttentionPooling } from "../../src/nn/attention-pooling.ts";
import { poolOverTime, type CountingOptions } from "../../src/nn/pool-over-time.ts";
import { cat, randn, RandomGenerator, tensor } from "../../src/tensor/index.ts";

const generator = new RandomGenerator(17);
const random = (...shape: number[]) => randn(shape, { generator });

const COUNTING: [title: string, options: CountingOptions][] = [
  ["all steps", {}],
  ["lengths", { lengths: [2, 4, 1] }],
  ["a mask with holes", { mask: tensor([[0, 1, 0, 1], [1, 1, 1, 1], [0, 0, 1, 0]]).int() }], // prettier-ignore
];

describe.each(COUNTING)("pooling over time agrees with finite differences: %s", (_, counting) => {
  test.each(["last", "mean", "max"] as const)("%s, in both layouts", (pooling) => {
    for (const batchFirst of [true, false]) {
      const x = batchFirst ? random(3, 4, 2) : random(4, 3, 2);
      const pool = () => poolOverTime(x, pooling, { batchFirst, ...counting });
      expect(gradCheck(pool, [x], { tolerance: 1e-7 })).toBe(true);
    }
  });

  test("AttentionPooling: input, parameters, through output and weights", () => {
    const pool = new AttentionPooling(2, { attentionSize: 5, batchFirst: true, generator });
    const x = random(3, 4, 2);
    const both = () => cat(pool.forward(x, counting), 1);
    expect(gradCheck(both, [x, ...pool.parameters()], { tolerance: 1e-7 })).toBe(true);
  });
});
