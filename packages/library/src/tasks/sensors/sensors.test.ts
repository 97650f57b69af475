import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { manualSeed, RandomGenerator } from "unrolled";
import { realData } from "../../../test/support/real-data.ts";
import {
  checkChannels,
  evaluateSensors,
  loadSensorModel,
  parseTs,
  predictSensors,
  prepareSensors,
  saveSensorModel,
  sensorBaselines,
  sensorConfig,
  sensorSet,
  SensorModel,
  trainSensors,
  type RawCase,
  type SensorConfig,
  type SensorData,
  type SensorSet,
} from "./index.ts";

const SMALL: Partial<SensorConfig> = { hiddenSize: 12, batchSize: 8, lr: 1e-2, warmupSteps: 5 };

/** A bump in the first channel, then one in the second, or the other way round; the noise says nothing. */
function bumps(count: number, seed: number): SensorSet {
  const generator = new RandomGenerator(seed);
  const raw = Array.from({ length: count }, (_, i): RawCase => {
    const steps = 12 + generator.integer(8);
    const [early, late] = [2 + generator.integer(3), 7 + generator.integer(3)];
    const isUp = i % 2 === 0;
    const column = (at: number) =>
      Array.from({ length: steps }, (_, t) => (t === at ? 3 : 0) + 0.2 * generator.normal() + 50);
    return {
      id: `case ${i}`,
      columns: [column(isUp ? early : late), column(isUp ? late : early)],
      answer: isUp ? "first" : "second",
    };
  });
  return sensorSet(["left", "right"], raw);
}

/** The answer is the largest value of the one channel, on a scale far from 1. */
function heights(count: number, seed: number): SensorSet {
  const generator = new RandomGenerator(seed);
  const raw = Array.from({ length: count }, (_, i): RawCase => {
    const column = Array.from({ length: 6 + generator.integer(5) }, () => generator.random());
    return { id: String(i), columns: [column], answer: 1000 + 100 * Math.max(...column) };
  });
  return sensorSet(["level"], raw);
}

function untrained({ scheme }: SensorData, config: SensorConfig): SensorModel {
  return new SensorModel(config, scheme).eval();
}

function raw(answer: string | null): RawCase {
  return { id: "it", columns: [[1, 2, 3]], answer };
}

const reader = (files: Record<string, Uint8Array>) => (name: string) => files[name];

describe("the sensors task", () => {
  test.each(["rnn", "lstm", "gru"] as const)(
    "a %s learns which of two bumps came first, from recordings of unequal length",
    async (cell) => {
      const config = sensorConfig({ ...SMALL, cell });
      const data = prepareSensors(bumps(80, 1), config);
      const { model } = await trainSensors(data, config, { budget: { epochs: 30 } });
      const score = evaluateSensors(model, bumps(60, 2).cases);
      expect(score).toMatchObject({ kind: "classes", cases: 60 });
      expect(score.kind === "classes" && score.accuracy).toBeGreaterThan(0.95);
    },
  );

  test.each(["max", "mean", "last", "attention"] as const)(
    "pooling %s gives the same answer alone as beside longer recordings",
    (pooling) => {
      const set = bumps(9, 3);
      const config = sensorConfig({ ...SMALL, pooling, numLayers: 2 });
      const data = prepareSensors(set, config);
      manualSeed(1);
      const model = untrained(data, config);
      const together = predictSensors(model, set.cases);
      for (const [i, it] of set.cases.entries()) {
        const [alone] = predictSensors(model, [it]);
        alone.probabilities!.forEach((p, k) =>
          expect(p).toBeCloseTo(together[i].probabilities![k], 5),
        );
      }
    },
  );

  test("numbers are learned on their own scale, and better than by their mean", async () => {
    const config = sensorConfig({ ...SMALL, noise: 0, dropout: 0 });
    const data = prepareSensors(heights(200, 1), config);
    const test = heights(100, 2).cases;
    const { model } = await trainSensors(data, config, { budget: { epochs: 30 } });
    const score = evaluateSensors(model, test);
    const [mean] = await sensorBaselines(data, test);
    if (score.kind !== "numbers" || mean.evaluation.kind !== "numbers") throw new Error("kind");
    expect(mean.evaluation.r2).toBeLessThan(0.01);
    expect(score.r2).toBeGreaterThan(0.8);
    expect(score.rmse).toBeLessThan(mean.evaluation.rmse / 2);
  });

  test("only the training cases decide on scales: other test cases change no answer", () => {
    const config = sensorConfig(SMALL);
    const train = bumps(40, 1);
    const model = untrained(prepareSensors(train, config), config);
    const [first, ...others] = bumps(10, 2).cases;
    const wild = others.map((it) => ({ ...it, values: it.values.map((x) => 1e3 * x) }));
    const [beside] = predictSensors(model, [first, ...others]);
    const [besideWild] = predictSensors(model, [first, ...wild]);
    expect(besideWild.probabilities).toEqual(beside.probabilities);
  });

  test("a run that was interrupted and resumed equals one that was not, bit for bit", async () => {
    const config = sensorConfig({ ...SMALL, numLayers: 2 });
    const data = prepareSensors(bumps(120, 1), config);
    expect(data.validation).toHaveLength(12);
    const whole = await trainSensors(data, config, { budget: { steps: 30 } });

    const stop = new AbortController();
    let checkpoint: Uint8Array | undefined;
    await trainSensors(data, config, {
      budget: { steps: 30 },
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => (checkpoint = bytes) },
      onEvent: (event) => {
        if (event.type === "step" && event.step === 17) stop.abort();
      },
    });
    manualSeed(999);
    const resumed = await trainSensors(data, config, { budget: { steps: 30 }, resume: checkpoint });
    expect(saveSensorModel(resumed.model)).toEqual(saveSensorModel(whole.model));
  });

  test("a saved model reads back as the same model", () => {
    const config = sensorConfig({ ...SMALL, pooling: "attention" });
    const data = prepareSensors(bumps(20, 1), config);
    const model = untrained(data, config);
    const again = loadSensorModel(reader(saveSensorModel(model)));
    expect(predictSensors(again, data.train)).toEqual(predictSensors(model, data.train));
  });

  test("the baselines are what they say: on these bumps only time warping sees the order", async () => {
    const config = sensorConfig(SMALL);
    const data = prepareSensors(bumps(60, 1), config);
    const baselines = await sensorBaselines(data, bumps(60, 2).cases);
    const scores = Object.fromEntries(
      baselines.map(({ name, evaluation }) => [
        name,
        evaluation.kind === "classes" ? evaluation.accuracy : NaN,
      ]),
    );
    expect(scores["most frequent class"]).toBe(0.5);
    expect(scores["linear, of summaries"]).toBeLessThan(0.75);
    expect(scores["nearest neighbour, DTW"]).toBeGreaterThan(0.9);
  });

  test("motions of the UEA archive are told apart", { timeout: 120_000 }, async (context) => {
    const read = (part: string) =>
      parseTs(
        readFileSync(realData(context, `basic-motions/BasicMotions_${part}.ts.txt`), "utf8"),
        part,
      );
    const config = sensorConfig({ hiddenSize: 32 });
    const data = prepareSensors(read("TRAIN"), config);
    expect(data.train).toHaveLength(40);
    const { model } = await trainSensors(data, config, { budget: { epochs: 40 } });
    const score = evaluateSensors(model, read("TEST").cases);
    expect(score.kind === "classes" && score.accuracy).toBeGreaterThanOrEqual(0.9);
  });
});

