import { describe, expect, test } from "vitest";
import { withEngine } from "../../src/backends/index.ts";
import { eigenvalues, spectralNorm, spectralRadius } from "../../src/diagnostics/eigenvalues.ts";
import { gradientFlow, hiddenStates, recordSteps } from "../../src/diagnostics/index.ts";
import { GRU, LSTM, RNN } from "../../src/nn/index.ts";
import { Tensor } from "../../src/tensor/index.ts";
import { expectClose, fixtureNames, loadFixture, type Fixture } from "./load-fixture.ts";

const LAYERS = { rnn: RNN, lstm: LSTM, gru: GRU };

/** Float64 all the way: nine digits are what the files have. */
const FLOAT64 = { rtol: 1e-7, atol: 1e-9 };

function layerOf(fixture: Fixture) {
  const { inputSize, hiddenSize, ...options } = fixture.options;
  const kind = fixture.name.replace("flow-", "") as keyof typeof LAYERS;
  const layer = new LAYERS[kind](inputSize, hiddenSize, options);
  const prefix = "weights.";
  layer.loadStateDict(
    Object.fromEntries(
      fixture.keys(prefix).map((key) => {
        const { shape, data } = fixture.get(key);
        return [key.slice(prefix.length), new Tensor(Float32Array.from(data), shape)];
      }),
    ),
  );
  const [x, gradOutput] = ["input", "gradOutput"].map((key) => {
    const { shape, data } = fixture.get(key);
    return new Tensor(Float32Array.from(data), shape);
  });
  const lengths = [...fixture.get("lengths").data];
  const forward = () => layer.forward(x, null, { lengths });
  return { layer, lengths, forward, loss: () => forward()[0].mul(gradOutput).sum() };
}

describe.each(fixtureNames("flow-"))("%s", (name) => {
  const fixture = loadFixture(name);
  const { layer, lengths, forward, loss } = layerOf(fixture);
  const parts = name === "flow-lstm" ? (["h", "c"] as const) : (["h"] as const);

  test("each state's gradient is that of a loop by hand with retain_grad", () => {
    withEngine("reference", () => {
      const { result, layers } = recordSteps(layer, loss);
      result.backward();
      expect(layers.map((one) => one.name)).toEqual(["l0", "l0_reverse", "l1", "l1_reverse"]);
      for (const { name: own, steps, initial, order } of layers) {
        for (const [part, letter] of parts.entries()) {
          const expected = fixture.get(`grad.${letter}.${own}`);
          const start = fixture.get(`grad.start.${letter}.${own}`);
          const [, batch, hidden] = expected.shape;
          for (const [t, { rows, state }] of steps.entries()) {
            for (const [row, b] of rows.entries()) {
              const at = (t * batch + b) * hidden;
              expectClose(
                state[part].grad!.storage.array.slice(row * hidden, (row + 1) * hidden),
                expected.data.slice(at, at + hidden),
                FLOAT64,
                `${own}, ${letter} at step ${t} of sequence ${b}`,
              );
            }
          }
          for (const [row, b] of order.entries()) {
            expectClose(
              initial[part].grad!.storage.array.slice(row * hidden, (row + 1) * hidden),
              start.data.slice(b * hidden, (b + 1) * hidden),
              FLOAT64,
              `${own}, ${letter} before the first step of sequence ${b}`,
            );
          }
        }
      }
    });
  });

  test("gradientFlow gives the norms of these, by step and by lag, and of the weights", () => {
    const flow = gradientFlow(layer, loss, { precision: "float64", jacobians: false });
    for (const one of flow.layers) {
      for (const letter of parts) {
        const { shape, data } = fixture.get(`grad.${letter}.${one.name}`);
        const start = fixture.get(`grad.start.${letter}.${one.name}`).data;
        const [seq, batch, hidden] = shape;
        const norms = one[letter]!;
        const of = (t: number, b: number) =>
          data.slice((t * batch + b) * hidden, (t * batch + b + 1) * hidden);
        const byStep = Array.from({ length: seq }, (_, t) =>
          Math.hypot(...lengths.flatMap((_, b) => [...of(t, b)])),
        );
        expectClose(norms.byStep, byStep, FLOAT64, `${one.name}, ${letter} by step`);
        const byLag = Array.from({ length: seq + 1 }, (_, lag) =>
          Math.hypot(
            ...lengths.flatMap((length, b) => {
              if (lag > length) return [];
              if (lag === length) return [...start.slice(b * hidden, (b + 1) * hidden)];
              return [...of(one.direction === "forward" ? length - 1 - lag : lag, b)];
            }),
          ),
        );
        expectClose(norms.byLag, byLag, FLOAT64, `${one.name}, ${letter} by lag`);
      }
      for (const { name: key, whole } of one.weights) {
        expectClose([whole], [Math.hypot(...fixture.get(`grad.${key}`).data)], FLOAT64, key);
      }
    }
  });

  test("hiddenStates are the layer's own states and outputs", () => {
    const layers = hiddenStates(layer, forward);
    const [output] = forward();
    const [, , top, reverse] = layers;
    const hidden = top.h.shape[2];
    expectClose(top.h.storage.array, output.slice(2, 0, hidden).storage.array);
    expectClose(reverse.h.storage.array, output.slice(2, hidden).storage.array);
  });
});

test.each(fixtureNames("spectrum-"))(
  "%s: NumPy's eigenvalues and largest singular value",
  (name) => {
    const fixture = loadFixture(name);
    const { shape, data } = fixture.get("matrix");
    const [n] = shape;
    const found = eigenvalues(data, n);
    const left = Array.from(fixture.get("re").data, (re, i) => [re, fixture.get("im").data[i]]);
    for (const [i, re] of found.re.entries()) {
      const distances = left.map(([a, b]) => Math.hypot(a - re, b - found.im[i]));
      const nearest = distances.indexOf(Math.min(...distances));
      expect(distances[nearest]).toBeLessThan(1e-7);
      left.splice(nearest, 1);
    }
    const moduli = Array.from(found.re, (re, i) => Math.hypot(re, found.im[i]));
    expect(spectralRadius(data, n)).toBe(Math.max(...moduli));
    expectClose([spectralNorm(data, n, n)], [...fixture.get("norm").data], FLOAT64);
  },
);
