/**
 * @file The module's own example, as it stands there: embedding → LSTM → linear on the last state.
 * One step of training on random ids shows that every parameter gets a gradient.
 *
 * Prints:
 *   logits [4, 2]
 *   embedding.weight [1000, 64]
 *   lstm.weight_ih_l0 [512, 64]
 *   lstm.weight_hh_l0 [512, 128]
 *   lstm.bias_ih_l0 [512]
 *   lstm.bias_hh_l0 [512]
 *   fc.weight [2, 128]
 *   fc.bias [2]
 *   every parameter has a gradient: true
 */

import { manualSeed, nn, RandomGenerator, tensor, type Tensor } from "unrolled";

class SimpleLSTM extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor(vocabSize: number, embeddingDim: number, hiddenSize: number, outputSize: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, embeddingDim);
    this.lstm = new nn.LSTM(embeddingDim, hiddenSize, { batchFirst: true });
    this.fc = new nn.Linear(hiddenSize, outputSize);
  }

  forward(x: Tensor): Tensor {
    //                                             [batch, seq]
    const embedded = this.embedding.forward(x); // [batch, seq, embeddingDim]
    const [, [hN]] = this.lstm.forward(embedded); // [numLayers, batch, hiddenSize]
    return this.fc.forward(hN.select(0, -1)); //   [batch, outputSize]
  }
}

manualSeed(1);
const generator = new RandomGenerator(1);
const model = new SimpleLSTM(1000, 64, 128, 2);
const ids = tensor(
  Int32Array.from({ length: 4 * 9 }, () => generator.integer(1000)),
  { shape: [4, 9] },
);

const logits = model.forward(ids);
console.log(`logits [${logits.shape.join(", ")}]`);

const loss = new nn.CrossEntropyLoss().forward(logits, tensor([0, 1, 1, 0]));
loss.backward();
for (const [name, parameter] of model.namedParameters()) {
  console.log(`${name} [${parameter.shape.join(", ")}]`);
}
const hasGradient = model.parameters().every(({ grad }) => grad !== null);
console.log(`every parameter has a gradient: ${hasGradient}`);
