/**
 * @file Gradient clipping. A network with relu that starts at the identity passes gradients on
 * unchanged, until the first steps push its weights past 1: then they explode. Trained twice by the
 * same steps of SGD, with the norm of the gradient cut down to 5 and as it is.
 *
 * The task is the adding problem; whoever remembers nothing has a mean squared error of 1/6 = 0.167.
 *
 * Prints:
 *   not clipped   largest norm 1.3e+4  worst loss 8.1e+2  loss in the end 0.15…
 *   clipped at 5  largest norm 3.1e+1  worst loss 2.3e+0  loss in the end 0.10…
 *   clipped, it has learned something: true
 */

import { addingProblem, manualSeed, nn, optim, RandomGenerator } from "unrolled";

const task = addingProblem({ length: 12 });
const STEPS = 1000;

/** The loss over the last 200 steps. */
function train(name: string, maxNorm: number): number {
  manualSeed(1);
  const rnn = new nn.RNN(2, 32, { nonlinearity: "relu", batchFirst: true });
  const head = new nn.Linear(32, 1);
  nn.initialize(rnn, { recurrent: "identity", bias: 0 });
  const parameters = [...rnn.parameters(), ...head.parameters()];
  const optimizer = new optim.SGD(parameters, { lr: 0.05 });

  const generator = new RandomGenerator(1);
  const losses: number[] = [];
  let largest = 0;
  for (let step = 0; step < STEPS; step++) {
    const { input, targets } = task.batch(32, generator); //      [32, 12, 2], [32, 1]
    const [, hN] = rnn.forward(input); //                         [1, 32, 32]
    const loss = nn.mseLoss(head.forward(hN.select(0, -1)), targets);
    optimizer.zeroGrad();
    loss.backward();
    const norm = nn.utils.clipGradNorm(parameters, maxNorm); //   as it was before
    optimizer.step();
    losses.push(loss.item());
    largest = Math.max(largest, norm);
  }
  const end = losses.slice(-200).reduce((sum, loss) => sum + loss, 0) / 200;
  console.log(
    `${name}  largest norm ${largest.toExponential(1)}  ` +
      `worst loss ${Math.max(...losses).toExponential(1)}  loss in the end ${end.toFixed(3)}`,
  );
  return end;
}

train("not clipped ", Infinity);
const clipped = train("clipped at 5", 5);
console.log(`clipped, it has learned something: ${clipped < 0.13}`);
