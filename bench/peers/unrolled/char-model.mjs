/**
 * @file The character model: one optimizer step.
 */

import { AdamW, crossEntropy, nn, tensor } from "unrolled";
import { numbers } from "../../work.mjs";

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
  const { batch, seq, vocabulary, hiddenSize } = work;
  const model = new CharModel(work);
  const bound = 1 / Math.sqrt(hiddenSize);
  const weights = Array.from(model.namedParameters(), ([key, { shape, size }], i) => [
    key,
    tensor(numbers(size, 100 + i, bound), { shape }),
  ]);
  model.loadStateDict(Object.fromEntries(weights));

  const parameters = model.parameters();
  const optimizer = new AdamW(parameters, { lr: 1e-3 });
  const ids = tensor(idsOf(batch * seq, 50, vocabulary), { shape: [batch, seq] });
  const targets = tensor(idsOf(batch * seq, 51, vocabulary));

  const body = () => {
    const logits = model.forward(ids).reshape([batch * seq, vocabulary]);
    const loss = crossEntropy(logits, targets);
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(parameters, 1);
    optimizer.step();
    return loss.item();
  };
  // The second loss has gone through the optimizer once.
  return { body, check: () => ({ losses: Float32Array.of(body(), body()) }) };
}

function idsOf(length, seed, vocabulary) {
  return Int32Array.from(numbers(length, seed, 0.5), (x) => Math.floor((x + 0.5) * vocabulary));
}
