import { expect, test } from "vitest";
import {
  cat,
  ones,
  randn,
  RandomGenerator,
  stack,
  type Tensor,
  zeros,
} from "../../tensor/index.ts";
import { GRUCell, LSTMCell } from "./cells.ts";
import { Recurrent } from "./recurrent.ts";
import { Zoneout } from "./zoneout.ts";

test("in training every feature is either the one before or the cell's own, at the rate p", () => {
  const cell = new LSTMCell(3, 500);
  const zoned = new Zoneout(cell, [0.1, 0.4], { generator: new RandomGenerator(1) });
  const x = randn([4, 3]);
  const before: [Tensor, Tensor] = [randn([4, 500]), randn([4, 500])];
  const own = cell.forward(x, before);
  const after = zoned.forward(x, before);
  [0.1, 0.4].forEach((p, i) => {
    const stayed = after[i].eq(before[i]);
    const changed = after[i].eq(own[i]);
    expect(stayed.add(changed).toArray()).toEqual(ones([4, 500]).toArray());
    // Two thousand draws: four standard deviations are 0.04.
    expect(Math.abs(stayed.float().mean().item() - p)).toBeLessThan(0.045);
  });
});

test("evaluation is the mean of training", () => {
  const zoned = new Zoneout(new GRUCell(2, 3), 0.3, { generator: new RandomGenerator(4) });
  const x = randn([2, 2]);
  const h = randn([2, 3]);
  const draws = stack(Array.from({ length: 4000 }, () => zoned.forward(x, h)));
  const expected = zoned.eval().forward(x, h);
  // A draw's standard deviation is below 1.5: of the mean of 4000, below 0.025.
  expect(draws.mean(0).sub(expected).abs().max().item()).toBeLessThan(0.1);
});

test("gradients reach the state before a feature that stays, and the cell of one that does not", () => {
  const zoned = new Zoneout(new GRUCell(2, 3), 1);
  const h = randn([1, 3], { requiresGrad: true });
  zoned
    .forward(randn([1, 2]), h)
    .sum()
    .backward();
  expect(h.grad!.toArray()).toEqual([[1, 1, 1]]);
  expect(zoned.parameters().every(({ grad }) => grad!.abs().sum().item() === 0)).toBe(true);
});

test("probability 0 is the cell, and its keys stand behind cell.", () => {
  const cell = new GRUCell(2, 3);
  const layer = new Recurrent(new Zoneout(cell, 0));
  const x = randn([5, 2, 2]);
  expect(layer.forward(x)[0].toArray()).toEqual(new Recurrent(cell).forward(x)[0].toArray());
  expect(Object.keys(layer.stateDict())[0]).toBe("cell_l0.cell.weight_ih");
});

test("padding changes nothing in training either, where each step draws for those that run", () => {
  const layer = (seed: number) =>
    new Recurrent(new Zoneout(new GRUCell(2, 3), 0.5, { generator: new RandomGenerator(seed) }));
  const one = layer(3);
  const other = layer(3);
  other.loadStateDict(one.stateDict());
  const x = randn([4, 2, 2]);
  const padded = cat([x, zeros([3, 2, 2]).add(NaN)]);
  const options = { lengths: [2, 4] };
  const [output] = other.forward(padded, null, options);
  expect(output.slice(0, 0, 4).toArray()).toEqual(one.forward(x, null, options)[0].toArray());
});

test("a stream is refused in training, where it would draw, and goes on in evaluation", () => {
  const layer = new Recurrent(new Zoneout(new GRUCell(2, 3), 0.2));
  expect(layer.whyNotCausal()).toContain("drops features at random");
  expect(layer.eval().whyNotCausal()).toBeNull();
});

test("a wrong probability, or a wrong number of them, is refused", () => {
  expect(() => new Zoneout(new GRUCell(2, 3), 1.5)).toThrow("between 0 and 1");
  expect(() => new Zoneout(new LSTMCell(2, 3), [0.1])).toThrow(
    "expected 2 probabilities, one for each tensor of the state of LSTMCell, got 1",
  );
});
