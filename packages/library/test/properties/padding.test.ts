/**
 * What must hold for any padded batch, on every engine: padding never matters, a row of the batch
 * equals the row alone, and so does its place among the others.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sequenceMask } from "../../src/data/index.ts";
import { mseLoss } from "../../src/losses/index.ts";
import { AttentionPooling } from "../../src/nn/attention-pooling.ts";
import { poolOverTime } from "../../src/nn/pool-over-time.ts";
import { GRU } from "../../src/nn/recurrent/gru.ts";
import { LSTM } from "../../src/nn/recurrent/lstm.ts";
import { RNN } from "../../src/nn/recurrent/rnn.ts";
import { randn, RandomGenerator, tensor, type Tensor } from "../../src/tensor/index.ts";
import { expectClose } from "../parity/load-fixture.ts";
import { RUNS } from "../support/engines.ts";

/** The same sums in another order: other sequences run beside, so other tiles are used. */
const FLOAT32 = { rtol: 2e-5, atol: 2e-6 };

const INPUT = 3;
const HIDDEN = 5;

interface Case {
  kind: "rnn-tanh" | "rnn-relu" | "lstm" | "lstm-proj" | "gru" | "original-gru";
  bidirectional: boolean;
  numLayers: number;
  batchFirst: boolean;
  bias: boolean;
  states: boolean;
  seq: number;
  lengths: number[];
  seed: number;
}

const cases = fc
  .record({
    kind: fc.constantFrom<Case["kind"][]>(
      ...(["rnn-tanh", "rnn-relu", "lstm", "lstm-proj", "gru", "original-gru"] as const),
    ),
    bidirectional: fc.boolean(),
    numLayers: fc.integer({ min: 1, max: 3 }),
    batchFirst: fc.boolean(),
    bias: fc.boolean(),
    states: fc.boolean(),
    lengths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 }),
    beyond: fc.integer({ min: 0, max: 2 }),
    seed: fc.nat(1000),
  })
  .map(({ beyond, ...rest }): Case => ({ ...rest, seq: Math.max(...rest.lengths) + beyond }));

const CHECKS = { numRuns: 40, seed: 7 };

describe.each(RUNS)("for any padded batch, on the engine %s", (_, run) => {
  test("what stands in the padding, NaN included, changes neither output nor gradient", () => {
    run(() => {
      fc.assert(
        fc.property(cases, (one) => {
          const clean = results(one, rowsOf(one));
          const dirty = results(one, withPadding(one, rowsOf(one), NaN));
          for (const key of Object.keys(clean)) expect(dirty[key], key).toEqual(clean[key]);
        }),
        CHECKS,
      );
    });
  });

  test("a row of the batch equals the row alone", () => {
    run(() => {
      fc.assert(
        fc.property(cases, (one) => {
          const rows = rowsOf(one);
          const together = results(one, rows);
          rows.forEach((row, b) => {
            const alone = { ...one, lengths: [one.lengths[b]], seq: one.lengths[b] };
            const single = results(alone, [row.slice(0, one.lengths[b])], [b]);
            for (const key of PER_ROW) {
              const expected = single[key][0].slice(0, together[key][b].length);
              const got = together[key][b].slice(0, expected.length);
              expectClose(got, expected, FLOAT32, `${key} of row ${b}`);
            }
          });
        }),
        { ...CHECKS, numRuns: 20 },
      );
    });
  });

  test("the order of the sequences does not matter", () => {
    run(() => {
      fc.assert(
        fc.property(cases, (one) => {
          const order = one.lengths.map((_, b) => b).reverse();
          const forward = results(one, rowsOf(one));
          const turned = { ...one, lengths: order.map((b) => one.lengths[b]) };
          const rows = rowsOf(one);
          const backward = results(
            turned,
            order.map((b) => rows[b]),
            order,
          );
          order.forEach((b, place) => {
            for (const key of PER_ROW)
              expectClose(backward[key][place], forward[key][b], FLOAT32, key);
          });
          const weights = Object.keys(forward).filter((key) => key.startsWith("grad.weight"));
          for (const key of weights) {
            expectClose(backward[key][0], forward[key][0], FLOAT32, key);
          }
        }),
        { ...CHECKS, numRuns: 20 },
      );
    });
  });
});

describe.each(RUNS)("pooling and losses of a padded batch, on the engine %s", (_, run) => {
  test("what stands in the padding, NaN included, changes neither result nor gradient", () => {
    run(() => {
      fc.assert(
        fc.property(cases, (one) => {
          const rows = rowsOf(one);
          const clean = pooled(one, withPadding(one, rows, 0));
          expect(pooled(one, withPadding(one, rows, NaN))).toEqual(clean);
          expect(clean.flat().some(Number.isNaN)).toBe(false);
        }),
        CHECKS,
      );
    });
  });
});

