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
  padSequence,
  RandomGenerator,
  tensor,
  type Tensor,
} from "unrolled";

const TAGS = ["<pad>", "DET", "ADJ", "NOUN", "VERB"];
const EITHER = ["light", "cold", "green", "secret", "human", "standard"]; // adjective or noun
const WORDS: Record<string, string[]> = {
  DET: ["the", "a", "this", "every"],
  ADJ: ["old", "tall", ...EITHER],
  NOUN: ["box", "dog", ...EITHER],
  VERB: ["fades", "sees", "finds", "helps"],
};
const VOCABULARY = ["<pad>", ...new Set(Object.values(WORDS).flat())];

const generator = new RandomGenerator(1);
const chance = (p: number) => generator.random() < p;
function nounPhrase(): string[] {
  return ["DET", ...(chance(0.5) ? ["ADJ"] : []), ...(chance(0.3) ? ["ADJ"] : []), "NOUN"];
}
function randomSentence() {
  const tags = [...nounPhrase(), "VERB", ...nounPhrase()];
  return { tags, words: tags.map((tag) => WORDS[tag][generator.integer(WORDS[tag].length)]) };
}
type Sentence = ReturnType<typeof randomSentence>;

function batchOf(sentences: Sentence[]) {
  const words = padSequence(sentences.map((s) => s.words.map((word) => VOCABULARY.indexOf(word))));
  const tags = padSequence(sentences.map((s) => s.tags.map((tag) => TAGS.indexOf(tag))));
  return {
    ids: tensor(words.ids, { shape: words.shape }), // [batch, seq]
    tags: tensor(tags.ids), //                          [batch · seq]
    lengths: words.lengths,
  };
}

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
    const { ids, tags, lengths } = batchOf(Array.from({ length: 32 }, randomSentence));
    const loss = crossEntropy(model.forward(ids, lengths), tags, { ignoreIndex: 0 });
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return model;
}

/** Of the words that may be either, the share that got the right tag. */
function score(model: Tagger, sentences: Sentence[]): number {
  const { ids, tags, lengths } = batchOf(sentences);
  const isEither = ids.flatten().data.map((id) => Number(EITHER.includes(VOCABULARY[id])));
  const scored = tags.data.map((tag, i) => (isEither[i] ? tag : 0));
  return accuracy(
    noGrad(() => model.forward(ids, lengths)),
    tensor(scored),
    { ignoreIndex: 0 },
  );
}

const held = Array.from({ length: 500 }, randomSentence);
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
