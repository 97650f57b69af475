/**
 * @file Many to one: does a sentence praise the film? Each "not", "never" or "hardly" turns over what
 * follows it, and only the clause about the film counts: the same words in another order can mean the
 * opposite. A bag of words cannot know; a recurrent network reads them in their order.
 *
 * Prints:
 *   bag of words: … % of unseen sentences
 *   LSTM: at least 98 % of unseen sentences: true (…)
 *   the plot is weak but the film is not dull: praise
 *   the plot is not weak but the film is dull: blame
 */

import {
  accuracy,
  clipGradNorm,
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

const NEGATORS = ["not", "never", "hardly"];
const [PRAISE, BLAME] = [
  ["good", "moving", "funny", "clever"],
  ["dull", "weak", "silly", "bad"],
];
const OTHERS = ["plot", "music", "cast", "ending"];
const WORDS = ["<pad>", "the", "film", "is", "but", ...NEGATORS, ...PRAISE, ...BLAME, ...OTHERS];

const generator = new RandomGenerator(1);
const pick = <T>(from: readonly T[]) => from[generator.integer(from.length)];
function clauseAbout(subject: string): string[] {
  const negators = Array.from({ length: generator.integer(3) }, () => pick(NEGATORS));
  return ["the", subject, "is", ...negators, pick(pick([PRAISE, BLAME]))];
}
function randomSentence(): string {
  const clauses = [clauseAbout("film"), clauseAbout(pick(OTHERS))];
  if (generator.integer(2) === 0) clauses.reverse();
  return clauses.map((words) => words.join(" ")).join(" but ");
}
function isPraise(sentence: string): boolean {
  const words = sentence
    .split(" but ")
    .find((clause) => clause.includes("film"))!
    .split(" ");
  const turns = words.filter((word) => NEGATORS.includes(word)).length;
  return PRAISE.includes(words.at(-1)!) === (turns % 2 === 0);
}

function batchOf(sentences: string[]) {
  const { ids, shape, lengths } = padSequence(
    sentences.map((sentence) => sentence.split(" ").map((word) => WORDS.indexOf(word))),
  );
  return {
    ids: tensor(ids, { shape }), //                                        [batch, seq]
    lengths, //                                                            [batch]
    targets: tensor(sentences.map((text) => (isPraise(text) ? 1 : 0))), // [batch]
  };
}

/** The sum of a vector for each word: no order. */
class Bag extends nn.Module {
  readonly embedding = new nn.Embedding(WORDS.length, 24, { paddingIdx: 0 });
  readonly head = new nn.Linear(24, 2);

  forward(ids: Tensor): Tensor {
    return this.head.forward(this.embedding.forward(ids).sum(1)); // [batch, 2]
  }
}

class Reader extends nn.Module {
  readonly embedding = new nn.Embedding(WORDS.length, 24);
  readonly lstm = new nn.LSTM(24, 32, { batchFirst: true });
  readonly head = new nn.Linear(32, 2);

  forward(ids: Tensor, lengths: Int32Array): Tensor {
    const x = this.embedding.forward(ids); //                       [batch, seq, 24]
    const [, [hN]] = this.lstm.forward(x, null, { lengths }); //    [1, batch, 32]
    return this.head.forward(hN.select(0, -1)); //                  [batch, 2]
  }
}

const held = Array.from({ length: 500 }, randomSentence);
const isHeld = new Set(held);
function train<Model extends Bag | Reader>(model: Model): Model {
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  for (let step = 0; step < 300; step++) {
    const sentences = Array.from({ length: 64 }, randomSentence).filter(
      (text) => !isHeld.has(text),
    );
    const { ids, lengths, targets } = batchOf(sentences);
    const loss = crossEntropy(model.forward(ids, lengths), targets);
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
  }
  return model;
}
function score(model: Bag | Reader): number {
  const { ids, lengths, targets } = batchOf(held);
  return accuracy(
    noGrad(() => model.forward(ids, lengths)),
    targets,
  );
}

manualSeed(1);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`bag of words: ${percent(score(train(new Bag())))} of unseen sentences`);
const reader = train(new Reader());
const share = score(reader);
console.log(`LSTM: at least 98 % of unseen sentences: ${share >= 0.98} (${percent(share)})`);

const pair = [
  "the plot is weak but the film is not dull",
  "the plot is not weak but the film is dull",
];
const { ids, lengths } = batchOf(pair);
const found = noGrad(() => reader.forward(ids, lengths)).argmax(-1).data;
pair.forEach((text, i) => console.log(`${text}: ${found[i] === 1 ? "praise" : "blame"}`));
