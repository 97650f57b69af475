/**
 * @file One to many: a kind (elf, dwarf or dragon) becomes a name, letter by letter. The kind is the
 * decoder's first state. It learns from a list of names, and invents others.
 *
 * Prints:
 *   elf     …
 *   dwarf   …
 *   dragon  …
 *   names of the kind that was asked for: at least 95 %: true (…)
 *   of those, not on the list: …
 */

import {
  clipGradNorm,
  crossEntropy,
  manualSeed,
  nn,
  optim,
  padSequence,
  RandomGenerator,
  sampleSequences,
  tensor,
  type Tensor,
} from "unrolled";
import { isOfKind, KINDS, randomName } from "./made-up-names.ts";

const LETTERS = ["<pad>", "<start>", "<end>", ...Array.from("abcdefghijklmnopqrstuvwxyz")];
const [PADDING, START, END] = [0, 1, 2];
const ids = (name: string) => Array.from(name, (letter) => LETTERS.indexOf(letter));

const generator = new RandomGenerator(1);
const list = Array.from({ length: 240 }, (_, i) => ({
  kind: i % 3,
  name: randomName(i % 3, generator),
}));

class Namer extends nn.Module {
  readonly kinds = new nn.Embedding(KINDS.length, 48);
  readonly decoder = new nn.Seq2SeqDecoder(LETTERS.length, 16, 48, { cell: "gru", dropout: 0.1 });

  start(kinds: Tensor): nn.Seq2SeqState {
    return this.decoder.start([this.kinds.forward(kinds).unsqueeze(0)]); // [1, batch, 48]
  }
  forward(kinds: Tensor, inputs: Tensor): Tensor {
    return this.decoder.forward(inputs, this.start(kinds)).logits; // [batch, tgt, letters]
  }
  step(state: nn.Seq2SeqState, tokens: Tensor) {
    const { logits, state: next } = this.decoder.step(tokens, state);
    return { logProbs: logits.logSoftmax(-1), state: next };
  }
  select(state: nn.Seq2SeqState, rows: Int32Array): nn.Seq2SeqState {
    return this.decoder.select(state, rows);
  }
}

manualSeed(1);
const model = new Namer();
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
const { ids: padded, shape } = padSequence(list.map(({ name }) => [START, ...ids(name), END]));
const targets = tensor(padded, { shape });
const kinds = tensor(list.map(({ kind }) => kind));
for (let step = 0; step < 150; step++) {
  const logits = model.forward(kinds, targets.slice(1, 0, -1));
  const expected = targets.slice(1, 1).flatten();
  const loss = crossEntropy(logits.flatten(0, 1), expected, { ignoreIndex: PADDING });
  optimizer.zeroGrad();
  loss.backward();
  clipGradNorm(model.parameters(), 1);
  optimizer.step();
}

const asked = Array.from({ length: 300 }, (_, i) => i % 3);
const startTokens = asked.map(() => START);
model.eval();
const found = sampleSequences(model, model.start(tensor(asked)), {
  startTokens,
  endToken: END,
  maxLength: 14,
  temperature: 0.7,
  generator,
});
const names = found.map(({ tokens }) => tokens.map((id) => LETTERS[id]).join(""));
KINDS.forEach((name, kind) => {
  const examples = names.filter((_, i) => asked[i] === kind).slice(0, 5);
  console.log(`${name.padEnd(7)} ${examples.join(" ")}`);
});
const right = names.filter((name, i) => isOfKind(asked[i], name));
const known = new Set(list.map(({ name }) => name));
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(0)} %`;
const enough = right.length / names.length >= 0.95;
console.log(
  `names of the kind that was asked for: at least 95 %: ${enough} (${percent(right.length, names.length)})`,
);
const isNew = right.filter((name) => !known.has(name));
console.log(`of those, not on the list: ${percent(isNew.length, right.length)}`);
