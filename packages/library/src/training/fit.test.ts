import { describe, expect, test } from "vitest";
import { tensor, manualSeed, RandomGenerator, type Tensor } from "../tensor/index.ts";
import { AsyncDataLoader, DataLoader, StreamLoader } from "../data/index.ts";
import { Dropout, GRU, Linear, Module } from "../nn/index.ts";
import { mseLoss } from "../losses/index.ts";
import { Adam, SGD } from "../optim/index.ts";
import type { BatchSource } from "./batch-source.ts";
import { fit, type FitEvent, type FitOptions } from "./fit.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "./snapshot.ts";
import { warmupCosine } from "./schedule.ts";

class Model extends Module {
  readonly gru = new GRU(3, 5, { batchFirst: true });
  readonly dropout = new Dropout(0.3);
  readonly head = new Linear(5, 1);

  forward(x: Tensor, h: Tensor | null): [y: Tensor, h: Tensor] {
    const [output, hN] = this.gru.forward(x, h);
    return [this.head.forward(this.dropout.forward(output)), hN];
  }
}

/** Seven batches [2, 4, 3] to an epoch; the target is the mean of the features. */
function batches(): BatchSource<Tensor> {
  const generator = new RandomGenerator(1);
  const data = Array.from({ length: 7 }, () =>
    tensor(
      Float32Array.from({ length: 24 }, () => generator.normal()),
      { shape: [2, 4, 3] },
    ),
  );
  let position = 0;
  return {
    batchesPerEpoch: data.length,
    next() {
      const startsEpoch = position === 0;
      const batch = data[position];
      position = (position + 1) % data.length;
      return { batch, startsEpoch };
    },
    getPosition: () => position,
    setPosition(saved) {
      position = saved as number;
    },
  };
}

function options(changes: Partial<FitOptions<Tensor>> = {}): FitOptions<Tensor> & { model: Model } {
  manualSeed(4);
  const model = new Model();
  const source = batches();
  const [held] = Array.from({ length: 1 }, () => batches().next().batch);
  return {
    optimizer: new Adam(model.parameters(), { lr: 0.01 }),
    batches: source,
    loss(x, carried) {
      const [y, h] = model.forward(x, carried?.[0] ?? null);
      return { loss: mseLoss(y, x.mean(-1, { keepdim: true })), carried: [h] };
    },
    validate: () => mseLoss(model.forward(held, null)[0], held.mean(-1, { keepdim: true })).item(),
    budget: { steps: 40 },
    schedule: warmupCosine({ warmupSteps: 5 }),
    clipNorm: 0.5,
    ...changes,
    model,
  };
}

const weights = (model: Module) =>
  Object.values(model.stateDict()).map((t) => Array.from(t.storage.array));