/** Results and gradient of every pooling and of a masked loss. */
function pooled({ lengths, seq, seed }: Case, rows: Row[]): number[][] {
  const x = tensor(rows, { shape: [rows.length, seq, INPUT], requiresGrad: true });
  const options = { batchFirst: true, lengths };
  const generator = new RandomGenerator(seed);
  const attention = new AttentionPooling(INPUT, { batchFirst: true, generator });
  const results = [
    poolOverTime(x, "last", options),
    poolOverTime(x, "mean", options),
    poolOverTime(x, "max", options),
    ...attention.forward(x, { lengths }),
    mseLoss(x, x.detach().mul(0.5), { mask: sequenceMask(lengths, seq) }),
  ];
  results.map((t) => t.mul(t).sum()).reduce((a, b) => a.add(b)).backward(); // prettier-ignore
  const gradients = [x, ...attention.parameters()].map((t) => t.grad!);
  return [...results, ...gradients].map((t) => Array.from(t.data));
}

/** Of each sequence. */
const PER_ROW = ["output", "hN", "cN", "grad.input"];

type Row = number[][]; // [seq][INPUT]

function rowsOf({ lengths, seq, seed }: Case): Row[] {
  const generator = new RandomGenerator(seed);
  return lengths.map(() =>
    Array.from({ length: seq }, () => Array.from({ length: INPUT }, () => generator.normal())),
  );
}

function withPadding({ lengths }: Case, rows: Row[], value: number): Row[] {
  return rows.map((row, b) =>
    row.map((step, t) => (t < lengths[b] ? step : step.map(() => value))),
  );
}

/**
 * Everything a layer gives, each as one list of numbers for every sequence; weight gradients as one
 * list. `places` says which sequence of the whole batch each row is: it has that one's states.
 */
function results(
  one: Case,
  rows: Row[],
  places: readonly number[] = rows.map((_, b) => b),
): Record<string, number[][]> {
  const generator = new RandomGenerator(one.seed);
  const layer = layerOf(one, generator);

  const batch = rows.length;
  const input = tensor(rows, { shape: [batch, rows[0].length, INPUT], requiresGrad: true });
  const x = one.batchFirst ? input : input.transpose(0, 1);
  const states = one.numLayers * (one.bidirectional ? 2 : 1);
  const stateOf = (size: number, seed: number): Tensor | null => {
    if (!one.states) return null;
    const all = randn([states, 6, size], { generator: new RandomGenerator(seed) });
    return all.indexSelect(1, tensor([...places]).int());
  };
  const h0 = stateOf(layer.projSize || HIDDEN, 1);
  const { lengths } = one;
  let output: Tensor, hN: Tensor, cN: Tensor;
  if (layer instanceof LSTM) {
    const c0 = stateOf(HIDDEN, 2);
    [output, [hN, cN]] = layer.forward(x, h0 && c0 ? [h0, c0] : null, { lengths });
  } else {
    [output, hN] = layer.forward(x, h0, { lengths });
    cN = hN;
  }
  output = one.batchFirst ? output : output.transpose(0, 1);
  // A loss that weighs steps and features differently, and every sequence alike.
  const width = output.shape[2];
  const seq = output.shape[1];
  const weights = Array.from({ length: seq * width }, (_, i) => Math.sin(1 + i));
  const loss = output
    .mul(tensor(weights, { shape: [1, seq, width] }))
    .sum()
    .add(hN.mul(hN).sum())
    .add(cN.tanh().sum());
  loss.backward();

  const perSequence = (t: Tensor, axis: number) =>
    places.map((_, b) => Array.from(t.select(axis, b).data));
  return {
    output: perSequence(output, 0),
    hN: perSequence(hN, 1),
    cN: perSequence(cN, 1),
    "grad.input": perSequence(input.grad!, 0),
    ...Object.fromEntries(
      Array.from(layer.namedParameters(), ([key, { grad }]) => [
        `grad.${key}`,
        [Array.from(grad!.data)],
      ]),
    ),
  };
}

function layerOf(one: Case, generator: RandomGenerator): RNN | LSTM | GRU {
  const { kind, bidirectional, numLayers, batchFirst, bias } = one;
  const options = { bidirectional, numLayers, batchFirst, bias, generator };
  switch (kind) {
    case "lstm":
      return new LSTM(INPUT, HIDDEN, options);
    case "lstm-proj":
      return new LSTM(INPUT, HIDDEN, { ...options, projSize: 2 });
    case "gru":
      return new GRU(INPUT, HIDDEN, options);
    case "original-gru":
      return new GRU(INPUT, HIDDEN, { ...options, resetAfter: false });
    default:
      return new RNN(INPUT, HIDDEN, {
        ...options,
        nonlinearity: kind === "rnn-relu" ? "relu" : "tanh",
      });
  }
}
