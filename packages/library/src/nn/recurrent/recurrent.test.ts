import { describe, expect, test } from "vitest";
import { gradCheck } from "../../autograd/index.ts";
import { withEngine } from "../../backends/index.ts";
import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { cat, randn, RandomGenerator, type Tensor, zeros } from "../../tensor/index.ts";
import { Linear } from "../linear.ts";
import { Module } from "../module.ts";
import { GRUCell, LSTMCell, RNNCell } from "./cells.ts";
import { GRU } from "./gru.ts";
import { LSTM } from "./lstm.ts";
import { Recurrent, type RecurrentCell, type RecurrentOptions } from "./recurrent.ts";
import type { RecurrentLayer } from "./recurrent-layer.ts";
import { RNN } from "./rnn.ts";

const generator = new RandomGenerator(11);
const random = (...shape: number[]) => randn(shape, { generator });

/** Two state tensors of different sizes, the first of which is the output. */
class Invented extends Module {
  readonly stateSize = [4, 2] as const;
  readonly mix = new Linear(3 + 4, 2, { generator });
  readonly show = new Linear(2, 4, { generator });

  forward(x: Tensor, [y, slow]: readonly Tensor[]): readonly Tensor[] {
    const next = slow.mul(0.9).add(this.mix.forward(cat([x, y], 1)).tanh());
    return [this.show.forward(next).tanh(), next];
  }
}

const OPTIONS: [title: string, RecurrentOptions][] = [
  ["one layer", {}],
  ["batch first", { batchFirst: true }],
  ["two layers, both directions", { numLayers: 2, bidirectional: true }],
  ["both directions, batch first", { bidirectional: true, batchFirst: true }],
];

describe.each(OPTIONS)("a cell in Recurrent is its fused layer: %s", (_, options) => {
  const { numLayers = 1, bidirectional = false, batchFirst = false } = options;
  const count = numLayers * (bidirectional ? 2 : 1);
  const x = batchFirst ? random(4, 6, 3) : random(6, 4, 3);
  const h0 = random(count, 4, 5);
  const c0 = random(count, 4, 5);

  const CASES = [
    ["RNN", new RNN(3, 5, { ...options, generator }), (n: number) => new RNNCell(n, 5)],
    ["GRU", new GRU(3, 5, { ...options, generator }), (n: number) => new GRUCell(n, 5)],
    ["LSTM", new LSTM(3, 5, { ...options, generator }), (n: number) => new LSTMCell(n, 5)],
  ] as const;

  test.each([null, [2, 6, 1, 4], [3, 3, 2, 1]])("with lengths %j", (lengths) => {
    for (const [name, layer, makeCell] of CASES) {
      withEngine("reference", () => {
        const forward = lengths ? { lengths } : {};
        const wrapped = new Recurrent(makeCell as (inputSize: number) => RecurrentCell, {
          ...options,
          inputSize: 3,
        });
        wrapped.loadStateDict(
          Object.fromEntries(
            Object.entries(layer.stateDict()).map(([key, value]) => [
              key.replace(/(\w+)(_l\d(?:_reverse)?)$/, "cell$2.$1"),
              value,
            ]),
          ),
        );
        const states = name === "LSTM" ? [h0, c0] : h0;
        const run = (one: RecurrentLayer | Recurrent) => {
          const [input, ...given] = [x, ...[states].flat()].map((t) => {
            const leaf = t.detach();
            leaf.requiresGrad = true;
            return leaf;
          });
          const [output, after] = (one as Recurrent).forward(
            input,
            name === "LSTM" ? given : given[0],
            forward,
          );
          const all = [output, ...[after].flat()];
          one.zeroGrad();
          joined(all).backward(randn([joined(all).size], { generator: new RandomGenerator(3) }));
          const grads = Object.fromEntries(
            Array.from(one.namedParameters(), ([key, p]) => [key, p.grad!] as const),
          );
          return { all, inputs: [input, ...given].map((leaf) => leaf.grad!), grads };
        };

        const fused = run(layer);
        const own = run(wrapped);
        own.all.forEach((t, i) => expectEqual(t, fused.all[i]));
        own.inputs.forEach((t, i) => expectEqual(t, fused.inputs[i]));
        for (const [key, grad] of Object.entries(own.grads)) {
          const [, suffix, weight] = /^cell(_l\d(?:_reverse)?)\.(\w+)$/.exec(key)!;
          expectEqual(grad, fused.grads[weight + suffix]);
        }
      });
    }
  });
});