describe("bad input gets one clear sentence", () => {
  test.each([
    ["no @data", "1,2:a\n", /demo\.ts: expected a line @data/],
    ["a word for a number", "@data\n1,x,3\n", /line 2, channel 1, step 2: .* got "x"/],
    ["channels of unequal length", "@data\n1,2,3:1,2\n", /line 2: .* steps as the first, 3, got 2/],
    ["another number of channels", "@data\n1,2:3,4\n1,2\n", /line 3: expected 2 channels .* got 1/],
    [
      "an unknown class",
      "@classLabel true a b\n@data\n1,2:c\n",
      /one of the classes a, b, got "c"/,
    ],
    ["time stamps", "@timeStamps true\n@data\n(0,1)\n", /time stamps.* are not read/],
    ["no case", "@data\n", /at least one case/],
    ["a channel without a number", "@data\n?,?:1,2\n", /channel 1 of case 1 has no number at all/],
  ])("a .ts file with %s", (_title, text, message) => {
    expect(() => parseTs(text, "demo.ts")).toThrow(message);
  });

  test("what is missing lies between its neighbours", () => {
    const set = parseTs("@data\n?,1,?,3,?,?,9,?\n", "demo.ts");
    expect([...set.cases[0].values]).toEqual([1, 1, 2, 3, 5, 7, 9, 9]);
    expect(set.filled).toBe(5);
  });

  test("one class only", () => {
    const set = sensorSet(["x"], [raw("a"), raw("a")]);
    expect(() => prepareSensors(set, sensorConfig())).toThrow(/only "a" in 2 cases/);
  });

  test("no answers", () => {
    const set = sensorSet(["x"], [raw(null)]);
    expect(() => prepareSensors(set, sensorConfig())).toThrow(/none of them has one/);
  });

  test("a class that no training case has", () => {
    const config = sensorConfig(SMALL);
    const model = untrained(prepareSensors(bumps(10, 1), config), config);
    const other = { ...bumps(1, 2).cases[0], answer: "third" };
    expect(() => evaluateSensors(model, [other])).toThrow(/"third".* first, second/);
  });

  test("other channels", () => {
    const config = sensorConfig(SMALL);
    const { scheme } = prepareSensors(bumps(10, 1), config);
    expect(() => checkChannels(scheme, heights(2, 1))).toThrow(/the 2 channels .* got 1 \(level\)/);
  });

  test.each([
    [{ cell: "gur" as "gru" }, /cell to be one of rnn, lstm, gru, got "gur"/],
    [{ hiddenSize: 0 }, /hiddenSize/],
    [{ dropout: 1 }, /dropout to be at least 0 and below 1/],
    [{ lr: -1 }, /lr to be above 0/],
  ])("the setting %o", (changes, message) => {
    expect(() => sensorConfig(changes)).toThrow(message);
  });

  test.each([
    ["cut short", "config.json", (bytes: Uint8Array) => bytes.subarray(0, 40), /expected a JSON/],
    [
      "cut short",
      "model.safetensors",
      (b: Uint8Array) => b.subarray(0, b.length - 9),
      /model\.saf/,
    ],
    [
      "of another task",
      "config.json",
      () => new TextEncoder().encode('{"task":"text","formatVersion":1}'),
      /a sensors model of format version 1, got .*text/,
    ],
    [
      "without a scheme",
      "config.json",
      () => new TextEncoder().encode('{"task":"sensors","formatVersion":1}'),
      /do not fit together/,
    ],
  ])("a file %s: %s", (_title, name, damage, message) => {
    const config = sensorConfig(SMALL);
    const files = saveSensorModel(untrained(prepareSensors(bumps(10, 1), config), config));
    const damaged = { ...files, [name]: damage(files[name]) };
    expect(() => loadSensorModel(reader(damaged))).toThrow(message);
  });
});
