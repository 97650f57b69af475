import { describe, expect, test } from "vitest";
import { noGrad } from "../autograd/index.ts";
import { withEngine } from "../backends/index.ts";
import {
  GRU,
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
  RNNCell,
  Seq2Seq,
  Seq2SeqDecoder,
  Seq2SeqEncoder,
  Zoneout,
  type RecurrentLayerOptions,
} from "../nn/index.ts";
import { manualSeed, randn, RandomGenerator, tensor, Tensor, zeros } from "../tensor/index.ts";
import { hiddenStates, recordGates } from "./hidden-states.ts";
import { recordSteps } from "./recording.ts";

const generator = new RandomGenerator(3);
const random = (...shape: number[]) => randn(shape, { generator });

interface SequenceLayer extends Module {
  readonly batchFirst: boolean;
  forward(
    x: Tensor,
    states?: never,
    options?: { lengths?: readonly number[] },
  ): [Tensor, Tensor | readonly Tensor[]];
}

const STACKED = { numLayers: 2, bidirectional: true } satisfies RecurrentLayerOptions;
const LAYERS: [title: string, layer: Module][] = [
  ["RNN", new RNN(3, 5, { generator })],
  ["RNN, relu, two layers, both directions", new RNN(3, 5, { ...STACKED, nonlinearity: "relu" })],
  ["LSTM, two layers, both directions", new LSTM(3, 5, { ...STACKED, generator })],
  ["LSTM with a projection", new LSTM(3, 5, { ...STACKED, projSize: 2, batchFirst: true })],
  ["LSTM without bias, batch first", new LSTM(3, 5, { bias: false, batchFirst: true })],
  ["GRU, two layers, both directions", new GRU(3, 5, { ...STACKED, generator })],
  ["GRU, reset before the product", new GRU(3, 5, { ...STACKED, resetAfter: false })],
  ["MinGRU", new MinGRU(3, 5, { ...STACKED, generator })],
  ["MinGRU, positive", new MinGRU(3, 5, { content: "positive", batchFirst: true })],
  ["MinLSTM", new MinLSTM(3, 5, { ...STACKED, generator })],
  ["MinLSTM, positive", new MinLSTM(3, 5, { content: "positive" })],
  ["PeepholeLSTM", new PeepholeLSTM(3, 5, STACKED)],
  ["LayerNormLSTM", new LayerNormLSTM(3, 5, { numLayers: 2, batchFirst: true })],
  ["Recurrent", new Recurrent((width) => new LSTMCell(width, 5), { ...STACKED, inputSize: 3 })],
];

/** Output, states and every gradient, of a loss that weighs each number differently. */
function everythingOf(layer: SequenceLayer, x: Tensor, lengths: readonly number[] | null) {
  const input = x.detach();
  input.requiresGrad = true;
  layer.zeroGrad();
  const [output, states] = layer.forward(input, undefined, lengths ? { lengths } : {});
  const results = [output, ...[states].flat()] as Tensor[];
  const weighed = results.map((t) => {
    const weights = Float64Array.from({ length: t.size }, (_, i) => 1 + Math.sin(1.7 * i));
    return t.mul(new Tensor(weights, t.shape)).sum();
  });
  weighed.reduce((sum, one) => sum.add(one)).backward();
  const grads = layer.parameters().map(({ grad }) => grad!);
  return [...results, input.grad!, ...grads].map((t) => Array.from(t.storage.array));
}

describe.each(LAYERS)("%s, step by step, is the fused layer", (_, module) => {
  const layer = module as SequenceLayer;
  test.each([null, [7, 2, 4, 7], [3, 3, 6, 1]])("with lengths %j", (lengths) => {
    withEngine("reference", () => {
      const x = layer.batchFirst ? random(4, 7, 3) : random(7, 4, 3);
      const fused = everythingOf(layer, x, lengths);
      const { result, layers } = recordSteps(layer, () => everythingOf(layer, x, lengths));
      expect(layers.length).toBeGreaterThan(0);
      for (const [i, numbers] of fused.entries()) {
        for (const [j, expected] of numbers.entries()) {
          expect(result[i][j]).toBeCloseTo(expected, 10);
        }
      }
    });
  });
});

