import { describe, expect, test } from "vitest";
import { RandomGenerator, randn, tensor, zeros, type Tensor } from "../../tensor/index.ts";
import { Module } from "../module.ts";
import { GRU } from "../recurrent/gru.ts";
import type { RecurrentForwardOptions } from "../recurrent/stacked-layer.ts";
import { Seq2SeqDecoder } from "./decoder.ts";
import { Seq2SeqEncoder, type SequenceEncoder } from "./encoder.ts";
import { Seq2Seq } from "./seq2seq.ts";
import { StateBridge } from "./state-bridge.ts";
import { exponential, inverseSigmoid, linear } from "./teacher-forcing.ts";

const source = tensor([
  [1, 2, 3],
  [4, 5, 0],
]);
const inputs = tensor([
  [1, 2],
  [1, 3],
]);

function modelOf(seed: number): Seq2Seq {
  const generator = new RandomGenerator(seed);
  const encoder = new Seq2SeqEncoder(6, 3, 4, { bidirectional: true, numLayers: 2, generator });
  const decoder = new Seq2SeqDecoder(7, 3, 5, {
    numLayers: 2,
    attention: "additive",
    memorySize: encoder.outputSize,
    inputFeeding: true,
    generator,
  });
  return new Seq2Seq(encoder, decoder, { generator });
}

