/**
 * @file The adding problem: two of 21 numbers are marked, the first up to 20 steps before the end,
 * where the network says their sum. Without memory nothing beats always answering 1.
 *
 * Prints:
 *
 *   without memory  0.167
 *   step 0  error …  solved …
 *   step 250  error 0.1…  solved 1… %
 *   step 500  error 0.0…  solved …
 *   step 750  error 0.00…  solved …
 *   step 1000  error 0.00…  solved …
 */

import {
  addingProblem,
  initialize,
  Linear,
  LSTM,
  manualSeed,
  Module,
  mseLoss,
  noGrad,
} from "unrolled";
import { Adam, RandomGenerator, type Tensor } from "unrolled";

class Adder extends Module {
  readonly lstm = new LSTM(2, 32, { batchFirst: true });
  readonly head = new Linear(32, 1);

  forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(x); //       [batch, seq, 2] → [batch, seq, 32]
    return this.head.forward(output.select(1, -1)); // the last step: [batch, 1]
  }
}

manualSeed(1);
const task = addingProblem({ lag: 20 });
const model = new Adder();
initialize(model, { forgetBias: 1 }); // remembers from the start
const optimizer = new Adam(model.parameters(), { lr: 0.01 });

const training = new RandomGenerator(1);
const test = task.batch(1000, new RandomGenerator(2));
console.log(`without memory  ${task.baseline.score.toFixed(3)}`);

for (let step = 0; step <= 1000; step++) {
  if (step % 250 === 0) {
    const predictions = noGrad(() => model.forward(test.input));
    const error = mseLoss(predictions, test.targets).item();
    const solved = task.successRate(predictions, test.targets);
    console.log(`step ${step}  error ${error.toFixed(3)}  solved ${(100 * solved).toFixed(0)} %`);
  }
  const { input, targets } = task.batch(32, training);
  const loss = mseLoss(model.forward(input), targets);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}
