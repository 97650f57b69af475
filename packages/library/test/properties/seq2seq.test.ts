import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import { beamSearch, greedySearch } from "../../src/decoding/index.ts";
import { crossEntropy } from "../../src/losses/index.ts";
import {
  Attention,
  Seq2Seq,
  Seq2SeqDecoder,
  Seq2SeqEncoder,
  type AttentionScore,
  type RecurrentCellName,
  type Seq2SeqDecoderOptions,
} from "../../src/nn/index.ts";
import { cat, randn, RandomGenerator, Tensor, tensor } from "../../src/tensor/index.ts";
import { expectClose } from "../parity/load-fixture.ts";
import { ENGINES } from "../support/engines.ts";

const defaultEngine = engineName();
const [BATCH, SRC, TGT, VOCAB] = [4, 6, 5, 11];
const LENGTHS = [3, 6, 1, 4];
const SCORES: AttentionScore[] = ["dot", "scaledDot", "general", "additive"];

/** A product for one row may be cut into other blocks than for many: a rounding or two apart. */
const ROUNDING = { rtol: 1e-5, atol: 1e-6 };

interface Setting extends Seq2SeqDecoderOptions {
  cell: RecurrentCellName;
}

const SETTINGS: Setting[] = [
  { cell: "lstm", numLayers: 2, attention: "general", inputFeeding: true },
  { cell: "gru", attention: "additive" },
  { cell: "rnn", attention: "dot", inputFeeding: true },
  { cell: "lstm", attention: "scaledDot" },
  { cell: "gru", numLayers: 2, attention: null },
];

function modelOf({ cell, numLayers, ...options }: Setting): Seq2Seq {
  const generator = new RandomGenerator(3);
  // "dot" and "scaledDot" compare features of equal number: 2 · 4 = 8.
  const encoder = new Seq2SeqEncoder(VOCAB, 5, 4, {
    cell,
    numLayers,
    bidirectional: true,
    generator,
  });
  const memorySize = encoder.outputSize;
  const hiddenSize = options.attention === "general" ? 7 : 8;
  const all = { cell, numLayers, memorySize, generator, ...options };
  return new Seq2Seq(encoder, new Seq2SeqDecoder(VOCAB, 6, hiddenSize, all), { generator });
}

function ids(seed: number, rows: number, columns: number): Tensor {
  const generator = new RandomGenerator(seed);
  const array = Int32Array.from({ length: rows * columns }, () => generator.integer(VOCAB));
  return new Tensor(array, [rows, columns]);
}

/** Other ids after each sequence's end. */
function refillPadding(source: Tensor, seed: number): Tensor {
  const other = ids(seed, BATCH, SRC).data;
  const array = Int32Array.from(source.data, (id, i) =>
    i % SRC < LENGTHS[Math.floor(i / SRC)] ? id : other[i],
  );
  return new Tensor(array, [BATCH, SRC]);
}

function gradients(model: Seq2Seq, loss: Tensor): Map<string, number[]> {
  model.zeroGrad();
  loss.backward();
  return new Map(
    Array.from(model.namedParameters(), ([key, { grad }]) => [key, Array.from(grad?.data ?? [])]),
  );
}