describe("recordSteps", () => {
  test("notes h, c and gates of an LSTM that follow from one another by the formula", () => {
    const lstm = new LSTM(3, 4, { generator });
    const { result, layers } = recordSteps(lstm, () => lstm.forward(random(5, 2, 3)));
    const [{ steps, name, direction }] = layers;
    expect([name, direction, steps.length]).toEqual(["l0", "forward", 5]);
    for (const { before, state, gates } of steps) {
      const { i, f, g, o } = gates;
      expect(i.value.storage.array).toEqual(i.sum.sigmoid().storage.array);
      expect(g.value.storage.array).toEqual(g.sum.tanh().storage.array);
      const c = f.value.mul(before[1]).add(i.value.mul(g.value));
      expect(state[1].storage.array).toEqual(c.storage.array);
      expect(state[0].storage.array).toEqual(o.value.mul(c.tanh()).storage.array);
    }
    const [output, [, cN]] = result;
    expect(output.select(0, 4).storage.array).toEqual(steps[4].state[0].storage.array);
    expect(cN.storage.array).toEqual(steps[4].state[1].storage.array);
  });

  test("states keep the total derivative: that of h at step t is a finite difference away", () => {
    withEngine("reference", () => {
      const gru = new GRU(3, 4, { generator });
      const x = random(6, 1, 3);
      const lossOf = (run: () => Tensor) => run().sum();
      const { result, layers } = recordSteps(gru, () => lossOf(() => gru.forward(x)[0]));
      result.backward();
      const { steps } = layers[0];
      // From step 2 on, the layer is a function of h₂; the loss counts h₂ itself as well.
      const after = (h: Tensor) =>
        noGrad(() =>
          gru
            .forward(x.slice(0, 3), h.reshape(1, 1, 4))[0]
            .sum()
            .add(h.sum())
            .item(),
        );
      const h2 = steps[2].state[0].detach().clone();
      for (let j = 0; j < 4; j++) {
        const moved = (by: number) => {
          const h = h2.clone();
          h.storage.array[j] += by;
          return after(h);
        };
        const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        expect(steps[2].state[0].grad!.storage.array[j]).toBeCloseTo(slope, 8);
      }
    });
  });

  test("an initial state of zeros has a gradient, too", () => {
    const rnn = new RNN(3, 4, { generator });
    const { result, layers } = recordSteps(rnn, () => rnn.forward(random(5, 2, 3))[0].sum());
    result.backward();
    expect(layers[0].initial[0].grad!.shape).toEqual([2, 4]);
  });

  test("steps given one by one, with their states, are one sequence; separate calls are not", () => {
    const gru = new GRU(3, 4, { numLayers: 2, generator });
    const x = random(5, 2, 3);
    const { result, layers } = recordSteps(gru, () => {
      let h: Tensor | null = null;
      let loss = zeros([]);
      for (const step of x.chunk(5)) {
        const [output, next] = gru.forward(step, h);
        h = next;
        loss = loss.add(output.sum());
      }
      gru.forward(x.slice(0, 0, 2));
      return loss;
    });
    result.backward();
    expect(layers.map(({ name, steps }) => [name, steps.length])).toEqual([
      ["l0", 5],
      ["l1", 5],
      ["l0", 2],
      ["l1", 2],
    ]);
    const whole = recordSteps(gru, () => gru.forward(x)[0].sum());
    whole.result.backward();
    for (const [t, { state }] of layers[0].steps.entries()) {
      const expected = whole.layers[0].steps[t].state[0].grad!.storage.array;
      state[0].grad!.storage.array.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
    }
  });

  test("sees encoder and decoder of a Seq2Seq model, with input feeding one sequence as well", () => {
    const model = new Seq2Seq(
      new Seq2SeqEncoder(9, 3, 4, { bidirectional: true }),
      new Seq2SeqDecoder(7, 3, 8, { attention: "dot", inputFeeding: true, memorySize: 8 }),
    );
    const source = tensor([[1, 2, 3], [4, 5, 0]], { dtype: "int32" }); // prettier-ignore
    const targets = tensor([[1, 2, 3, 4, 5], [1, 2, 3, 4, 0]], { dtype: "int32" }); // prettier-ignore
    const { layers } = recordSteps(model, () =>
      model.forward(source, targets, { lengths: [3, 2] }),
    );
    expect(layers.map(({ name, steps }) => [name, steps.length])).toEqual([
      ["encoder.recurrent.l0", 3],
      ["encoder.recurrent.l0_reverse", 3],
      ["decoder.recurrent.l0", 5],
    ]);
  });

  test("with zoneout, c is what is carried on", () => {
    const cell = new Zoneout(new LSTMCell(3, 4), 0.5, { generator });
    const layer = new Recurrent(cell);
    const { result, layers } = recordSteps(layer, () => layer.forward(random(5, 2, 3)));
    const { steps } = layers[0];
    expect(result[1][1].storage.array).toEqual(steps[4].state[1].storage.array);
    expect(steps[3].state[1].storage.array).toEqual(steps[4].before[1].storage.array);
  });

  test("two cells in one keep their gates apart", () => {
    class Twice extends Module {
      readonly stateSize = 4;
      readonly first = new RNNCell(3, 4);
      readonly second = new RNNCell(4, 4);
      forward(x: Tensor, h: Tensor): Tensor {
        return this.second.forward(this.first.forward(x, h), h);
      }
    }
    const layer = new Recurrent(new Twice());
    const { layers } = recordSteps(layer, () => layer.forward(random(5, 2, 3)));
    expect(Object.keys(layers[0].steps[0].gates)).toEqual(["h", "h2"]);
  });

  test("a model without recurrent layers is refused, and nothing stays switched on", () => {
    const linear = new Linear(3, 2);
    expect(() => recordSteps(linear, () => linear.forward(random(2, 3)))).toThrow(
      /no recurrent layer of Linear ran/,
    );
    const gru = new GRU(3, 4);
    const fail = () => recordSteps(gru, () => gru.forward(random(2, 2, 2)));
    expect(fail).toThrow(/inputSize is 3/);
    expect(gru.forward(random(2, 2, 3))[0].node!.name).toBe("gru");
  });
});

