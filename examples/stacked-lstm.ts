/**
 * @file Three LSTMs on top of one another: each reads what the one below shows at every step. The
 * layer with `numLayers: 3` is exactly that, as the same weights in three layers of their own say;
 * dropout 0.3 acts between them in training, and nowhere along time.
 *
 * Prints:
 *   output [4, 20, 32], hN [3, 4, 32], cN [3, 4, 32]
 *   layer 0 reads 16 features: 6,400 parameters
 *   layer 1 reads 32 features: 8,448 parameters
 *   layer 2 reads 32 features: 8,448 parameters
 *   the last row of hN is the end of the output: true
 *   three layers by hand give the same: true
 *   in training, dropout changes the output: true
 */

import { manualSeed, nn, noGrad, randn, type Tensor } from "unrolled";

manualSeed(1);
const stacked = new nn.LSTM(16, 32, { numLayers: 3, dropout: 0.3, batchFirst: true });
const x = randn([4, 20, 16]); // [batch, seq, inputSize]

stacked.eval();
const [output, [hN, cN]] = noGrad(() => stacked.forward(x));
const shapes = { output, hN, cN };
console.log(
  Object.entries(shapes)
    .map(([name, { shape }]) => `${name} [${shape.join(", ")}]`)
    .join(", "),
);

// By hand: one LSTM for each layer, with its part of the weights.
let below = x;
for (let k = 0; k < 3; k++) {
  const layer = new nn.LSTM(below.shape[2], 32, { batchFirst: true });
  const own = Object.entries(stacked.stateDict()).filter(([key]) => key.endsWith(`_l${k}`));
  const renamed = own.map(([key, weight]) => [key.replace(`_l${k}`, "_l0"), weight] as const);
  layer.loadStateDict(Object.fromEntries(renamed));
  const parameters = layer.numParameters().toLocaleString("en");
  console.log(`layer ${k} reads ${layer.inputSize} features: ${parameters} parameters`);
  [below] = noGrad(() => layer.forward(below)); // [batch, seq, 32]
}

const isSame = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item() < 1e-6;
const end = output.select(1, -1); // [batch, hiddenSize]
console.log(`the last row of hN is the end of the output: ${isSame(hN.select(0, -1), end)}`);
console.log(`three layers by hand give the same: ${isSame(below, output)}`);

stacked.train();
const [dropped] = noGrad(() => stacked.forward(x));
console.log(`in training, dropout changes the output: ${!isSame(dropped, output)}`);
