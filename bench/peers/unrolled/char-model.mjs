/**
 * @file The character model: one optimizer step.
 */

import { AdamW, crossEntropy, nn, tensor } from "unrolled";
import { charBatchOf, charWeightsOf, lossesOf } from "../../work.mjs";

class CharModel extends nn.Module {
  constructor({ vocabulary, embeddingDim, hiddenSize, numLayers }) {
    super();
    this.embedding = new nn.Embedding(vocabulary, embeddingDim);
    this.lstm = new nn.LSTM(embeddingDim, hiddenSize, { numLayers, batchFirst: true });
    this.head = new nn.Linear(hiddenSize, vocabulary);
  }

  forward(ids) {
    const x = this.embedding.forward(ids); //  [batch, seq] → [batch, seq, embeddingDim]
    const [output] = this.lstm.forward(x); //  [batch, seq, hiddenSize]
    return this.head.forward(output); //       [batch, seq, vocabulary]
  }
}

export function prepareCharModel(work) {
  const { batch, seq, vocabulary } = work;
  const model = new CharModel(work);
  const weights = Object.entries(charWeightsOf(work)).map(([name, { shape, values }]) => [
    name,
    tensor(values, { shape }),
  ]);
  model.loadStateDict(Object.fromEntries(weights));

  const parameters = model.parameters();
  const optimizer = new AdamW(parameters, { lr: 1e-3 });
  const characters = charBatchOf(work);
  const ids = tensor(characters.ids, { shape: [batch, seq] });
  const targets = tensor(characters.targets);

  const body = () => {
    const logits = model.forward(ids).reshape([batch * seq, vocabulary]);
    const loss = crossEntropy(logits, targets);
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(parameters, 1);
    optimizer.step();
    return loss.item();
  };
  return { body, check: lossesOf(body) };
}
