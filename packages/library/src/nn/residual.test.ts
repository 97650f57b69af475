import { expect, test } from "vitest";
import { randn, type Tensor } from "../tensor/index.ts";
import { GRU, Highway, Linear, LSTM, ReLU, Residual, RNN, Sequential } from "./index.ts";

test("Residual adds the input, and nothing else", () => {
  const layer = new Sequential(new Linear(4, 4), new ReLU());
  const x = randn([3, 4]);
  const y = new Residual(layer).forward(x);
  expect(y.toArray()).toEqual(x.add(layer.forward(x)).toArray());
});

test("around a recurrent layer, states and lengths go in and states come out", () => {
  const lstm = new LSTM(4, 4, { batchFirst: true });
  const [x, h0, c0] = [randn([2, 5, 4]), randn([1, 2, 4]), randn([1, 2, 4])];
  const [output, [hN, cN]] = lstm.forward(x, [h0, c0], { lengths: [5, 3] });
  const [y, states] = new Residual(lstm).forward(x, [h0, c0], { lengths: [5, 3] });
  expect(y.toArray()).toEqual(x.add(output).toArray());
  expect(states.map((t) => t.toArray())).toEqual([hN.toArray(), cN.toArray()]);
});

test("a shortcut brings the input to the output's width", () => {
  const residual = new Residual(new GRU(3, 5), { shortcut: new Linear(3, 5, { bias: false }) });
  const [y] = residual.forward(randn([6, 2, 3]));
  expect(y.shape).toEqual([6, 2, 5]);
  expect(Object.keys(residual.stateDict())).toEqual([
    "layer.weight_ih_l0",
    "layer.weight_hh_l0",
    "layer.bias_ih_l0",
    "layer.bias_hh_l0",
    "shortcut.weight",
  ]);
  expect(() => new Residual(new GRU(3, 5)).forward(randn([6, 2, 3]))).toThrow(
    "Residual.forward: expected the layer to keep the shape of what it is added to, [6, 2, 3], got [6, 2, 5]. Give it a shortcut: new nn.Linear(…).",
  );
});

test("Highway is t ⊙ layer(x) + (1 − t) ⊙ x", () => {
  const highway = new Highway(new RNN(3, 3), 3, { gateBias: 0.5 });
  const x = randn([4, 2, 3]);
  const [y, hN] = highway.forward(x);
  const [output, expectedHN] = highway.layer.forward(x);
  const t = highway.gate.forward(x).sigmoid();
  const expected = t.mul(output).add(t.neg().add(1).mul(x));
  expect(largest(y.sub(expected))).toBeLessThan(1e-6);
  expect(hN.toArray()).toEqual(expectedHN.toArray());
});

test("a Highway's gate starts nearly closed, and a very negative one lets x pass by", () => {
  expect(new Highway(new Linear(2, 2), 2).gate.bias!.toArray()).toEqual([-1, -1]);
  const x = randn([4, 2]);
  const y = new Highway(new Linear(2, 2), 2, { gateBias: -50 }).forward(x);
  expect(largest(y.sub(x))).toBeLessThan(1e-6);
  expect(() => new Highway(new Linear(2, 3), 2).forward(x)).toThrow(
    /Highway.forward: expected the layer to keep the shape.*\[4, 2\], got \[4, 3\]/,
  );
});

test("fifty layers deep, the gradient arrives through Residual, and not without", () => {
  const gradientAtInput = (wrap: (layer: Linear) => Linear | Residual<Linear>) => {
    const x = randn([1, 8], { requiresGrad: true });
    let y: Tensor = x;
    for (let i = 0; i < 50; i++) y = wrap(new Linear(8, 8)).forward(y.tanh());
    y.sum().backward();
    return largest(x.grad!);
  };
  expect(gradientAtInput((layer) => layer)).toBeLessThan(1e-6);
  expect(gradientAtInput((layer) => new Residual(layer))).toBeGreaterThan(1e-6);
});

test("a state dict goes into another wrapper and gives the same numbers", () => {
  const create = () => new Highway(new GRU(3, 3), 3);
  const [first, second] = [create(), create()];
  second.loadStateDict(first.stateDict());
  const x = randn([4, 2, 3]);
  expect(second.forward(x)[0].toArray()).toEqual(first.forward(x)[0].toArray());
});

function largest(t: Tensor): number {
  return t.abs().max().item();
}
