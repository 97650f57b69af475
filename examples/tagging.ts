/**
 * @file Many to many, in step: every word gets its part of speech. "light" after "the" is an
 * adjective in "the light box" and a noun in "the light fades": only what comes next can tell, so a
 * network that reads both ways knows, and one that reads forward has to guess.
 *
 * Prints:
 *   words that may be either: forward … %, both ways … %
 *   forward is wrong there more than one time in five, both ways less than one in fifty: true
 *   the    cold   light  fades  a      light  box
 *   DET    ADJ    NOUN   VERB   DET    ADJ    NOUN
 */

import {
  accuracy,
  crossEntropy,
  manualSeed,
  nn,
  noGrad,
  optim,
  RandomGenerator,
  tensor,
  type Tensor,
} from "unrolled";
import {
  batchOf,
  EITHER,
  randomSentence,
  TAGS,
  VOCABULARY,
  type Sentence,
} from "./tagged-sentences.ts";

const generator = new RandomGenerator(1);
const sentences = (length: number) => Array.from({ length }, () => randomSentence(generator));

class Tagger extends nn.Module {
  readonly embedding = new nn.Embedding(VOCABULARY.length, 16);
  readonly gru: nn.GRU;
  readonly head: nn.Linear;

  constructor(bidirectional: boolean) {
    super();
    this.gru = new nn.GRU(16, 24, { batchFirst: true, bidirectional });
    this.head = new nn.Linear(bidirectional ? 48 : 24, TAGS.length);
  }
  forward(ids: Tensor, lengths: Int32Array): Tensor {
    const x = this.embedding.forward(ids); //                  [batch, seq, 16]
    const [output] = this.gru.forward(x, null, { lengths }); // [batch, seq, 24 or 48]
    return this.head.forward(output).flatten(0, 1); //         [batch · seq, tags]
  }
}

function train(bidirectional: boolean): Tagger {
  manualSeed(1);
  const model = new Tagger(bidirectional);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  for (let step = 0; step < 200; step++) {
    const { ids, tags, lengths } = batchOf(sentences(32));
    const loss = crossEntropy(model.forward(ids, lengths), tags, { ignoreIndex: 0 });
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return model;
}

/** Of the words that may be either, the share that got the right tag. */
function score(model: Tagger, held: Sentence[]): number {
  const { ids, tags, lengths } = batchOf(held);
  const isEither = ids.flatten().data.map((id) => Number(EITHER.includes(VOCABULARY[id])));
  const scored = tags.data.map((tag, i) => (isEither[i] ? tag : 0));
  return accuracy(
    noGrad(() => model.forward(ids, lengths)),
    tensor(scored),
    { ignoreIndex: 0 },
  );
}

const held = sentences(500);
const [forward, both] = [train(false), train(true)];
const [a, b] = [score(forward, held), score(both, held)];
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`words that may be either: forward ${percent(a)}, both ways ${percent(b)}`);
console.log(
  `forward is wrong there more than one time in five, both ways less than one in fifty: ${a < 0.8 && b > 0.98}`,
);

const words = ["the", "cold", "light", "fades", "a", "light", "box"];
const { ids, lengths } = batchOf([{ words, tags: words.map(() => "<pad>") }]);
const found = Array.from(
  noGrad(() => both.forward(ids, lengths)).argmax(-1).data,
  (id) => TAGS[id],
);
for (const row of [words, found])
  console.log(
    row
      .map((entry) => entry.padEnd(7))
      .join("")
      .trimEnd(),
  );
