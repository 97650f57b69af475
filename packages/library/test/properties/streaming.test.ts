/**
 * What must hold for any causal model, on every engine: step by step gives what the whole sequence
 * gives, however the steps are grouped, and across a state that went through bytes.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd/index.ts";
import {
  BatchNorm1d,
  Dropout,
  Embedding,
  GRU,
  LayerNorm,
  LayerNormLSTM,
  Linear,
  LSTM,
  LSTMCell,
  MinGRU,
  MinLSTM,
  Module,
  PeepholeLSTM,
  Recurrent,
  RNN,
  Sequential,
  Zoneout,
} from "../../src/nn/index.ts";
import { createStream, type StreamableModel } from "../../src/streaming/index.ts";
import { cat, randn, RandomGenerator, tensor, type Tensor } from "../../src/tensor/index.ts";
import { expectClose } from "../parity/load-fixture.ts";
import { RUNS } from "../support/engines.ts";

/** The same sums in another order, carried on for a dozen steps. */
const FLOAT32 = { rtol: 2e-5, atol: 5e-6 };

const INPUT = 3;
const HIDDEN = 5;

/** Every causal layer with every option that a stream has to get right. */
const LAYERS: [name: string, create: (options: object) => StreamableModel][] = [
  ["RNN", (options) => new RNN(INPUT, HIDDEN, options)],
  ["RNN, relu", (options) => new RNN(INPUT, HIDDEN, { ...options, nonlinearity: "relu" })],
  ["LSTM", (options) => new LSTM(INPUT, HIDDEN, options)],
  ["LSTM, projSize", (options) => new LSTM(INPUT, HIDDEN, { ...options, projSize: 2 })],
  ["GRU", (options) => new GRU(INPUT, HIDDEN, options)],
  [
    "GRU, resetAfter: false",
    (options) => new GRU(INPUT, HIDDEN, { ...options, resetAfter: false }),
  ],
  ["MinGRU", (options) => new MinGRU(INPUT, HIDDEN, options)],
  ["MinLSTM", (options) => new MinLSTM(INPUT, HIDDEN, options)],
  ["PeepholeLSTM", (options) => new PeepholeLSTM(INPUT, HIDDEN, options)],
  ["LayerNormLSTM", (options) => new LayerNormLSTM(INPUT, HIDDEN, options)],
  [
    "Recurrent of a cell with zoneout, in evaluation",
    (options) => {
      const create = (width: number) => new Zoneout(new LSTMCell(width, HIDDEN), [0.1, 0.4]);
      return new Recurrent(create, { ...options, inputSize: INPUT }).eval();
    },
  ],
];

const runs = fc.record({
  numLayers: fc.integer({ min: 1, max: 3 }),
  batchFirst: fc.boolean(),
  bias: fc.boolean(),
  batch: fc.integer({ min: 1, max: 3 }),
  chunks: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
  seed: fc.nat(1000),
});

describe.each(RUNS)("streaming equals the whole sequence, on the engine %s", (_, run) => {
  test.each(LAYERS)("%s alone, with any number of layers, in either layout", (_name, create) => {
    run(() => {
      fc.assert(
        fc.property(runs, ({ numLayers, batchFirst, bias, batch, chunks, seed }) => {
          const generator = new RandomGenerator(seed);
          const layer = create({ numLayers, batchFirst, bias, generator });
          const seq = chunks.reduce((a, b) => a + b, 0);
          const shape = batchFirst ? [batch, seq, INPUT] : [seq, batch, INPUT];
          checkChunks(layer, randn(shape, { generator }), batchFirst ? 1 : 0, chunks);
        }),
        { numRuns: 12, seed: 3 },
      );
    });
  });

  test("a model of several layers between others", () => {
    run(() => {
      const generator = new RandomGenerator(5);
      const model = new Tagger(generator).eval();
      const ids = Int32Array.from({ length: 2 * 9 }, () => generator.integer(7));
      checkChunks(model, tensor(ids, { shape: [2, 9] }), 1, [1, 1, 3, 1, 2, 1]);
    });
  });
});

/** Embedding, two kinds of memory, normalisations, dropout that is off: ids [batch, seq] → [batch, seq, 4]. */
class Tagger extends Module {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly norm = new BatchNorm1d(6);
  readonly gru: GRU;
  readonly head: Sequential;

  constructor(generator: RandomGenerator) {
    super();
    this.embedding = new Embedding(7, INPUT, { generator });
    this.lstm = new LSTM(INPUT, 6, { batchFirst: true, numLayers: 2, dropout: 0.3, generator });
    this.gru = new GRU(6, HIDDEN, { batchFirst: true, generator });
    const linear = new Linear(HIDDEN, 4, { generator });
    this.head = new Sequential(new Dropout(0.5), new LayerNorm(HIDDEN), linear);
  }

  forward(ids: Tensor): Tensor {
    const [x] = this.lstm.forward(this.embedding.forward(ids)); //       [batch, seq, 6]
    const normal = this.norm.forward(x.transpose(1, 2)).transpose(1, 2);
    return this.head.forward(this.gru.forward(normal)[0]); //            [batch, seq, 4]
  }
}

/** Single steps by step() or push(), longer chunks by push(); half-way the state goes through bytes. */
function checkChunks(
  model: StreamableModel,
  input: Tensor,
  timeAxis: number,
  chunks: readonly number[],
): void {
  const whole = noGrad(() => {
    const output = model.forward(input);
    return Array.isArray(output) ? (output as unknown as [Tensor])[0] : (output as Tensor);
  });
  let stream = createStream(model);
  const disturbing = createStream(model);
  const outputs: Tensor[] = [];
  let at = 0;
  chunks.forEach((count, i) => {
    const chunk = input.slice(timeAxis, at, at + count);
    disturbing.push(chunk.flip(timeAxis));
    outputs.push(
      count === 1 && i % 2 === 0
        ? stream.step(chunk.squeeze(timeAxis)).unsqueeze(timeAxis)
        : stream.push(chunk),
    );
    if (i === chunks.length >> 1) stream = createStream(model).restore(stream.state());
    at += count;
  });
  const streamed = cat(outputs, timeAxis);
  expect(streamed.shape).toEqual(whole.shape);
  expectClose(streamed.data, whole.data, FLOAT32, "output");
}
