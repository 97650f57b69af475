/**
 * @file A symbol, a wait, a question: the smallest task that needs a memory.
 */

import { accuracy, crossEntropy, nn, noGrad, optim, tensor } from "unrolled";
import type { RandomGenerator, Tensor } from "unrolled";

type Layer = nn.RNN | nn.GRU | nn.LSTM;

export interface RecallOptions {
  /** Steps from the symbol to the question. */
  lag: number;
  numUpdates: number;
  generator: RandomGenerator;
}

/**
 * Trains a layer, and a head on its last state, to say which symbol came first, out of half of its
 * inputs; in between come symbols of the other half. Gates start by the chrono initialisation
 * (Tallec and Ollivier 2018). Yields
 * after every 5 updates, the last time with the success on 500 sequences that it has not seen.
 */
export function* learnToRecall(
  layer: Layer,
  { lag, numUpdates, generator }: RecallOptions,
): Generator<{ share: number; success: number }, void, void> {
  const numClasses = Math.floor(layer.inputSize / 2);
  const head = new nn.Linear(layer.hiddenSize, numClasses, { generator });
  // Without it the gates forget in a few steps, and 40 are too many to learn anything over (4B).
  if (!(layer instanceof nn.RNN)) nn.initialize(layer, { chrono: lag + 1 }, { generator });

  const parameters = [...layer.parameters(), ...head.parameters()];
  const optimizer = new optim.Adam(parameters, { lr: 1e-2 });
  const answer = (x: Tensor) => head.forward(layer.forward(x)[0].select(1, -1)); // [batch, numClasses]
  const successOn = (batch: number) => {
    const { x, symbols } = sequences(batch, layer.inputSize, lag, generator);
    return accuracy(
      noGrad(() => answer(x)),
      symbols,
    );
  };

  for (let update = 1; update <= numUpdates; update++) {
    const { x, symbols } = sequences(32, layer.inputSize, lag, generator);
    const loss = crossEntropy(answer(x), symbols);
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(parameters, 1);
    optimizer.step();
    const isLast = update === numUpdates;
    if (isLast || update % 5 === 0) {
      yield { share: update / numUpdates, success: successOn(isLast ? 500 : 50) };
    }
  }
}

/** x [batch, lag + 1, size], one-hot; the first symbol is from the first half, all others are not. */
function sequences(batch: number, size: number, lag: number, generator: RandomGenerator) {
  const numClasses = Math.floor(size / 2);
  const x = new Float32Array(batch * (lag + 1) * size);
  const symbols = Int32Array.from({ length: batch }, () => generator.integer(numClasses));
  symbols.forEach((symbol, b) => {
    const from = b * (lag + 1) * size;
    x[from + symbol] = 1;
    for (let t = 1; t <= lag; t++) {
      x[from + t * size + numClasses + generator.integer(size - numClasses)] = 1;
    }
  });
  return { x: tensor(x, { shape: [batch, lag + 1, size] }), symbols: tensor(symbols) };
}
