/**
 * @file Truncated backpropagation through time: a text far longer than what backward can go through,
 * read in pieces of eight steps. The state is carried from piece to piece and detached, so that each
 * backward ends where its piece begins. The text is a bell after every five ticks: whoever forgets
 * at the start of a piece cannot know when the next bell is due.
 *
 * Prints:
 *   state forgotten at every piece  loss 0.1…
 *   state carried, detached         loss 0.0…
 */

import { BpttBatches, manualSeed, nn, optim, tensor, type Tensor } from "unrolled";

const TICK = 0;
const BELL = 1;
const text = Int32Array.from({ length: 12_001 }, (_, t) => (t % 6 === 5 ? BELL : TICK));

/** The mean loss over the last of ten readings of the text. */
function train({ carry }: { carry: boolean }): number {
  manualSeed(1);
  const embedding = new nn.Embedding(2, 8);
  const gru = new nn.GRU(8, 16, { batchFirst: true });
  const head = new nn.Linear(16, 2);
  const parameters = [embedding, gru, head].flatMap((layer) => layer.parameters());
  const optimizer = new optim.Adam(parameters, { lr: 0.01 });

  const batches = new BpttBatches(text, { batchSize: 8, bptt: 8, dropLast: true });
  let total = 0;
  for (let epoch = 0; epoch < 10; epoch++) {
    total = 0;
    let state: Tensor | null = null;
    for (const { inputs, targets, shape } of batches) {
      const x = embedding.forward(tensor(inputs, { shape })); // [batch, bptt, 8]
      const [output, hN] = gru.forward(x, state); //             [batch, bptt, 16]
      const logits = head.forward(output).flatten(0, 1); //      [batch · bptt, 2]
      const loss = nn.crossEntropy(logits, tensor(targets));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      state = carry ? hN.detach() : null; // an LSTM's: states.map((t) => t.detach())
      total += loss.item();
    }
  }
  return total / batches.length;
}

console.log(`state forgotten at every piece  loss ${train({ carry: false }).toFixed(3)}`);
console.log(`state carried, detached         loss ${train({ carry: true }).toFixed(3)}`);
