/**
 * @file A detector of gradient problems, and what it misses. The usual one reads the norm of every
 * parameter's gradient after `backward()`. It finds gradients that explode. A gradient that vanishes
 * through time it does not find: each norm is of a sum over all steps, and the last steps fill it.
 * `gradientFlow` takes the sum apart.
 *
 * Prints:
 *   vanishing: none, exploding: none
 *   weight_hh_l0, all steps: 30.7…
 *   the part of the last step: 18.…
 *   the part of the step 50 before: 3e-4
 *   the part of the step 100 before: 2e-8
 *   gradientFlow finds: vanishing, hidden
 *   l0: of a gradient at the last state, …
 *   l0: the gradient of weight_hh_l0 has a norm of 31, which looks healthy, but …
 */

import { gradientFlow, manualSeed, nn, randn, type Tensor } from "unrolled";

/** Which parameters' gradients are too short to learn from, and which too long. */
function detectGradientIssues(model: nn.Module): { vanishing: string[]; exploding: string[] } {
  const issues = { vanishing: [] as string[], exploding: [] as string[] };
  for (const [name, { grad }] of model.namedParameters()) {
    const norm = grad ? grad.pow(2).sum().sqrt().item() : 0;
    if (norm < 1e-6) issues.vanishing.push(name);
    else if (!(norm <= 100)) issues.exploding.push(name); // NaN is not healthy either
  }
  return issues;
}

manualSeed(1);
const rnn = new nn.RNN(8, 32);
nn.initialize(rnn, { recurrent: "orthogonal" });
const input = randn([102, 4, 8]); //                      [seq, batch, inputSize]
const loss = (): Tensor => {
  const [, hN] = rnn.forward(input); //                   [1, batch, 32]
  return hN.pow(2).sum();
};

loss().backward();
const { vanishing, exploding } = detectGradientIssues(rnn);
const names = (found: string[]) => found.join(", ") || "none";
console.log(`vanishing: ${names(vanishing)}, exploding: ${names(exploding)}`);

const { layers, warnings } = gradientFlow(rnn, loss, { precision: "float64" });
const { name, whole, byLag } = layers[0].weights.find(({ name }) => name === "weight_hh_l0")!;
console.log(`${name}, all steps: ${whole.toFixed(2)}`);
console.log(`the part of the last step: ${byLag[0].toFixed(2)}`);
for (const lag of [50, 100]) {
  console.log(`the part of the step ${lag} before: ${byLag[lag].toExponential(0)}`);
}
console.log(`gradientFlow finds: ${warnings.map(({ kind }) => kind).join(", ")}`);
for (const { message } of warnings) console.log(message);
