/**
 * @file Many to many, not in step: an encoder reads six to eight digits, and only then does a decoder
 * write them backwards. In training the decoder's next input is by chance the true digit (teacher
 * forcing) or its own guess; alone it has only its own.
 */

import { manualSeed, nn, noGrad, optim, padSequence, RandomGenerator, tensor } from "unrolled";
import { inPieces, percent, type Progress, type Variant } from "./2d-variant.ts";

const [PADDING, START, END, ZERO] = [0, 1, 2, 3]; // the digit d is the id ZERO + d
const VOCAB = ZERO + 10;
const HIDDEN = 64;
const STEPS = 720;
const EXAMPLE = "407135";

export function* reversal({ seed, ratio }: { seed: number; ratio: number }): Variant {
  const generator = new RandomGenerator(seed);
  const randomNumber = () =>
    Array.from({ length: 6 + generator.integer(3) }, () => ZERO + generator.integer(10));
  const held = Array.from({ length: 300 }, randomNumber);
  const isHeld = new Set(held.map(String));

  manualSeed(seed);
  const model = new nn.Seq2Seq(
    new nn.Seq2SeqEncoder(VOCAB, 16, HIDDEN),
    new nn.Seq2SeqDecoder(VOCAB, 16, HIDDEN),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 1.5e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: STEPS });
  const curves = { forced: [], free: [], exact: [] } as Record<string, [number, number][]>;
  const measure = (step: number) => {
    const free = compare(model, held, 0);
    curves.forced.push([step, compare(model, held, 1).digits]);
    curves.free.push([step, free.digits]);
    curves.exact.push([step, free.numbers]);
  };
  const last = (name: string) => curves[name].at(-1)![1];
  const now = (progress: number): Progress => ({
    progress,
    score:
      `Unseen numbers reversed without a mistake: ${percent(last("exact"))}. Single digits right: ` +
      `${percent(last("forced"))} forced, ${percent(last("free"))} running free.`,
    plots: [
      {
        kind: "lines",
        title: "Unseen numbers of six to eight digits, reversed",
        x: { label: "training steps", domain: [0, STEPS] },
        y: { label: "share right", domain: [0, 1] },
        series: [
          { name: "digits, forced", role: "neutral", points: curves.forced },
          { name: "digits, running free", role: "lstm", dashed: true, points: curves.free },
          { name: "whole numbers, running free", role: "lstm", points: curves.exact },
        ],
        references: [{ name: "95 %", y: 0.95 }],
      },
    ],
  });

  measure(0);
  yield now(0);
  const training = inPieces(STEPS, STEPS / 72, () => {
    const numbers = Array.from({ length: 64 }, randomNumber).filter(
      (it) => !isHeld.has(String(it)),
    );
    const { source, lengths, targets } = batchOf(numbers);
    const { logits } = model.forward(source, targets.slice(1, 0, -1), {
      lengths,
      teacherForcing: ratio,
      generator,
    });
    const expected = targets.slice(1, 1).flatten();
    const loss = nn.crossEntropy(logits.flatten(0, 1), expected, { ignoreIndex: PADDING });
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
  });
  for (const done of training) {
    if (done % (STEPS / 24) === 0) measure(done);
    if (done < STEPS) yield now(done / STEPS);
  }

  return {
    ...now(1),
    claims: [
      // Seeds 1–10 with ratio 1: 0.980 to 1.000, and 0.021 to 0.028.
      {
        says: "unseen numbers reversed without a mistake",
        observed: last("exact"),
        expected: [ratio === 1 ? 0.95 : 0.8, 1],
      },
      {
        says: "digits right while it learned, forced less free, in the mean",
        observed: mean(curves.forced) - mean(curves.free),
        expected: [0.003, 0.2],
      },
    ],
    answer(input) {
      const text = input.trim() || EXAMPLE;
      const digits = Array.from(text, (digit) => ZERO + Number(digit));
      const title = "Digits in, digits out";
      const columns = ["in", "out, running free", "right"];
      if (!/^\d{1,12}$/.test(text)) {
        return {
          says: `“${text}” is no number of one to twelve digits.`,
          table: { title, columns, rows: [] },
        };
      }
      const found = decode(model, digits);
      const isRight = found === Array.from(text).reverse().join("");
      return {
        says: `${text} becomes ${found}, which is ${isRight ? "right" : "wrong"}.`,
        table: { title, columns, rows: [[text, found, isRight ? "yes" : "no"]] },
      };
    },
  };
}

function mean(curve: readonly [number, number][]): number {
  return curve.reduce((sum, [, share]) => sum + share, 0) / curve.length;
}

function batchOf(numbers: readonly number[][]) {
  const source = padSequence(numbers);
  const target = padSequence(numbers.map((digits) => [START, ...digits.toReversed(), END]));
  return {
    source: tensor(source.ids, { shape: source.shape }), //  [batch, src]
    lengths: source.lengths,
    targets: tensor(target.ids, { shape: target.shape }), // [batch, tgt + 1]
  };
}

/** The share of digits (and ends) that are right, and of whole numbers. */
function compare(model: nn.Seq2Seq, numbers: readonly number[][], teacherForcing: number) {
  const { source, lengths, targets } = batchOf(numbers);
  const { logits } = noGrad(() =>
    model.forward(source, targets.slice(1, 0, -1), { lengths, teacherForcing }),
  );
  const found = logits.argmax(-1).toArray() as number[][];
  const expected = targets.slice(1, 1).toArray() as number[][];
  const rightIn = numbers.map(
    (digits, row) =>
      found[row].filter((id, t) => t <= digits.length && id === expected[row][t]).length,
  );
  const all = numbers.reduce((sum, digits) => sum + digits.length + 1, 0);
  return {
    digits: rightIn.reduce((sum, right) => sum + right, 0) / all,
    numbers:
      rightIn.filter((right, row) => right === numbers[row].length + 1).length / numbers.length,
  };
}

/** What it writes alone, until it says that it is done. */
function decode(model: nn.Seq2Seq, digits: readonly number[]): string {
  return noGrad(() => {
    let state = model.start(tensor([[...digits]]));
    let token = START;
    let text = "";
    while (text.length < 16) {
      const { logProbs, state: next } = model.step(state, tensor([token]));
      state = next;
      token = logProbs.argmax(-1).item();
      if (token === END) break;
      text += token < ZERO ? "?" : String(token - ZERO);
    }
    return text;
  });
}
