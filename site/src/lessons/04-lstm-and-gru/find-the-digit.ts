/**
 * @file Which digit stands among thirty letters? A stack of bidirectional LSTMs, read out by attention
 * pooling or by its last states.
 */

import { accuracy, cat, crossEntropy, nn, noGrad, optim, tensor } from "unrolled";
import type { RandomGenerator, Tensor } from "unrolled";

const [LETTERS, DIGITS] = [26, 10];
export const SEQ = 30;
/** Updates between two reports. */
const EVERY = 5;

export interface FinderOptions {
  numLayers: number;
  dropout: number;
  readout: "attention" | "last states";
}

class DigitFinder extends nn.Module {
  readonly embedding = new nn.Embedding(LETTERS + DIGITS, 12);
  readonly lstm: nn.LSTM;
  readonly pooling: nn.AttentionPooling | null;
  readonly dropout: nn.Dropout;
  readonly fc = new nn.Linear(48, DIGITS);

  constructor({ numLayers, dropout, readout }: FinderOptions) {
    super();
    const between = numLayers > 1 ? dropout : 0; // there is nothing between the layers of one
    const options = { numLayers, dropout: between, bidirectional: true, batchFirst: true };
    this.lstm = new nn.LSTM(12, 24, options);
    this.pooling =
      readout === "attention" ? new nn.AttentionPooling(48, { batchFirst: true }) : null;
    this.dropout = new nn.Dropout(dropout);
  }

  /** ids [batch, seq] → logits [batch, 10], and with attention the weights [batch, seq] */
  forward(ids: Tensor): [logits: Tensor, weights: Tensor | null] {
    const [output, [hN]] = this.lstm.forward(this.embedding.forward(ids)); // [batch, seq, 48]
    if (this.pooling === null) {
      const ends = cat([hN.select(0, -2), hN.select(0, -1)], -1); //          [batch, 48]
      return [this.fc.forward(this.dropout.forward(ends)), null];
    }
    const [context, weights] = this.pooling.forward(output);
    return [this.fc.forward(this.dropout.forward(context)), weights];
  }
}

export interface FinderReport {
  /** Of the updates. */
  share: number;
  /** Share of unseen sequences whose digit is found. */
  success: number;
  /** With attention, about the same sequences. */
  attention: {
    /** Share whose largest weight is on the digit. */
    peaked: number;
    /** The weight on the digit, on average. */
    onDigit: number;
    /** How far the weights of a sequence are from adding up to 1, at most. */
    sumError: number;
    /** A few of them. */
    examples: { digit: number; place: number; weights: number[] }[];
  } | null;
}

/** Trains a finder; reports on 100 unseen sequences while it does, and on 400 at the end. */
export function* learnToFind(
  options: FinderOptions & { numUpdates: number; generator: RandomGenerator },
): Generator<FinderReport, void, void> {
  const { numUpdates, generator } = options;
  const model = new DigitFinder(options);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: numUpdates });
  for (let update = 1; update <= numUpdates; update++) {
    const { ids, digits } = sequences(32, generator);
    const loss = crossEntropy(model.forward(ids)[0], digits);
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
    const isLast = update === numUpdates;
    if (isLast || update % EVERY === 0) {
      model.eval();
      const share = update / numUpdates;
      yield { share, ...noGrad(() => reportOn(model, sequences(isLast ? 400 : 100, generator))) };
      model.train();
    }
  }
}

function sequences(batch: number, generator: RandomGenerator) {
  const ids = Int32Array.from({ length: batch * SEQ }, () => generator.integer(LETTERS));
  const digits = Int32Array.from({ length: batch }, () => generator.integer(DIGITS));
  const places = Int32Array.from({ length: batch }, () => generator.integer(SEQ));
  digits.forEach((digit, b) => (ids[b * SEQ + places[b]] = LETTERS + digit));
  return { ids: tensor(ids, { shape: [batch, SEQ] }), digits: tensor(digits), places };
}

function reportOn(
  model: DigitFinder,
  { ids, digits, places }: ReturnType<typeof sequences>,
): Omit<FinderReport, "share"> {
  const [logits, weights] = model.forward(ids);
  const success = accuracy(logits, digits);
  if (weights === null) return { success, attention: null };

  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const peaks = weights.argmax(1).data;
  const attention = {
    peaked: mean(Array.from(places, (place, b) => Number(peaks[b] === place))),
    onDigit: mean(Array.from(places, (place, b) => weights.data[b * SEQ + place])),
    sumError: weights.sum(1).sub(1).abs().max().item(),
    examples: Array.from({ length: 6 }, (_, b) => ({
      digit: digits.data[b],
      place: places[b],
      weights: [...weights.select(0, b).data],
    })),
  };
  return { success, attention };
}