describe("fit", () => {
  test("an interrupted run, resumed from its bytes in a new model, equals an uninterrupted one", async () => {
    const whole = options();
    const expected = await fit(whole);

    for (const at of [1, 7, 23, 39]) {
      let bytes: Uint8Array | undefined;
      const stop = new AbortController();
      const first = options({
        signal: stop.signal,
        checkpoint: { everySeconds: 1e9, save: (snapshot) => (bytes = encodeSnapshot(snapshot)) },
        onEvent: (event) => {
          if (event.type === "step" && event.step === at) stop.abort();
        },
      });
      expect((await fit(first)).stoppedBy).toBe("signal");

      const second = options({ resume: decodeSnapshot(bytes!) });
      const result = await fit(second);
      expect(weights(second.model)).toEqual(weights(whole.model));
      expect(result.bestLoss).toBe(expected.bestLoss);
      expect(result.history.map(({ trainLoss }) => trainLoss)).toEqual(
        expected.history.map(({ trainLoss }) => trainLoss),
      );
    }
  });

  test("batches that take time give the run of batches at hand, and resume alike", async () => {
    const data = Array.from({ length: 7 }, (_, i) => batches().next().batch.add(i));
    const order = () => ({ shuffle: true, generator: new RandomGenerator(2), batchSize: 1 });
    const collate = ([x]: Tensor[]) => x;
    const now = () => new DataLoader(data, { ...order(), collate });
    const later = () =>
      new AsyncDataLoader(
        { length: 7, at: (index) => Promise.resolve(data[index]) },
        { ...order(), collate },
      );
    const whole = options({ batches: now() });
    await fit(whole);
    const waiting = options({ batches: later() });
    expect((await fit(waiting)).epochs).toBe(6);
    expect(weights(waiting.model)).toEqual(weights(whole.model));

    let snapshot: Snapshot | undefined;
    const stop = new AbortController();
    await fit(
      options({
        batches: later(),
        signal: stop.signal,
        checkpoint: { everySeconds: 1e9, save: (taken) => (snapshot = taken) },
        onEvent: (event) => {
          if (event.type === "step" && event.step === 17) stop.abort();
        },
      }),
    );
    const resumed = options({ batches: now(), resume: snapshot });
    await fit(resumed);
    expect(weights(resumed.model)).toEqual(weights(whole.model));
  });

  test("a stream trains for a number of steps, and cannot be asked for epochs", async () => {
    const batchOf = batches().next().batch;
    const stream = () =>
      new StreamLoader(() => [batchOf, batchOf.mul(2), batchOf.neg()], { collate: ([x]) => x });
    expect((await fit(options({ batches: stream(), budget: { steps: 7 } }))).epochs).toBe(3);
    const epochs = options({ batches: stream(), budget: { epochs: 2 } });
    await expect(fit(epochs)).rejects.toThrow("Give a budget of steps or minutes");
  });

  test("a checkpoint on the way changes nothing", async () => {
    const plain = options();
    await fit(plain);
    const snapshots: Snapshot[] = [];
    const saving = options({ checkpoint: { everySeconds: 0, save: (s) => snapshots.push(s) } });
    await fit(saving);
    expect(snapshots.length).toBe(40);
    expect(weights(saving.model)).toEqual(weights(plain.model));
  });

  test("minutes become steps, and the same number of steps repeats the run", async () => {
    let planned = 0;
    let validations = 0;
    const timed = options({
      budget: { minutes: 0.01 },
      onEvent: (event) => {
        if (event.type === "plan") ({ totalSteps: planned, validations } = event);
      },
    });
    await fit(timed);
    const counted = options({ budget: { steps: planned }, validations });
    await fit(counted);
    expect(weights(counted.model)).toEqual(weights(timed.model));
  });

  test("epochs count through the batches, and each begins without a carried state", async () => {
    const seen: boolean[] = [];
    const base = options();
    await fit({
      ...base,
      budget: { epochs: 2 },
      loss(x, carried) {
        seen.push(carried === null);
        return base.loss(x, carried);
      },
    });
    const epoch = [true, false, false, false, false, false, false];
    expect(seen).toEqual([...epoch, ...epoch]);
  });

  test("the model is left with the weights of its best validation", async () => {
    const losses = [3, 1, 2, 5];
    let at = 0;
    let best: number[][] = [];
    const run = options({
      budget: { steps: 8 },
      validations: 4,
      validate: () => losses[at++],
      onEvent: (event) => {
        if (event.type === "validation" && event.loss === 1) best = weights(run.model);
      },
    });
    const result = await fit(run);
    expect(result).toMatchObject({ bestLoss: 1, bestStep: 4, steps: 8 });
    expect(weights(run.model)).toEqual(best);
  });

  test("patience ends a run that gets no better", async () => {
    const losses = [3, 1, 2, 5, 4, 0];
    let at = 0;
    const run = options({
      budget: { steps: 60 },
      validations: 6,
      patience: 2,
      validate: () => losses[at++],
    });
    expect(await fit(run)).toMatchObject({ stoppedBy: "patience", steps: 40, bestLoss: 1 });
  });

  test("validation runs in evaluation mode, without recording, and training goes on after it", async () => {
    const modes: boolean[] = [];
    const base = options();
    await fit({
      ...base,
      validate() {
        modes.push(
          base.model.training,
          base.model.forward(batches().next().batch, null)[0].requiresGrad,
        );
        return 1;
      },
      validations: 1,
    });
    expect(modes).toEqual([false, false]);
    expect(base.model.training).toBe(true);
  });

  test("a NaN in the data stops the run at its step, and names data as the likely cause", async () => {
    const base = options();
    let step = 0;
    const poisoned = {
      ...base,
      loss: (x: Tensor, carried: Tensor[] | null) =>
        base.loss(++step === 5 ? x.mul(NaN) : x, carried),
    };
    await expect(fit(poisoned)).rejects.toThrow(
      /the loss became NaN at step 5; the weights are still numbers.*NaN in the data/,
    );
  });

  test("divergence names the learning rate, and the best weights so far stay", async () => {
    manualSeed(4);
    let best: number[][] = [];
    const base = options({
      budget: { steps: 100 },
      validations: 50,
      schedule: undefined,
      clipNorm: undefined,
    });
    const diverging: FitOptions<Tensor> = {
      ...base,
      optimizer: new SGD(base.model.parameters(), { lr: 1e18 }),
      onEvent: (event: FitEvent) => {
        if (event.type === "validation" && event.isBest) best = weights(base.model);
      },
    };
    await expect(fit(diverging)).rejects.toThrow(
      /the weights of ".*" have grown to .*Lower the learning rate \(now 1000000000000000000\)/,
    );
    if (best.length > 0) expect(weights(base.model)).toEqual(best);
  });

  test("a checkpoint of another model is refused in one sentence", async () => {
    let snapshot: Snapshot | undefined;
    await fit(options({ checkpoint: { everySeconds: 0, save: (s) => (snapshot = s) } }));
    const { model, ...rest } = options();
    const other = new Linear(2, 3);
    const wrong = {
      ...rest,
      model: other,
      optimizer: new Adam(other.parameters()),
      resume: snapshot,
    };
    await expect(fit(wrong)).rejects.toThrow(/the checkpoint is of another model or optimizer/);
    expect(model.training).toBe(true);
  });

  test.each([
    [{ budget: { steps: 0 } }, /steps to be above 0, got 0/],
    [{ budget: { minutes: NaN } }, /minutes to be above 0, got NaN/],
    [{ patience: 0 }, /patience counts validations/],
    [{ clipNorm: -1 }, /clipNorm to be above 0/],
  ])("refuses %o", async (changes, message) => {
    await expect(fit(options(changes))).rejects.toThrow(message);
  });
});

describe("decodeSnapshot", () => {
  test("refuses weights without a run", () => {
    const bytes = encodeSnapshot({ tensors: {}, meta: {} });
    expect(() => decodeSnapshot(bytes.subarray(0, bytes.length - 3))).toThrow(/decodeSnapshot/);
  });
});

describe("warmupCosine", () => {
  test("rises, falls, and ends at its final factor", () => {
    const schedule = warmupCosine({ warmupSteps: 10, finalFactor: 0.1 });
    expect(schedule(0, 210)).toBeCloseTo(0.1);
    expect(schedule(9, 210)).toBe(1);
    expect(schedule(110, 210)).toBeCloseTo(0.55);
    expect(schedule(209, 210)).toBeCloseTo(0.1, 3);
  });

  test("never spends more than a tenth of a short run on rising", () => {
    expect(warmupCosine({ warmupSteps: 100 })(1, 30)).toBeCloseTo(2 / 3);
    expect(warmupCosine({ warmupSteps: 100 })(2, 30)).toBe(1);
  });
});