describe.each(ENGINES)("attention on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(SCORES)("%s: weights sum to one and are exactly 0 on padding", (score) => {
    const generator = new RandomGenerator(7);
    for (const scale of [1, 50]) {
      const attention = new Attention(8, 8, { score, generator });
      const memory = attention.prepare(randn([BATCH, SRC, 8], { generator }).mul(scale), {
        lengths: LENGTHS,
      });
      const [, weights] = attention.forward(randn([BATCH, TGT, 8], { generator }), memory);
      expectClose(weights.sum(-1).data, new Array(BATCH * TGT).fill(1), { rtol: 0, atol: 1e-6 });
      weights.data.forEach((weight, i) => {
        const isPadding = i % SRC >= LENGTHS[Math.floor(i / (SRC * TGT))];
        if (isPadding) expect(weight).toBe(0);
        expect(weight).toBeGreaterThanOrEqual(0);
      });
    }
  });

  test.each(SCORES)("%s: keys after the end change neither context nor gradient", (score) => {
    const attention = new Attention(8, 8, { score, generator: new RandomGenerator(8) });
    const run = (seed: number) => {
      const generator = new RandomGenerator(9);
      const query = randn([BATCH, TGT, 8], { generator });
      const keys = randn([BATCH, SRC, 8], { generator });
      const garbage = randn([BATCH, SRC, 8], { generator: new RandomGenerator(seed) });
      keys.data.forEach((_, i) => {
        const position = Math.floor(i / 8);
        if (position % SRC >= LENGTHS[Math.floor(position / SRC)])
          keys.data[i] = 9 * garbage.data[i];
      });
      query.requiresGrad = keys.requiresGrad = true;
      attention.zeroGrad();
      const [context, weights] = attention.forward(
        query,
        attention.prepare(keys, { lengths: LENGTHS }),
      );
      cat([context, weights], -1).mul(context.detach().sum()).sum().backward();
      return [
        context,
        weights,
        query.grad!,
        keys.grad!,
        ...attention.parameters().map((p) => p.grad!),
      ].map((t) => t.toArray());
    };
    expect(run(1)).toEqual(run(2));
  });

  test("a mask is what lengths are, and one query is a row of many", () => {
    const generator = new RandomGenerator(10);
    const attention = new Attention(5, 7, { generator });
    const [query, keys] = [randn([2, 3, 5], { generator }), randn([2, 4, 7], { generator })];
    const mask = tensor([
      [1, 1, 0, 0],
      [1, 1, 1, 0],
    ]);
    const [context, weights] = attention.forward(
      query,
      attention.prepare(keys, { lengths: [2, 3] }),
    );
    const byMask = attention.forward(query, attention.prepare(keys, { mask }));
    expect(byMask.map((t) => t.toArray())).toEqual([context, weights].map((t) => t.toArray()));
    const one = attention.forward(query.select(1, 2), attention.prepare(keys, { mask }));
    expectClose(one[0].data, context.select(1, 2).data, ROUNDING);
    expectClose(one[1].data, weights.select(1, 2).data, ROUNDING);
  });
});

describe.each(ENGINES)("seq2seq on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test.each(SETTINGS)("what stands after the source's end never matters: %o", (setting) => {
    const model = modelOf(setting);
    const source = ids(1, BATCH, SRC);
    const run = (filled: Tensor) => {
      const { logits, weights } = model.forward(filled, ids(2, BATCH, TGT), { lengths: LENGTHS });
      const grads = gradients(model, logits.mul(logits).sum());
      const found = beamSearch(model, model.start(filled, { lengths: LENGTHS }), {
        startTokens: [1, 1, 1, 1],
        endToken: 2,
        maxLength: 6,
        beamSize: 3,
        numBest: 2,
      });
      return [logits.toArray(), weights?.toArray(), grads, found];
    };
    expect(run(refillPadding(source, 3))).toEqual(run(refillPadding(source, 4)));
  });

  test.each(SETTINGS)("a row of a batch is the row alone, cut to its length: %o", (setting) => {
    const model = modelOf(setting);
    const [source, inputs] = [ids(5, BATCH, SRC), ids(6, BATCH, TGT)];
    const { logits, weights } = model.forward(source, inputs, { lengths: LENGTHS });
    const options = { endToken: 2, maxLength: 7 };
    const greedy = greedySearch(model, model.start(source, { lengths: LENGTHS }), {
      ...options,
      startTokens: new Array<number>(BATCH).fill(1),
    });
    for (const [row, length] of LENGTHS.entries()) {
      const own = source.slice(0, row, row + 1).slice(1, 0, length);
      const alone = model.forward(own, inputs.slice(0, row, row + 1));
      expectClose(alone.logits.data, logits.select(0, row).data, ROUNDING);
      if (weights) {
        expectClose(
          alone.weights!.data,
          weights.select(0, row).slice(-1, 0, length).data,
          ROUNDING,
        );
      }
      const [found] = greedySearch(model, model.start(own), { ...options, startTokens: [1] });
      expect(found.tokens).toEqual(greedy[row].tokens);
      expect(found.logProb).toBeCloseTo(greedy[row].logProb, 4);
    }
  });

  test.each(SETTINGS)("all steps at once are the steps one by one: %o", (setting) => {
    const model = modelOf(setting);
    const [source, inputs] = [ids(7, BATCH, SRC), ids(8, BATCH, TGT)];
    const whole = model.forward(source, inputs, { lengths: LENGTHS });
    const wholeGrads = gradients(model, whole.logits.mul(whole.logits).sum());

    let state = model.start(source, { lengths: LENGTHS });
    const steps: Tensor[] = [];
    const looked: Tensor[] = [];
    for (let t = 0; t < TGT; t++) {
      const done = model.decoder.step(inputs.select(1, t), state);
      steps.push(done.logits.unsqueeze(1));
      if (done.weights) looked.push(done.weights.unsqueeze(1));
      state = done.state;
    }
    const logits = cat(steps, 1);
    const grads = gradients(model, logits.mul(logits).sum());

    expectClose(whole.logits.data, logits.data, ROUNDING, "logits");
    if (whole.weights) expectClose(whole.weights.data, cat(looked, 1).data, ROUNDING, "weights");
    whole.state.hidden.forEach((h, i) => expectClose(h.data, state.hidden[i].data, ROUNDING));
    for (const [key, grad] of wholeGrads) {
      expectClose(grad, grads.get(key)!, { rtol: 1e-4, atol: 1e-5 }, `gradient of ${key}`);
    }
  });

  test("with teacherForcing 0 the inputs after the first do not matter: they are the model's own", () => {
    const model = modelOf(SETTINGS[0]);
    const source = ids(9, BATCH, SRC);
    const first = tensor(new Int32Array(BATCH).fill(1), { shape: [BATCH, 1] });
    const [a, b] = [10, 11].map((seed) =>
      model.forward(source, cat([first, ids(seed, BATCH, TGT - 1)], 1), {
        lengths: LENGTHS,
        teacherForcing: 0,
      }),
    );
    expect(a.logits.toArray()).toEqual(b.logits.toArray());
    const greedy = greedySearch(model, model.start(source, { lengths: LENGTHS }), {
      startTokens: [1, 1, 1, 1],
      maxLength: TGT,
    });
    expect(a.logits.argmax(-1).toArray()).toEqual(greedy.map(({ tokens }) => tokens));
  });

  test("padded targets change neither loss nor gradient", () => {
    const model = modelOf(SETTINGS[1]);
    const source = ids(12, BATCH, SRC);
    const PADDING = 0;
    const run = (columns: number) => {
      const targets = cat(
        [ids(13, BATCH, 3).add(0), new Tensor(new Int32Array(BATCH * columns), [BATCH, columns])],
        1,
      );
      const { logits } = model.forward(source, targets.slice(1, 0, -1), { lengths: LENGTHS });
      const expected = targets.slice(1, 1);
      const loss = crossEntropy(logits.flatten(0, 1), expected.flatten(), { ignoreIndex: PADDING });
      return { loss: loss.item(), grads: gradients(model, loss) };
    };
    const [short, long] = [run(1), run(4)];
    expect(long.loss).toBeCloseTo(short.loss, 6);
    for (const [key, grad] of short.grads) expectClose(long.grads.get(key)!, grad, ROUNDING, key);
  });
});

