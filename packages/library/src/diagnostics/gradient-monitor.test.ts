import { describe, expect, test } from "vitest";
import { DataLoader } from "../data/index.ts";
import { mseLoss } from "../losses/index.ts";
import { Dropout, GRU, Linear, Module } from "../nn/index.ts";
import { SGD } from "../optim/index.ts";
import { manualSeed, randn, RandomGenerator, type Tensor } from "../tensor/index.ts";
import { fit } from "../training/index.ts";
import { GradientMonitor } from "./gradient-monitor.ts";

class Model extends Module {
  readonly gru = new GRU(3, 5, { batchFirst: true });
  readonly dropout = new Dropout(0.3);
  readonly head = new Linear(5, 1);
  forward(x: Tensor): Tensor {
    return this.head.forward(this.dropout.forward(this.gru.forward(x)[0]));
  }
}

const data = Array.from({ length: 5 }, (_, i) =>
  randn([4, 12, 3], { generator: new RandomGenerator(i) }),
);

async function trained(clipNorm: number, watch: boolean) {
  manualSeed(3);
  const model = new Model();
  const lossOf = (x: Tensor) => mseLoss(model.forward(x), x.mean(-1, { keepdim: true }));
  const norms: number[] = [];
  const measured: number[] = [];
  const monitor = new GradientMonitor(model, () => lossOf(data[0].slice(0, 0, 2)), {
    every: 4,
    clipNorm,
    onMeasure: ({ step }) => measured.push(step),
  });
  await fit({
    model,
    optimizer: new SGD(model.parameters(), { lr: 0.1 }),
    batches: new DataLoader(data, { collate: ([x]) => x }),
    loss: lossOf,
    clipNorm,
    budget: { steps: 10 },
    onEvent: (event) => {
      if (event.type === "step") norms.push(event.gradNorm);
      if (watch) monitor.onEvent(event);
    },
  });
  const weights = Object.values(model.stateDict()).flatMap((t) => [...t.storage.array]);
  return { weights, monitor, norms, measured };
}

describe("GradientMonitor", () => {
  test("training gives the same weights with it, bit for bit, dropout and all", async () => {
    const [plain, watched] = [await trained(0.2, false), await trained(0.2, true)];
    expect(watched.weights).toEqual(plain.weights);
    expect(watched.monitor.history.map(({ step }) => step)).toEqual([4, 8]);
    expect(watched.measured).toEqual([4, 8]);
  });

  test("counts the clipped steps since the last measure, and warns where most were", async () => {
    const { norms } = await trained(1e9, true);
    const middle = [...norms.slice(0, 8)].sort((a, b) => a - b)[1] * 1.0001;
    const { monitor, norms: again } = await trained(middle, true);
    const share = (from: number) =>
      again.slice(from, from + 4).filter((norm) => norm > middle).length / 4;
    expect(monitor.history.map(({ clipped }) => clipped)).toEqual([share(0), share(4)]);
    expect(Math.max(share(0), share(4))).toBeGreaterThanOrEqual(0.5);
    for (const { clipped, warnings } of monitor.history) {
      expect(warnings.some(({ kind }) => kind === "clipped")).toBe(clipped >= 0.5);
    }
    const calm = await trained(1e9, true);
    expect(calm.monitor.history.every(({ clipped }) => clipped === 0)).toBe(true);
  });

  test("measures the model as it is then, without spectra and Jacobians unless asked for", async () => {
    const { monitor } = await trained(1e9, true);
    const [first, second] = monitor.history;
    expect(second.loss).not.toBe(first.loss);
    expect(first.layers[0].jacobians).toBe(null);
    expect(first.layers[0].spectra).toEqual([]);
    expect(first.layers[0].reach.length).toBe(13);
  });

  test.each([
    [{ every: 0 }, /every to be a whole number/],
    [{ clipNorm: 0 }, /clipNorm to be above 0/],
  ])("refuses %o", (options, message) => {
    const model = new Model();
    expect(() => new GradientMonitor(model, () => model.head.weight.sum(), options)).toThrow(
      message,
    );
  });
});
