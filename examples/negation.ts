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
  RandomGenerator,
  type Tensor,
} from "unrolled";
import { batchOf, randomSentence, WORDS } from "./film-sentences.ts";

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

const generator = new RandomGenerator(1);
const sentences = (length: number) => Array.from({ length }, () => randomSentence(generator));
const held = sentences(500);
const isHeld = new Set(held);
function train<Model extends Bag | Reader>(model: Model): Model {
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  for (let step = 0; step < 300; step++) {
    const { ids, lengths, targets } = batchOf(sentences(64).filter((text) => !isHeld.has(text)));
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