describe("Seq2Seq", () => {
  test("a state dict goes into another model and gives the same numbers", () => {
    const [first, second] = [modelOf(1), modelOf(2)];
    second.loadStateDict(first.stateDict());
    expect(second.forward(source, inputs).logits.toArray()).toEqual(
      first.forward(source, inputs).logits.toArray(),
    );
    expect(Object.keys(first.stateDict()).filter((key) => !key.includes("recurrent"))).toEqual([
      "encoder.embedding.weight",
      "bridge.h.0.weight",
      "bridge.h.0.bias",
      "bridge.h.1.weight",
      "bridge.h.1.bias",
      "bridge.c.0.weight",
      "bridge.c.0.bias",
      "bridge.c.1.weight",
      "bridge.c.1.bias",
      "decoder.embedding.weight",
      "decoder.attention.queryProjection.weight",
      "decoder.attention.keyProjection.weight",
      "decoder.attention.scoreProjection.weight",
      "decoder.combine.weight",
      "decoder.head.weight",
      "decoder.head.bias",
    ]);
  });

  test("the same seed gives the same model", () => {
    expect(modelOf(3).stateDict()).toEqual(modelOf(3).stateDict());
  });

  test("puts a bridge only where the states differ in width", () => {
    const bridgeOf = (encoderSize: number, decoderSize: number, bidirectional: boolean) =>
      new Seq2Seq(
        new Seq2SeqEncoder(6, 3, encoderSize, { bidirectional }),
        new Seq2SeqDecoder(7, 3, decoderSize),
      ).bridge;
    expect(bridgeOf(4, 4, false)).toBeNull();
    expect(bridgeOf(2, 4, true)).toBeNull();
    expect(bridgeOf(4, 4, true)).not.toBeNull();
    expect(bridgeOf(4, 5, false)).not.toBeNull();
  });

  test("places scores these positions alone, as they come out of all", () => {
    const model = modelOf(1);
    const places = Int32Array.of(3, 0);
    const all = model.forward(source, inputs).logits.flatten(0, 1).toArray() as number[][];
    const some = model.forward(source, inputs, { places }).logits;
    expect(some.shape).toEqual([2, 7]);
    for (const [row, place] of places.entries()) {
      const scores = some.select(0, row).toArray() as number[];
      scores.forEach((score, token) => expect(score).toBeCloseTo(all[place][token], 5));
    }
  });

  test.each(["general", null] as const)(
    "with attention %s, a tied head reads and predicts by the same vectors, which learn from both",
    (attention) => {
      const generator = new RandomGenerator(3);
      const encoder = new Seq2SeqEncoder(6, 3, 5, { generator });
      const decoder = new Seq2SeqDecoder(7, 3, 5, { attention, tieHead: true, generator });
      const model = new Seq2Seq(encoder, decoder, { generator });
      expect(decoder.head.weight).toBe(decoder.embedding.weight);
      expect(decoder.combine!.weight.shape).toEqual([3, attention ? 10 : 5]);
      const keys = Object.keys(model.stateDict());
      expect(keys.filter((key) => /embedding|head/.test(key)).slice(1)).toEqual([
        "decoder.embedding.weight",
        "decoder.head.weight",
        "decoder.head.bias",
      ]);

      // Token 6 is predicted only, and token 1 read only, before a loss on token 6 alone.
      const { logits } = model.forward(source, tensor([[1], [1]]));
      logits.select(-1, 6).sum().backward();
      const rows = decoder.embedding.weight.grad!.toArray() as number[][];
      const moved = rows.map((row) => row.some((value) => value !== 0));
      expect(moved).toEqual([false, true, false, false, false, false, true]);
    },
  );

  test("says what does not fit together", () => {
    const encoder = new Seq2SeqEncoder(6, 3, 4, { cell: "gru" });
    expect(() => new Seq2Seq(encoder, new Seq2SeqDecoder(7, 3, 4))).toThrow(
      "Seq2Seq: expected encoder and decoder with the same cell and numLayers, since one begins in the other's states, got gru × 1 and lstm × 1.",
    );
    const decoder = new Seq2SeqDecoder(7, 3, 5, { cell: "gru", attention: "general" });
    expect(() => new Seq2Seq(encoder, decoder)).toThrow(
      "Seq2Seq: expected the decoder's memorySize to be 4, the encoder's outputSize, got 5.",
    );
    expect(() => new Seq2SeqDecoder(7, 3, 5, { inputFeeding: true })).toThrow(
      /got attention null. Choose a score/,
    );
    expect(() => decoder.start([zeros([1, 2, 5])])).toThrow(/the encoder's output, .* got none/);
    expect(() => new Seq2SeqEncoder(7, 3, 5, { cell: "mlp" as "gru" })).toThrow(
      'Seq2SeqEncoder: expected cell "rnn", "lstm" or "gru", got "mlp".',
    );
    expect(() => encoder.forward(tensor([1, 2]))).toThrow(/expected ids \[batch, src\], got \[2\]/);
    expect(() => modelOf(1).forward(source, tensor([1, 2]))).toThrow(/expected ids \[batch, tgt\]/);
    expect(() => modelOf(1).forward(source, inputs, { teacherForcing: 2 })).toThrow(
      /expected teacherForcing to be a probability/,
    );
    expect(() => decoder.step(inputs, decoder.start([zeros([1, 2, 5])], zeros([2, 3, 5])))).toThrow(
      /expected one id for each sequence, \[batch\], got \[2, 2\]/,
    );
    expect(() => new StateBridge(3, 4).forward([zeros([1, 2, 4]), zeros([1, 2, 4])])).toThrow(
      "StateBridge.forward: expected states [1, batch, 3], got [1, 2, 4].",
    );
  });

  test("dropout changes the logits in training, and not after eval()", () => {
    const encoder = new Seq2SeqEncoder(6, 3, 4, { dropout: 0.5 });
    const model = new Seq2Seq(
      encoder,
      new Seq2SeqDecoder(7, 3, 4, { dropout: 0.5, attention: "dot" }),
    );
    const run = () => model.forward(source, inputs).logits.toArray();
    expect(run()).not.toEqual(run());
    model.eval();
    expect(run()).toEqual(run());
  });

  test("an encoder of one's own will do: over features instead of ids", () => {
    class Frames extends Module implements SequenceEncoder {
      readonly cell = "gru";
      readonly numLayers = 1;
      readonly outputSize = 4;
      readonly stateSize = 4;
      readonly gru = new GRU(3, 4, { batchFirst: true });

      forward(frames: Tensor, options?: RecurrentForwardOptions): [Tensor, Tensor[]] {
        const [output, hN] = this.gru.forward(frames, null, options);
        return [output, [hN]];
      }
    }
    const decoder = new Seq2SeqDecoder(7, 3, 4, { cell: "gru", attention: "dot" });
    const model = new Seq2Seq(new Frames(), decoder);
    expect(model.forward(randn([2, 9, 3]), inputs).weights!.shape).toEqual([2, 2, 9]);
  });
});

describe("teacher forcing schedules", () => {
  test("fall as Bengio's formulas say", () => {
    const falling = linear({ from: 0.9, to: 0.1, steps: 10 });
    expect(falling(0)).toBe(0.9);
    expect(falling(5)).toBeCloseTo(0.5, 12);
    expect(falling(10)).toBeCloseTo(0.1, 12);
    expect(falling(99)).toBeCloseTo(0.1, 12);
    expect([0, 1, 10].map(exponential(0.9))).toEqual([1, 0.9, 0.9 ** 10]);
    expect(inverseSigmoid(20)(30)).toBeCloseTo(20 / (20 + Math.exp(1.5)), 12);
    expect(inverseSigmoid(5)(1e6)).toBe(0);
  });

  test("refuse constants that give no ratio", () => {
    expect(() => linear({ from: 1.2, steps: 3 })).toThrow(/from to be a probability/);
    expect(() => linear({ steps: 0 })).toThrow(/steps to be a whole number of at least 1/);
    expect(() => exponential(1)).toThrow(/expected k between 0 and 1, got 1/);
    expect(() => inverseSigmoid(0.5)).toThrow(/expected k to be at least 1, got 0.5/);
  });
});