describe("an invented cell", () => {
  test("gets gradients that agree with finite differences, with lengths", () => {
    const layer = new Recurrent(new Invented());
    const inputs = [random(4, 3, 3), random(1, 3, 4), random(1, 3, 2), ...layer.parameters()];
    const fn = (x: Tensor, y0: Tensor, slow0: Tensor) => {
      const [output, states] = layer.forward(x, [y0, slow0], { lengths: [2, 4, 1] });
      return joined([output, ...states]);
    };
    expect(gradCheck(fn, inputs, { tolerance: 1e-6 })).toBe(true);
  });

  test("gives each sequence what it gives alone, and 0 past its end", () => {
    const layer = new Recurrent(() => new Invented(), { inputSize: 3, bidirectional: true });
    const x = random(5, 3, 3);
    const lengths = [3, 5, 1];
    const [output, states] = layer.forward(x, null, { lengths });
    lengths.forEach((length, b) => {
      const [alone, own] = layer.forward(x.select(1, b).slice(0, 0, length));
      expectEqual(output.select(1, b).slice(0, 0, length), alone);
      states.forEach((state, i) => expectEqual(state.select(1, b), own[i]));
      expect(output.select(1, b).slice(0, length).abs().sum().item()).toBe(0);
    });
  });

  test("never sees what stands after a sequence's end, not even NaN", () => {
    const layer = new Recurrent(new Invented(), { batchFirst: true });
    const x = random(2, 4, 3);
    const spoilt = x.clone();
    spoilt.storage.array.fill(NaN, 2 * 3, 4 * 3);
    const run = (input: Tensor) => {
      layer.zeroGrad();
      const [output, states] = layer.forward(input, null, { lengths: [2, 4] });
      joined([output, ...states])
        .sum()
        .backward();
      return [output, ...states, ...layer.parameters().map((p) => p.grad!)].map((t) => t.toArray());
    };
    expect(run(spoilt)).toEqual(run(x));
  });

  test("continues from the state that it gave", () => {
    const layer = new Recurrent(new Invented());
    const x = random(7, 2, 3);
    const [whole, end] = layer.forward(x);
    const [first, state] = layer.forward(x.slice(0, 0, 3));
    const [rest, after] = layer.forward(x.slice(0, 3), state);
    expectEqual(cat([first, rest]), whole);
    after.forEach((part, i) => expectEqual(part, end[i]));
  });

  test("keeps its keys behind the layer's and the direction's", () => {
    const layer = new Recurrent(() => new Invented(), { inputSize: 3, bidirectional: true });
    const keys = Object.keys(layer.stateDict());
    expect(keys).toContain("cell_l0.mix.weight");
    expect(keys).toContain("cell_l0_reverse.show.bias");
    const other = new Recurrent(() => new Invented(), { inputSize: 3, bidirectional: true });
    other.loadStateDict(layer.stateDict());
    const x = random(4, 2, 3);
    expectEqual(other.forward(x)[0], layer.forward(x)[0]);
  });

  test("is told to train and to evaluate with its layer", () => {
    const layer = new Recurrent(new Invented()).eval();
    expect([...layer.namedModules()].every(([, module]) => !module.training)).toBe(true);
  });
});

describe("what Recurrent refuses", () => {
  test("one cell for several layers or directions", () => {
    expect(() => new Recurrent(new Invented(), { numLayers: 2 })).toThrow(
      "expected a function that makes cells, because 2 of them are needed, got one Invented",
    );
    expect(() => new Recurrent(new Invented(), { bidirectional: true })).toThrow(ArgumentError);
  });

  test("a function without inputSize", () => {
    expect(() => new Recurrent((n) => new GRUCell(n, 4))).toThrow("expected inputSize");
  });

  test("a state of another shape, from the cell or from the caller", () => {
    class Wrong extends Module {
      readonly stateSize = 4;
      forward(x: Tensor, _: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Recurrent(new Wrong()).forward(random(2, 3, 5))).toThrow(
      "expected Wrong.forward to return the next state, [3, 4], as its stateSize says, got [3, 5]",
    );
    const layer = new Recurrent(new LSTMCell(3, 4));
    const x = random(2, 5, 3);
    expect(() => layer.forward(x, [zeros([1, 5, 4]), zeros([1, 5, 3])])).toThrow(
      "expected state 1 [numLayers, batch, features] = [1, 5, 4], got [1, 5, 3]",
    );
    expect(() => layer.forward(random(2, 5, 4))).toThrow(ShapeError);
  });
});

function joined(tensors: readonly Tensor[]): Tensor {
  return cat(tensors.map((t) => t.flatten()));
}

/** float64 sums in another order, or float32 ones of a few terms. */
function expectEqual(actual: Tensor, expected: Tensor): void {
  const tolerance = actual.dtype === "float64" ? 1e-13 : 1e-6;
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.sub(expected).abs().max().item()).toBeLessThan(tolerance);
}
