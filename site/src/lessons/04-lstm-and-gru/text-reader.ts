/**
 * @file The network of 4C: it reads marked text and says, after each character, which one is next.
 */

import { crossEntropy, nn, noGrad, optim, tensor, withAblation } from "unrolled";
import type { RandomGenerator, Tensor } from "unrolled";
import { ALPHABET, encode, markedText } from "./marked-text.ts";

export const HIDDEN_SIZE = 24;
const [BATCH, SEQ] = [16, 80];
/** Updates between two losses. */
const EVERY = 10;

export class TextReader extends nn.Module {
  readonly embedding = new nn.Embedding(ALPHABET.length, 12);
  readonly lstm = new nn.LSTM(12, HIDDEN_SIZE, { batchFirst: true });
  readonly fc = new nn.Linear(HIDDEN_SIZE, ALPHABET.length);

  constructor() {
    super();
    nn.initialize(this.lstm, { forgetBias: 1 });
  }

  /** ids [batch, seq] → logits of the next character [batch, seq, characters] */
  forward(ids: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(ids));
    return this.fc.forward(output);
  }
}

/** Rows of text, [batch, seq]. */
export function idsOf(texts: readonly string[]): Tensor {
  const ids = Int32Array.from(texts.flatMap((text) => [...encode(text)]));
  return tensor(ids, { shape: [texts.length, texts[0].length] });
}

/** Trains on text that is made as it goes; yields the loss, in nats per character. */
export function* learnToRead(
  model: TextReader,
  numUpdates: number,
  generator: RandomGenerator,
): Generator<{ update: number; loss: number }, void, void> {
  const optimizer = new optim.Adam(model.parameters(), { lr: 2e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: numUpdates });
  for (let update = 1; update <= numUpdates; update++) {
    const ids = idsOf(Array.from({ length: BATCH }, () => markedText(SEQ + 1, generator)));
    const logits = model.forward(ids.slice(1, 0, SEQ));
    const loss = crossEntropy(logits.flatten(0, 1), ids.slice(1, 1).flatten());
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
    if (update % EVERY === 0 || update === numUpdates) yield { update, loss: loss.item() };
  }
}

/**
 * The probability of one character after each character of each text, [batch][seq]; with `without`,
 * that cell is 0 at every step, and so is what it shows.
 */
export function probabilitiesOf(
  model: TextReader,
  texts: readonly string[],
  character: string,
  without: number | null = null,
): number[][] {
  const read = () => noGrad(() => model.forward(idsOf(texts)));
  const logits =
    without === null ? read() : withAblation(model.lstm, { h: [without], c: [without] }, read);
  const id = ALPHABET.indexOf(character);
  return logits.softmax(-1).select(-1, id).toArray() as number[][];
}
