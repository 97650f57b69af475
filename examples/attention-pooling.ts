/**
 * @file Attention pooling: instead of the last state, a weighted mean of all of them, with weights
 * that are learned and sum to one. Somewhere in 40 letters stands a digit, and which one is the
 * question. The weights peak where it stands.
 *
 * Prints:
 *   unseen sequences: at least 98 % right: true (…)
 *   the weights of each sum to one: true
 *   the largest is on the digit in at least 85 % of them: true (…)
 */

import {
  accuracy,
  manualSeed,
  nn,
  noGrad,
  optim,
  RandomGenerator,
  tensor,
  type Tensor,
} from "unrolled";

class AttentionPooling extends nn.Module {
  readonly attention: nn.Linear;

  constructor(hiddenSize: number) {
    super();
    this.attention = new nn.Linear(hiddenSize, 1);
  }

  /** output [batch, seq, hiddenSize] → context [batch, hiddenSize] and weights [batch, seq] */
  forward(output: Tensor): [context: Tensor, weights: Tensor] {
    const weights = this.attention.forward(output).squeeze(-1).softmax(-1);
    return [weights.unsqueeze(1).matmul(output).squeeze(1), weights];
  }
}

class AttentionLSTM extends nn.Module {
  readonly embedding: nn.Embedding;
  readonly lstm: nn.LSTM;
  readonly pooling: AttentionPooling;
  readonly fc: nn.Linear;

  constructor(vocabSize: number, embeddingDim: number, hiddenSize: number, numClasses: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, embeddingDim);
    this.lstm = new nn.LSTM(embeddingDim, hiddenSize, { batchFirst: true, bidirectional: true });
    this.pooling = new AttentionPooling(2 * hiddenSize);
    this.fc = new nn.Linear(2 * hiddenSize, numClasses);
  }

  forward(ids: Tensor): [logits: Tensor, weights: Tensor] {
    const [output] = this.lstm.forward(this.embedding.forward(ids)); // [batch, seq, 2·hiddenSize]
    const [context, weights] = this.pooling.forward(output);
    return [this.fc.forward(context), weights];
  }
}

const [LETTERS, DIGITS, SEQ] = [26, 10, 40];
const generator = new RandomGenerator(1);
function batch(size: number) {
  const targets = Int32Array.from({ length: size }, () => generator.integer(DIGITS));
  const places = Int32Array.from({ length: size }, () => generator.integer(SEQ));
  const ids = Int32Array.from({ length: size * SEQ }, () => generator.integer(LETTERS));
  targets.forEach((digit, row) => (ids[row * SEQ + places[row]] = LETTERS + digit));
  return { ids: tensor(ids, { shape: [size, SEQ] }), targets: tensor(targets), places };
}

manualSeed(1);
const model = new AttentionLSTM(LETTERS + DIGITS, 16, 32, DIGITS);
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
for (let step = 0; step < 500; step++) {
  const { ids, targets } = batch(32);
  const [logits] = model.forward(ids);
  const loss = nn.crossEntropy(logits, targets);
  optimizer.zeroGrad();
  loss.backward();
  nn.utils.clipGradNorm(model.parameters(), 1);
  optimizer.step();
}

const { ids, targets, places } = batch(500);
const [logits, weights] = noGrad(() => model.forward(ids));
const right = accuracy(logits, targets);
const sums = Array.from(weights.sum(1).data);
const peaks = weights.argmax(1).data;
const peaked = places.filter((place, row) => peaks[row] === place).length / places.length;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`unseen sequences: at least 98 % right: ${right >= 0.98} (${percent(right)})`);
console.log(`the weights of each sum to one: ${sums.every((sum) => Math.abs(sum - 1) < 1e-5)}`);
console.log(
  `the largest is on the digit in at least 85 % of them: ${peaked >= 0.85} (${percent(peaked)})`,
);