test("scheduled sampling draws, row by row, whether the next input is the true token or a guess", () => {
  const model = modelOf(SETTINGS[0]);
  const [source, inputs] = [ids(14, BATCH, SRC), ids(15, BATCH, TGT)];
  for (const teacherForcing of [0.3, 0.5, 0.9]) {
    const { logits } = model.forward(source, inputs, {
      lengths: LENGTHS,
      teacherForcing,
      generator: new RandomGenerator(18),
    });

    const generator = new RandomGenerator(18);
    let state = model.start(source, { lengths: LENGTHS });
    let tokens = inputs.select(1, 0);
    const steps: Tensor[] = [];
    for (let t = 0; t < TGT; t++) {
      const done = model.decoder.step(tokens, state);
      steps.push(done.logits.unsqueeze(1));
      state = done.state;
      if (t + 1 === TGT) break;
      const guesses = done.logits.argmax(-1).data;
      const truth = inputs.select(1, t + 1).data;
      tokens = tensor(
        truth.map((token, row) => (generator.random() < teacherForcing ? token : guesses[row])),
      );
    }
    expectClose(logits.data, cat(steps, 1).data, ROUNDING, `ratio ${teacherForcing}`);
  }
});

test("on the reference engine, all steps at once are the steps one by one to the bit", () => {
  useEngine("reference");
  try {
    const model = modelOf(SETTINGS[1]);
    const [source, inputs] = [ids(16, BATCH, SRC), ids(17, BATCH, TGT)];
    const { logits } = model.forward(source, inputs, { lengths: LENGTHS });
    let state = model.start(source, { lengths: LENGTHS });
    for (let t = 0; t < TGT; t++) {
      const done = model.decoder.step(inputs.select(1, t), state);
      expect(done.logits.toArray()).toEqual(logits.select(1, t).toArray());
      state = done.state;
    }
  } finally {
    useEngine(defaultEngine);
  }
});
