/**
 * @file The published TextRNN: vocabulary 10,000 → embedding 128 → bidirectional RNN 256 → classes,
 * on a batch of 32 texts of 50 words. The label says whether one of ten rare words occurs.
 *
 * Prints:
 *   ids [32, 50] → logits [32, 2]
 *   step 1  loss …
 *   step 20  loss …
 *   step 40  loss …
 *   step 60  loss …
 *   accuracy on the batch 1.00
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

class TextRNN extends nn.Module {
  readonly embedding: nn.Embedding;
  readonly rnn: nn.RNN;
  readonly fc: nn.Linear;

  constructor(vocabSize: number, embeddingDim: number, hiddenSize: number, numClasses: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, embeddingDim);
    this.rnn = new nn.RNN(embeddingDim, hiddenSize, { batchFirst: true, bidirectional: true });
    this.fc = new nn.Linear(2 * hiddenSize, numClasses);
  }

  forward(ids: Tensor): Tensor {
    const x = this.embedding.forward(ids); //    [batch, seq, embeddingDim]
    const [output] = this.rnn.forward(x); //     [batch, seq, 2·hiddenSize]
    return this.fc.forward(output.mean(1)); //   mean over time: [batch, numClasses]
  }
}

const generator = new RandomGenerator(3);
const words = Int32Array.from({ length: 32 * 50 }, () => 10 + generator.integer(9990));
const labels = Int32Array.from({ length: 32 }, (_, i) => i % 2);
for (let i = 1; i < 32; i += 2) words[i * 50 + generator.integer(50)] = generator.integer(10);
const ids = tensor(words, { shape: [32, 50] });
const targets = tensor(labels);

manualSeed(1);
const model = new TextRNN(10_000, 128, 256, 2);
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });

const logits = model.forward(ids);
console.log(`ids [${ids.shape.join(", ")}] → logits [${logits.shape.join(", ")}]`);
for (let step = 1; step <= 60; step++) {
  const loss = nn.crossEntropy(model.forward(ids), targets);
  optimizer.zeroGrad();
  loss.backward();
  nn.utils.clipGradNorm(model.parameters(), 1);
  optimizer.step();
  if (step === 1 || step % 20 === 0) console.log(`step ${step}  loss ${loss.item().toFixed(3)}`);
}
const trained = noGrad(() => model.forward(ids));
console.log(`accuracy on the batch ${accuracy(trained, targets).toFixed(2)}`);
