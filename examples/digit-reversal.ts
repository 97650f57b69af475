/**
 * @file Many to many, not in step: an encoder reads six to eight digits, a decoder writes them
 * backwards. Attention shows where it looked for each: along the other diagonal.
 *
 * Prints:
 *   step 1  loss …
 *   step 200  loss …
 *   step 400  loss …
 *   step 600  loss …
 *   at least 95 % of unseen numbers reversed without a mistake: true (…)
 *          4     0     7     1     3     5
 *   5 …
 *   3 …
 *   1 …
 *   7 …
 *   0 …
 *   4 …
 *   each was read where it stands: true
 */

import {
  beamSearch,
  clipGradNorm,
  crossEntropy,
  manualSeed,
  nn,
  optim,
  padSequence,
  RandomGenerator,
  tensor,
} from "unrolled";

const [PADDING, START, END, ZERO] = [0, 1, 2, 3]; // the digit d is the id ZERO + d
const VOCAB = ZERO + 10;

function batchOf(numbers: number[][]) {
  const source = padSequence(numbers);
  const target = padSequence(numbers.map((digits) => [START, ...digits.toReversed(), END]));
  return {
    source: tensor(source.ids, { shape: source.shape }), //  [batch, src]
    lengths: source.lengths,
    targets: tensor(target.ids, { shape: target.shape }), // [batch, tgt + 1]
  };
}

const generator = new RandomGenerator(1);
const randomNumber = () =>
  Array.from({ length: 6 + generator.integer(3) }, () => ZERO + generator.integer(10));
const held = Array.from({ length: 500 }, randomNumber);
const isHeld = new Set(held.map(String));

manualSeed(1);
const encoder = new nn.Seq2SeqEncoder(VOCAB, 24, 32, { cell: "gru", bidirectional: true });
const decoder = new nn.Seq2SeqDecoder(VOCAB, 24, 64, {
  cell: "gru",
  attention: "general",
  memorySize: encoder.outputSize,
});
const model = new nn.Seq2Seq(encoder, decoder);
const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 });

for (let step = 1; step <= 600; step++) {
  const numbers = Array.from({ length: 64 }, randomNumber).filter(
    (digits) => !isHeld.has(String(digits)),
  );
  const { source, lengths, targets } = batchOf(numbers);
  const { logits } = model.forward(source, targets.slice(1, 0, -1), { lengths });
  const expected = targets.slice(1, 1).flatten();
  const loss = crossEntropy(logits.flatten(0, 1), expected, { ignoreIndex: PADDING });
  optimizer.zeroGrad();
  loss.backward();
  clipGradNorm(model.parameters(), 1);
  optimizer.step();
  if (step === 1 || step % 200 === 0) console.log(`step ${step}  loss ${loss.item().toFixed(3)}`);
}

function reverse(numbers: number[][]) {
  const { source, lengths } = batchOf(numbers);
  const startTokens = numbers.map(() => START);
  const options = { startTokens, endToken: END, maxLength: 12, beamSize: 3 };
  return beamSearch(model.eval(), model.start(source, { lengths }), options).map(([best]) => best);
}

const right = reverse(held).filter(
  ({ tokens }, i) => String(tokens) === String(held[i].toReversed()),
);
const share = right.length / held.length;
console.log(
  `at least 95 % of unseen numbers reversed without a mistake: ${share >= 0.95} (${(100 * share).toFixed(1)} %)`,
);

const digits = [4, 0, 7, 1, 3, 5];
const [{ tokens, attention }] = reverse([digits.map((digit) => ZERO + digit)]);
console.log(`  ${digits.map((digit) => String(digit).padStart(6)).join("")}`);
tokens.forEach((token, i) => {
  const weights = Array.from(attention![i], (weight) => weight.toFixed(2).padStart(6));
  console.log(`${token - ZERO} ${weights.join("")}`);
});
const places = attention!.map((weights) => weights.indexOf(Math.max(...weights)));
console.log(`each was read where it stands: ${String(places) === "5,4,3,2,1,0"}`);
