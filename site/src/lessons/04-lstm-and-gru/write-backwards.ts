/**
 * @file Six digits in, the same digits backwards out: an LSTM that reads, an LSTM that writes, and
 * attention from one to the other.
 */

import { accuracy, crossEntropy, nn, noGrad, optim, tensor } from "unrolled";
import type { RandomGenerator } from "unrolled";

export const LENGTH = 6;
const START = 10; // after the digits 0 to 9
const EVERY = 5;

export interface WriterReport {
  share: number;
  /** Share of digits of unseen numbers that are right, each written after the right ones before it. */
  success: number;
  /** Share of written digits whose largest weight is where the digit stands. */
  onDiagonal: number;
  sumError: number;
  /** For one number: `weights[written][read]`. */
  example: { digits: number[]; weights: number[][] };
}

/** Trains the pair; reports on 50 unseen numbers while it does, and on 200 at the end. */
export function* learnToWriteBackwards(
  numUpdates: number,
  generator: RandomGenerator,
): Generator<WriterReport, void, void> {
  const encoder = new nn.Seq2SeqEncoder(10, 16, 24, { cell: "lstm", bidirectional: true });
  const decoder = new nn.Seq2SeqDecoder(11, 16, 48, {
    cell: "lstm",
    attention: "general",
    memorySize: encoder.outputSize,
  });
  const model = new nn.Seq2Seq(encoder, decoder);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: numUpdates });
  for (let update = 1; update <= numUpdates; update++) {
    const { source, inputs, targets } = numbers(32, generator);
    const { logits } = model.forward(source, inputs);
    const loss = crossEntropy(logits.flatten(0, 1), targets.flatten());
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
    const isLast = update === numUpdates;
    if (isLast || update % EVERY === 0) {
      model.eval();
      const report = noGrad(() => reportOn(model, numbers(isLast ? 200 : 50, generator)));
      yield { share: update / numUpdates, ...report };
      model.train();
    }
  }
}

function numbers(batch: number, generator: RandomGenerator) {
  const rows = Array.from({ length: batch }, () =>
    Array.from({ length: LENGTH }, () => generator.integer(10)),
  );
  const backwards = rows.map((digits) => digits.toReversed());
  const ids = (values: number[][]) => tensor(values, { dtype: "int32" });
  return {
    rows,
    source: ids(rows), //                                                     [batch, 6]
    inputs: ids(backwards.map((digits) => [START, ...digits.slice(0, -1)])), // teacher forcing
    targets: ids(backwards),
  };
}

function reportOn(
  model: nn.Seq2Seq,
  { rows, source, inputs, targets }: ReturnType<typeof numbers>,
): Omit<WriterReport, "share"> {
  const { logits, weights } = model.forward(source, inputs);
  const peaks = weights!.argmax(-1).data; // [batch, written]
  const isOnDiagonal = Array.from(peaks, (place, at) => place === LENGTH - 1 - (at % LENGTH));
  return {
    success: accuracy(logits.flatten(0, 1), targets.flatten()),
    onDiagonal: isOnDiagonal.filter(Boolean).length / isOnDiagonal.length,
    sumError: weights!.sum(-1).sub(1).abs().max().item(),
    example: { digits: rows[0], weights: weights!.select(0, 0).toArray() as number[][] },
  };
}
