/**
 * @file 2F. Truncated backpropagation through time: the loss sees K steps back, the cue stands L
 * steps before the answer is due.
 *
 *   x₁ = cue,  x₂ … x_L = noise,  and after step L the network has to name x₁
 *
 * All L steps are computed; the state before the last K is detached, as a training loop does where
 * one window ends and the next begins. So the cue is inside the window exactly where K ≥ L.
 */

import { manualSeed, nn, noGrad, optim, RandomGenerator, tensor, withEngine } from "unrolled";
import type { Tensor } from "unrolled";
import { CELLS, recurrentLayer, type Cell } from "../../experiments/classifier.ts";
import { defineExperiment, type Claim, type Findings } from "../../experiments/experiment.ts";

const WINDOWS = [2, 4, 8, 12, 16];
const LAGS = [4, 8, 12, 16];
const MAX_LAG = 24;

/** With two cues an untrained network's echo of them is often enough; with eight, seldom. */
const CUES = 8;
/** The cues, and eight tokens that mean nothing. */
const VOCAB = CUES + 8;
const EMBEDDING = 8;
const HIDDEN = 16;
const BATCH = 32;
const STEPS = 300;
/** From here on a cue counts as learned. */
const LEARNED = 0.95;

export const experiment = defineExperiment({
  id: "2F",
  title: "Truncated backpropagation: window against lag",
  knobs: {
    cell: { kind: "choice", label: "cell", options: CELLS, default: "gru" },
    K: { kind: "number", label: "window K", min: 1, max: MAX_LAG, step: 1, default: 8, live: true },
    L: { kind: "number", label: "lag L", min: 2, max: MAX_LAG, step: 1, default: 16, live: true },
  },
  prediction: {
    question:
      "The state is carried from window to window, so it can hold the cue. Only the gradient is cut, after K = 8 steps. The cue stands L = 16 steps back. Will the network learn to use it?",
    answers: [
      {
        text: "Not reliably: nothing tells it to keep the cue",
        isRight: true,
        feedback:
          "The gradient with respect to everything before the window is exactly 0. A state that kept the cue would be rewarded, but no gradient says in which direction to look for it.",
      },
      {
        text: "Yes: the state is carried, and that is all that a memory needs",
        isRight: false,
        feedback:
          "Carried it is. But which weights make it hold a cue is learned by the gradient, and that ends at the window's edge.",
      },
      {
        text: "Yes, but twice as slowly",
        isRight: false,
        feedback: "Zero times any number of steps is still zero.",
      },
    ],
  },
  expected:
    "The gradient beyond K steps is exactly 0. Where K ≥ L the cue is learned, every time. Where K < L it is not reliably: what is right there comes from an echo of the cue that no gradient has asked for.",
  otherwise:
    "A gradient beyond the window would mean that detach() does not cut; success everywhere, that the cue leaks into the noise.",

  async *run(settings, lab) {
    const cell = settings.cell as Cell;
    const accuracies: number[][] = WINDOWS.map(() => []);
    const claims: Claim[] = [];
    const learned = (counts: (k: number, l: number) => boolean) => {
      const found = WINDOWS.flatMap((k, i) => accuracies[i].filter((_, j) => counts(k, LAGS[j])));
      const good = found.filter((accuracy) => accuracy >= LEARNED).length;
      return { share: good / found.length, says: `${good} of ${found.length}` };
    };
    const respond = ({ K, L }: { K: number; L: number }): Findings => {
      const done = accuracies.flat().length / (WINDOWS.length * LAGS.length);
      const lengths = withEngine("reference", () => gradientLengths(cell, K, L, settings.seed));
      const reach = Math.min(K, L);
      return {
        progress: done,
        summary:
          `A window of ${K} against a lag of ${L}: ` +
          (K >= L
            ? `the gradient reaches the cue, with length ${lengths[0].toExponential(1)}.`
            : `the gradient ends ${reach} steps back; the cue gets exactly ${lengths[0]}.`) +
          (done < 1
            ? ` ${accuracies.flat().length} of ${WINDOWS.length * LAGS.length} pairs are trained.`
            : ` Cues learned: ${learned((k, l) => k >= l).says} of the pairs with K ≥ L, ${learned((k, l) => k < l).says} of those with K < L.`),
        plots: [
          {
            kind: "bars",
            title: `How much of the loss's gradient reaches each input, K = ${K}, L = ${L}`,
            y: { label: "‖∂L/∂xₜ‖" },
            bars: lengths.map((value, i) => ({
              name: i === 0 ? "1 (cue)" : String(i + 1),
              role: i < L - reach ? "neutral" : cell,
              value,
            })),
          },
          {
            kind: "heat-map",
            title: "Share of cues named rightly after training",
            rows: WINDOWS.map(String),
            columns: LAGS.map(String),
            values: WINDOWS.map((_, k) => LAGS.map((_, l) => accuracies[k][l] ?? 1 / CUES)),
            domain: [1 / CUES, 1],
            rowLabel: "window K",
            columnLabel: "lag L",
          },
        ],
        tables: [],
        claims,
      };
    };
    lab.answer(respond);
    yield respond(settings);

    for (const [k, window] of WINDOWS.entries()) {
      for (const lag of LAGS) {
        const training = train(cell, window, lag, settings.seed);
        for (const accuracy of training) {
          if (accuracy === null) yield respond(settings);
          else accuracies[k].push(accuracy);
        }
      }
    }

    const lengths = withEngine("reference", () =>
      WINDOWS.map((K) => gradientLengths(cell, K, MAX_LAG, settings.seed)),
    );
    claims.push(
      {
        says: "the longest gradient beyond the window",
        observed: Math.max(...lengths.flatMap((it, k) => it.slice(0, -WINDOWS[k]))),
        expected: [0, 0],
      },
      {
        says: "the shortest gradient within the window, which is above 0",
        observed: Math.min(...lengths.flatMap((it, k) => it.slice(-WINDOWS[k]))),
        expected: [Number.MIN_VALUE, 1],
      },
    );
    // A plain RNN and an LSTM do not always learn the longest lags in so short a training.
    if (cell === "gru") {
      const within = learned((k, l) => k >= l);
      const beyond = learned((k, l) => k < l);
      claims.push(
        // Seeds 1–8: accuracy 1.00 for every pair.
        { says: "share learned of the pairs with K ≥ L", observed: within.share, expected: [1, 1] },
        // Seeds 1–8: 1 of 10 in three of them, else none; accuracy 0.42 to 0.75 in the mean.
        { says: "share learned of those with K < L", observed: beyond.share, expected: [0, 0.3] },
      );
    }
    yield respond(settings);
  },
});

