/**
 * @file A trained model reads a stream, one step at a time, and says after every bit whether the
 * number of ones so far is odd. Half-way its state is kept as bytes; another stream, which could be
 * in another process, goes on from there.
 *
 * Prints:
 *   trained: loss 0.00…
 *   after 500 bits of the stream, right in 500
 *   the state as bytes: …
 *   after 1000 bits, right in 1000
 *   the other stream, from bit 500 on: the same 500 answers
 */

import { createStream, manualSeed, nn, optim, rand, tensor, type Tensor } from "unrolled";

class Parity extends nn.Module {
  readonly gru = new nn.GRU(1, 16, { batchFirst: true });
  readonly head = new nn.Linear(16, 2);

  forward(bits: Tensor): Tensor {
    const [output] = this.gru.forward(bits.float().unsqueeze(-1)); // [batch, seq, 16]
    return this.head.forward(output); //                              [batch, seq, 2]
  }
}

manualSeed(1);
const model = new Parity();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
let loss = 0;
for (let step = 0; step < 400; step++) {
  const bits = rand([32, 10]).ge(0.5); // [batch, seq]
  let odd = 0;
  const targets = Int32Array.from(bits.data, (bit, i) => (odd = i % 10 ? odd ^ bit : bit));
  const error = nn.crossEntropy(model.forward(bits).flatten(0, 1), tensor(targets));
  optimizer.zeroGrad();
  error.backward();
  optimizer.step();
  loss = error.item();
}
console.log(`trained: loss ${loss.toFixed(4)}`);

const bits = Array.from(rand([1000]).ge(0.5).data);
const stream = createStream(model.eval());
const answers: number[] = [];
let odd = 0;
let right = 0;
let kept = stream.state();
for (const [t, bit] of bits.entries()) {
  const logits = stream.step(tensor([bit])); // one bit of one stream [1] → [1, 2]
  answers.push(logits.argmax(-1).item());
  odd ^= bit;
  if (answers[t] === odd) right++;
  if (t + 1 === 500) {
    console.log(`after 500 bits of the stream, right in ${right}`);
    kept = stream.state();
    console.log(`the state as bytes: ${kept.length}`);
  }
}
console.log(`after 1000 bits, right in ${right}`);

const other = createStream(model).restore(kept);
const again = bits.slice(500).map((bit) =>
  other
    .step(tensor([bit]))
    .argmax(-1)
    .item(),
);
const same = again.filter((answer, t) => answer === answers[500 + t]).length;
console.log(`the other stream, from bit 500 on: the same ${same} answers`);
