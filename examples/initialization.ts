/**
 * @file Initial weights, by what they do to a gradient on its way back through 50 steps. Each start is
 * drawn 20 times; the network reads nothing and holds a small state, so that tanh is nearly linear
 * and the recurrent weights alone decide.
 *
 * PyTorch's default draws numbers with variance 1/(3·hiddenSize), which shorten by √3 what passes
 * through them; Xavier's have 1/hiddenSize, and He's 2/hiddenSize, because relu drops half. They keep
 * a length on average. Orthogonal weights and the identity keep every length; behind relu the identity
 * loses only what is negative at the start.
 *
 * Prints:
 *   tanh  PyTorch's default  from 2e-13 to 4e-10
 *   tanh  Xavier             from 3e-1 to 3e+1
 *   tanh  orthogonal         from 1e+0 to 1e+0
 *   relu  PyTorch's default  from 1e-22 to 4e-17
 *   relu  He                 from 8e-3 to 3e+3
 *   relu  orthogonal         from 2e-11 to 8e-6
 *   relu  identity           from 5e-1 to 8e-1
 */

import { manualSeed, nn, randn, zeros, type Tensor, type WeightInit } from "unrolled";

const [HIDDEN, STEPS, DRAWS] = [64, 50, 20];

/** How much longer or shorter the gradient is 50 steps before the end. */
function factor(nonlinearity: "tanh" | "relu", recurrent?: WeightInit): number {
  const rnn = new nn.RNN(1, HIDDEN, { nonlinearity });
  nn.initialize(rnn, recurrent ? { recurrent, bias: 0 } : { bias: 0 });
  const h0 = randn([1, 1, HIDDEN]).mul(0.01).detach();
  h0.requiresGrad = true;
  const [, hN] = rnn.forward(zeros([STEPS, 1, 1]), h0); // [1, 1, HIDDEN]
  const gradient = randn([1, 1, HIDDEN]);
  hN.backward(gradient);
  return length(h0.grad!) / length(gradient);
}

const length = (x: Tensor) => x.pow(2).sum().sqrt().item();

manualSeed(1);
const starts: ["tanh" | "relu", string, WeightInit?][] = [
  ["tanh", "PyTorch's default"],
  ["tanh", "Xavier           ", "xavierUniform"],
  ["tanh", "orthogonal       ", "orthogonal"],
  ["relu", "PyTorch's default"],
  ["relu", "He               ", "kaimingNormal"],
  ["relu", "orthogonal       ", "orthogonal"],
  ["relu", "identity         ", "identity"],
];
for (const [nonlinearity, name, recurrent] of starts) {
  const factors = Array.from({ length: DRAWS }, () => factor(nonlinearity, recurrent));
  const [low, high] = [Math.min(...factors), Math.max(...factors)];
  console.log(`${nonlinearity}  ${name}  from ${low.toExponential(0)} to ${high.toExponential(0)}`);
}