class Rememberer extends nn.Module {
  readonly embedding = new nn.Embedding(VOCAB, EMBEDDING);
  readonly layer: nn.RNN | nn.LSTM | nn.GRU;
  readonly head = new nn.Linear(HIDDEN, CUES);

  constructor(cell: Cell) {
    super();
    this.layer = recurrentLayer(cell, EMBEDDING, HIDDEN);
    // Memory is what training begins with: chapter 4. Without it, 300 steps are often too few.
    if (cell === "gru") nn.initialize(this.layer, { updateBias: 1 });
    if (cell === "lstm") nn.initialize(this.layer, { forgetBias: 1 });
  }

  /** x [batch, lag, EMBEDDING] gives logits [batch, CUES]; the gradient goes `window` steps back. */
  read(x: Tensor, window: number): Tensor {
    const lag = x.shape[1];
    const cut = Math.max(0, lag - window);
    const state = cut === 0 ? null : noGrad(() => this.#after(x.slice(1, 0, cut), null));
    const h = this.#after(x.slice(1, cut), state)[0]; // [1, batch, HIDDEN]
    return this.head.forward(h.select(0, -1));
  }

  /** The state after the steps of x: h, and the LSTM's c. Made without recording, it is detached. */
  #after(x: Tensor, state: Tensor[] | null): Tensor[] {
    if (this.layer instanceof nn.LSTM) {
      return this.layer.forward(x, state && [state[0], state[1]])[1];
    }
    return [this.layer.forward(x, state?.[0])[1]];
  }
}

function batchOf(size: number, lag: number, generator: RandomGenerator) {
  const targets = Int32Array.from({ length: size }, () => generator.integer(CUES));
  const ids = Int32Array.from({ length: size * lag }, (_, i) =>
    i % lag === 0 ? targets[i / lag] : CUES + generator.integer(VOCAB - CUES),
  );
  return { ids: tensor(ids, { shape: [size, lag] }), targets: tensor(targets) };
}

/** Yields null now and then, and at last the accuracy on sequences that it has not seen. */
function* train(cell: Cell, window: number, lag: number, seed: number) {
  manualSeed(seed);
  const generator = new RandomGenerator(seed);
  const model = new Rememberer(cell);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  for (let step = 1; step <= STEPS; step++) {
    const { ids, targets } = batchOf(BATCH, lag, generator);
    const loss = nn.crossEntropy(model.read(model.embedding.forward(ids), window), targets);
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    if (step % 100 === 0) yield null;
  }
  const { ids, targets } = batchOf(400, lag, generator);
  const found = noGrad(() => model.read(model.embedding.forward(ids), window).argmax(-1).data);
  yield targets.data.filter((target, i) => target === found[i]).length / found.length;
}

/** ‖∂L/∂xₜ‖ of an untrained network for t = 1 … L, over one batch. */
function gradientLengths(cell: Cell, window: number, lag: number, seed: number): number[] {
  manualSeed(seed);
  const model = new Rememberer(cell);
  const { ids, targets } = batchOf(BATCH, lag, new RandomGenerator(seed));
  const x = noGrad(() => model.embedding.forward(ids));
  x.requiresGrad = true;
  nn.crossEntropy(model.read(x, window), targets).backward();
  return Array.from({ length: lag }, (_, t) => Math.hypot(...x.grad!.select(1, t).data));
}
