/**
 * @file The published Seq2SeqLSTM: an encoder LSTM whose last state is all that a decoder LSTM knows.
 * While training, each next input is by chance the true token ("teacher forcing") or the decoder's
 * own. It learns to write six digits in rising order. `nn.Seq2Seq` does the same with any number of
 * layers, attention and beams; here is every step by hand.
 *
 * Prints:
 *   logits [64, 6, 11]
 *   step 1  loss …
 *   step 200  loss …
 *   step 400  loss …
 *   5 2 8 2 0 7 → 0 2 2 5 7 8
 *   at least 90 % of digits right on its own: true (…)
 */

import {
  accuracy,
  clipGradNorm,
  crossEntropy,
  manualSeed,
  nn,
  noGrad,
  optim,
  RandomGenerator,
  stack,
  tensor,
  type Tensor,
} from "unrolled";

class Seq2SeqLSTM extends nn.Module {
  readonly encoderEmbedding: nn.Embedding;
  readonly decoderEmbedding: nn.Embedding;
  readonly encoder: nn.LSTM;
  readonly decoder: nn.LSTM;
  readonly fc: nn.Linear;

  constructor(inputVocab: number, outputVocab: number, embeddingDim: number, hiddenSize: number) {
    super();
    this.encoderEmbedding = new nn.Embedding(inputVocab, embeddingDim);
    this.decoderEmbedding = new nn.Embedding(outputVocab, embeddingDim);
    this.encoder = new nn.LSTM(embeddingDim, hiddenSize, { batchFirst: true });
    this.decoder = new nn.LSTM(embeddingDim, hiddenSize, { batchFirst: true });
    this.fc = new nn.Linear(hiddenSize, outputVocab);
  }

  /** source [batch, src] and target [batch, tgt] → logits [batch, tgt, outputVocab] */
  forward(source: Tensor, target: Tensor, teacherForcingRatio = 0.5): Tensor {
    let [, state] = this.encoder.forward(this.encoderEmbedding.forward(source));
    const [batch, tgt] = target.shape;
    let token = tensor(new Int32Array(batch).fill(START)); // [batch]
    const logits: Tensor[] = [];
    for (let t = 0; t < tgt; t++) {
      const x = this.decoderEmbedding.forward(token.unsqueeze(1)); // [batch, 1, embeddingDim]
      const [output, next] = this.decoder.forward(x, state); //       [batch, 1, hiddenSize]
      const scores = this.fc.forward(output.squeeze(1)); //           [batch, outputVocab]
      const isForced = generator.random() < teacherForcingRatio;
      token = isForced ? target.select(1, t) : scores.argmax(-1);
      logits.push(scores);
      state = next;
    }
    return stack(logits, 1);
  }
}

const START = 10; // after the digits 0 to 9
const generator = new RandomGenerator(1);
function batch() {
  const numbers = Array.from({ length: 64 }, () =>
    Array.from({ length: 6 }, () => generator.integer(10)),
  );
  return { source: tensor(numbers), target: tensor(numbers.map((digits) => digits.toSorted())) };
}

manualSeed(1);
const model = new Seq2SeqLSTM(10, 11, 16, 64);
const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 });
const held = batch();
console.log(`logits [${model.forward(held.source, held.target).shape.join(", ")}]`);
for (let step = 1; step <= 400; step++) {
  const { source, target } = batch();
  const loss = crossEntropy(model.forward(source, target).flatten(0, 1), target.flatten());
  optimizer.zeroGrad();
  loss.backward();
  clipGradNorm(model.parameters(), 1);
  optimizer.step();
  if (step === 1 || step % 200 === 0) console.log(`step ${step}  loss ${loss.item().toFixed(3)}`);
}

const sort = (source: Tensor) => noGrad(() => model.forward(source, source, 0)); // its own tokens only
const example = [5, 2, 8, 2, 0, 7];
console.log(
  `${example.join(" ")} → ${sort(tensor([example]))
    .argmax(-1)
    .data.join(" ")}`,
);
const share = accuracy(sort(held.source).flatten(0, 1), held.target.flatten());
console.log(
  `at least 90 % of digits right on its own: ${share >= 0.9} (${(100 * share).toFixed(1)} %)`,
);
