import { describe, expect, test } from "vitest";
import { GRU, initialize, LSTM, RNN } from "../nn/index.ts";
import { randn, RandomGenerator, Tensor } from "../tensor/index.ts";
import { gradientFlow } from "./gradient-flow.ts";
import { lagExperiment } from "./lag-experiment.ts";

const generator = new RandomGenerator(2);
const random = (...shape: number[]) => randn(shape, { generator });

/** Warnings about a layer whose loss is on its last state. */
function warningsOf(layer: RNN | GRU | LSTM, x: Tensor) {
  const loss = () => {
    const [, states] = layer.forward(x);
    return (states instanceof Tensor ? states : states[0]).sum();
  };
  return gradientFlow(layer, loss, { precision: "float64" }).warnings;
}

describe("warnings", () => {
  test.each([0, 1, 2, 3, 4])("a healthy model has none, seed %i", (seed) => {
    for (const options of [
      { cell: "lstm", gateBias: 4 },
      { cell: "gru", gateBias: 4 },
      { cell: "linear", radius: 1 },
      { cell: "relu", radius: 1, weights: "orthogonal", seq: 8 },
    ] as const) {
      const { model, loss } = lagExperiment({ ...options, seed, batch: 4 });
      const precision = "float64";
      const { warnings } = gradientFlow(model, loss, { precision, jacobians: false });
      expect(warnings.map(({ message }) => message)).toEqual([]);
    }
  });

  test("vanishing: names how much is left, since when, the loss's own ratio and the radius", () => {
    const { model, loss } = lagExperiment({ radius: 0.52 });
    const { warnings } = gradientFlow(model, loss, { precision: "float64" });
    const [vanishing, hidden] = warnings;
    expect(vanishing.kind).toBe("vanishing");
    expect(vanishing.layer).toBe("l0");
    expect(vanishing.evidence).toMatch(
      /^of a gradient at the last state, \de-3\d is left 100 steps before, and less than 1e-4 from 1\d steps on; ∂L\/∂h at lag 100 is \d\.?\d?e-3\d of that at lag 0; the spectral radius of W_hh is 0.520$/,
    );
    expect(vanishing.remedies[1]).toContain('recurrent: "orthogonal"');
    expect(vanishing.message).toContain("Try nn.LSTM with a forget-gate bias of 1");
    expect(hidden.kind).toBe("hidden");
    expect(hidden.evidence).toMatch(/looks healthy, but the share of the step 98 before the end/);
  });

  test.each([
    ["lstm", /f is 0\.50? in the mean.*forgetBias: 1/],
    ["gru", /z is 0\.50? in the mean.*updateBias: 2/],
  ] as const)(
    "vanishing in %s: the gate that should keep is named with its mean",
    (cell, remedy) => {
      const { model, loss } = lagExperiment({ cell });
      expect(gradientFlow(model, loss).warnings[0].remedies[0]).toMatch(remedy);
    },
  );

  test("where each step has a loss, ∂L/∂h stays level and does not hide a short memory", () => {
    const rnn = new RNN(4, 16, { generator });
    const x = random(60, 3, 4);
    const flow = gradientFlow(rnn, () => rnn.forward(x)[0].sum(), { precision: "float64" });
    const [{ h }] = flow.layers;
    expect(h.byLag[50] / h.byLag[5]).toBeGreaterThan(0.3);
    expect(flow.warnings.map(({ kind }) => kind)).toEqual(["vanishing"]);
    expect(flow.warnings[0].evidence).not.toContain("∂L/∂h");
  });

  test("exploding, with clipping among the remedies", () => {
    const { model, loss } = lagExperiment({ radius: 2.5 });
    const [exploding] = gradientFlow(model, loss, { precision: "float64" }).warnings;
    expect(exploding.kind).toBe("exploding");
    expect(exploding.evidence).toMatch(/times as large \d+ steps before; the spectral radius/);
    expect(exploding.remedies[0]).toContain("clipGradNorm");
  });

  test("saturated tanh, closed gates and dead units, each with its share", () => {
    const rnn = new RNN(3, 8, { generator });
    expect(
      warningsOf(rnn, random(9, 4, 3).mul(300)).map(({ kind, evidence }) => [kind, evidence]),
    ).toContainEqual([
      "saturated",
      expect.stringMatching(/^\d\d+ % of the values of h are beyond ±0.95/),
    ]);
    const lstm = new LSTM(3, 8, { generator });
    initialize(lstm, { bias: 0, forgetBias: 6 });
    const bias = lstm.stateDict()["bias_ih_l0"];
    bias.storage.array.fill(-9, 0, 8);
    expect(warningsOf(lstm, random(9, 4, 3)).map(({ evidence }) => evidence)).toEqual([
      "100 % of the values of gate i are below 0.05: hardly anything is written",
    ]);
    const relu = new RNN(3, 8, { nonlinearity: "relu", generator });
    relu.stateDict()["bias_ih_l0"].storage.array.fill(-50, 0, 4);
    const dead = warningsOf(relu, random(9, 4, 3)).find(({ kind }) => kind === "dead")!;
    expect(dead.evidence).toMatch(/^(50|63|75) % of the units are 0 at every step/);
  });

  test("a NaN is the one thing to say", () => {
    const gru = new GRU(3, 4, { generator });
    const x = random(5, 2, 3);
    x.data[3] = NaN;
    const loss = () => gru.forward(x)[0].sum();
    const { warnings } = gradientFlow(gru, loss, { spectra: false, jacobians: false });
    expect(warnings.map(({ kind }) => kind)).toEqual(["not-finite"]);
    expect(warnings[0].evidence).toContain("the loss is NaN");
  });
});