describe("hiddenStates and recordGates", () => {
  test("are the layer's output where it has them, in the batch's order, 0 past the ends", () => {
    const lstm = new LSTM(3, 4, { bidirectional: true, batchFirst: true, generator });
    const x = random(3, 6, 3);
    const lengths = [2, 6, 4];
    const [output, [, cN]] = lstm.forward(x, null, { lengths });
    const [forward, reverse] = hiddenStates(lstm, () => lstm.forward(x, null, { lengths }));
    const both = [forward.h, reverse.h].map((h) => h.transpose(0, 1));
    const close = (a: Tensor, b: Tensor) => expect(a.sub(b).abs().max().item()).toBeLessThan(1e-6);
    close(both[0], output.slice(2, 0, 4));
    close(both[1], output.slice(2, 4, 8));
    expect([...forward.lengths]).toEqual(lengths);
    close(reverse.c!.select(0, 0), cN.select(0, 1));
    lengths.forEach((length, b) =>
      close(forward.c!.select(0, length - 1).select(0, b), cN.select(0, 0).select(0, b)),
    );
  });

  test("run in evaluation mode, leave the modes as they were, and draw no random numbers", () => {
    manualSeed(5);
    const model = new LSTM(3, 4, { numLayers: 2, dropout: 0.5 });
    model.train();
    manualSeed(5);
    const first = hiddenStates(model, random(4, 2, 3));
    expect(model.training).toBe(true);
    expect(first[1].h.requiresGrad).toBe(false);
    const next = randn([1]).item();
    manualSeed(5);
    expect(randn([1]).item()).toBe(next);
  });

  test("gates have their letters and lie where their functions put them", () => {
    const expected = { rnn: "h", gru: "rzn", lstm: "ifgo", mingru: "uv", minlstm: "fiv" };
    const layers = {
      rnn: new RNN(3, 4),
      gru: new GRU(3, 4),
      lstm: new LSTM(3, 4),
      mingru: new MinGRU(3, 4),
      minlstm: new MinLSTM(3, 4),
    };
    for (const [name, layer] of Object.entries(layers)) {
      const [{ gates, sums }] = recordGates(layer, random(5, 2, 3));
      expect(Object.keys(gates).join("")).toBe(expected[name as keyof typeof expected]);
      for (const letter of "ifozru") {
        if (!(letter in gates)) continue;
        expect(gates[letter].storage.array).toEqual(sums[letter].sigmoid().storage.array);
        expect(gates[letter].shape).toEqual([5, 2, 4]);
      }
    }
  });

  test("a model without forward(input) is told to give a function", () => {
    class Odd extends Module {
      readonly gru = new GRU(3, 4);
    }
    expect(() => hiddenStates(new Odd(), random(2, 2, 3))).toThrow(/Give a function/);
  });
});
