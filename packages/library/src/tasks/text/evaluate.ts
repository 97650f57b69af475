/**
 * @file How well a model predicts a text: the mean of −log p over all its tokens but the first.
 */

import { nn, noGrad, tensor } from "unrolled";
import { countCharacters } from "./count-characters.ts";
import type { TextModel } from "./model.ts";
import { readInStreams } from "./read-in-streams.ts";

export interface TextEvaluation {
  /** Mean −ln p(token | all before), the loss of training. */
  natsPerToken: number;
  /** The same for a character: comparable between tokenizers. */
  natsPerCharacter: number;
  bitsPerCharacter: number;
  /** exp(natsPerToken): as unsure as a choice among so many tokens. */
  perplexity: number;
  /** Tokens predicted. */
  tokens: number;
  characters: number;
}

/**
 * Reads `ids` with carried state and scores every token but the first.
 *
 * @param characters how many characters the ids stand for. Default: counted by decoding
 */
export function evaluateText(
  model: TextModel,
  ids: Int32Array,
  characters = countCharacters(model.tokenizer.decode(ids)),
): TextEvaluation {
  const wasTraining = model.training;
  model.eval();
  try {
    const first = countCharacters(model.tokenizer.decode(ids.subarray(0, 1)));
    return noGrad(() => evaluation(totalNats(model, ids), ids.length - 1, characters - first));
  } finally {
    model.train(wasTraining);
  }
}

/** The measures that follow from a sum of −ln p. */
export function evaluation(nats: number, tokens: number, characters: number): TextEvaluation {
  const natsPerToken = nats / tokens;
  const natsPerCharacter = nats / characters;
  return {
    natsPerToken,
    natsPerCharacter,
    bitsPerCharacter: natsPerCharacter / Math.LN2,
    perplexity: Math.exp(natsPerToken),
    tokens,
    characters,
  };
}

/** Σ −ln p over ids[1 …] */
function totalNats(model: TextModel, ids: Int32Array): number {
  const loss = new nn.CrossEntropyLoss({ reduction: "sum" });
  let nats = 0;
  readInStreams(model, ids, (logits, targetsAt) => {
    const seq = logits.shape[1];
    const targets = new Int32Array(targetsAt.length * seq);
    targetsAt.forEach((at, s) => targets.set(ids.subarray(at, at + seq), s * seq));
    nats += loss.forward(logits.flatten(0, 1), tensor(targets)).item();
  });
  return nats;
}
