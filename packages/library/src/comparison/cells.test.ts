import { describe, expect, test } from "vitest";
import { noGrad } from "../autograd/index.ts";
import { createStream } from "../streaming/index.ts";
import { cat, manualSeed, randn, stack, type Tensor } from "../tensor/index.ts";
import { CELL_INFOS, CELL_NAMES, createCell, runCell, type CellName } from "./cells.ts";

const values = (t: Tensor) => Array.from(t.data);

describe.each(CELL_NAMES)("%s", (cell) => {
  test("has the parameters that the table says", () => {
    for (const [inputSize, hiddenSize] of [
      [3, 5],
      [10, 7],
    ]) {
      const layer = createCell(cell, inputSize, hiddenSize);
      expect(layer.numParameters()).toBe(CELL_INFOS[cell].parameters(inputSize, hiddenSize));
    }
    expect(CELL_INFOS[cell].gateNames).toHaveLength(CELL_INFOS[cell].gates);
  });

  test("piece by piece, its states handed on, gives what it gives at once", () => {
    manualSeed(1);
    const layer = createCell(cell, 3, 5, { horizon: 20 });
    const x = randn([2, 19, 3]);
    const [whole, after] = runCell(layer, x);
    let states: Tensor[] | null = null;
    const pieces: Tensor[] = [];
    for (const [from, to] of [
      [0, 2],
      [2, 12],
      [12, 19],
    ]) {
      const [output, next] = runCell(layer, x.slice(1, from, to), states);
      pieces.push(output);
      states = next;
    }
    expect(largestGap(cat(pieces, 1), whole)).toBeLessThan(1e-5);
    states!.forEach((state, i) => expect(largestGap(state, after[i])).toBeLessThan(1e-5));
  });

  test("streams: step by step it gives the same", () => {
    manualSeed(2);
    const layer = createCell(cell, 3, 5).eval();
    const x = randn([2, 11, 3]);
    const [whole] = noGrad(() => runCell(layer, x));
    const stream = createStream(layer);
    const steps = Array.from({ length: 11 }, (_, t) => stream.step(x.select(1, t)));
    expect(largestGap(stack(steps, 1), whole)).toBeLessThan(1e-5);
  });
});

test.each([
  ["lstm", "bias_ih_l0", 1, 4, 1],
  ["gru", "bias_ih_l0", 1, 3, 1],
  ["minlstm", "bias_ih_l0", 0, 3, 1],
  ["mingru", "bias_ih_l0", 0, 2, -1],
  ["layernorm-lstm", "layernorm_i.bias", 1, 4, 1],
] as [CellName, string, number, number, number][])(
  "%s starts out keeping: with a bias of 1, or by the horizon for up to so many steps",
  (cell, ending, block, numBlocks, sign) => {
    const biasOf = (horizon?: number) => {
      manualSeed(3);
      const layer = createCell(cell, 3, 40, { horizon });
      const [, bias] = [...layer.namedParameters()].find(([key]) => key.endsWith(ending))!;
      return values(bias).slice(
        (block * bias.size) / numBlocks,
        ((block + 1) * bias.size) / numBlocks,
      );
    };
    expect(new Set(biasOf())).toEqual(new Set([sign]));
    // log U(1, 99): from 0 to 4.6, most of them near the upper end.
    const drawn = biasOf(100).map((bias) => sign * bias);
    expect(Math.min(...drawn)).toBeGreaterThan(0);
    expect(Math.max(...drawn)).toBeLessThan(Math.log(99));
    expect(drawn.reduce((sum, bias) => sum + bias, 0) / 40).toBeGreaterThan(3);
  },
);

test("the window sees so many steps and nothing before them", () => {
  manualSeed(4);
  const layer = createCell("window", 3, 5, { windowSize: 4 });
  const x = randn([1, 9, 3]);
  const [before] = runCell(layer, x);
  const [after] = runCell(layer, cat([x.slice(1, 0, 4).mul(-1), x.slice(1, 4)], 1));
  const rows = (t: Tensor) => t.squeeze(0).toArray() as number[][];
  expect(rows(after)[6]).not.toEqual(rows(before)[6]); // reads steps 3 to 6
  expect(rows(after)[7]).toEqual(rows(before)[7]); //     reads steps 4 to 7
});

test("an unknown cell is refused by name", () => {
  expect(() => createCell("lstn" as CellName, 3, 5)).toThrow(
    'createCell: expected one of the cells rnn, lstm, gru, mingru, minlstm, irnn, layernorm-lstm, window, got "lstn".',
  );
});

function largestGap(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return a.sub(b).abs().max().item();
}
