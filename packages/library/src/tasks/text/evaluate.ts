/**
 * @file How well a model predicts a text: the mean of −log p over all its tokens but the first.
 */

import { noGrad, nn, tensor, type Tensor } from "unrolled";
import type { TextModel, TextState } from "./model.ts";

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

/** Streams read side by side: faster, and each begins without context, once. */
const STREAMS = 16;
/** Steps at a time; state is carried from each to the next, so this is no matter of accuracy. */
const CHUNK = 128;

/**
 * Reads `ids` with carried state and scores every token but the first.
 *
 * @param characters how many characters the ids stand for. Default: counted by decoding
 */
export function evaluateText(
  model: TextModel,
  ids: Int32Array,
  characters = model.tokenizer.decode(ids).length,
): TextEvaluation {
  const wasTraining = model.training;
  model.eval();
  try {
    const first = model.tokenizer.decode(ids.subarray(0, 1)).length;
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

/** Σ −ln p over ids[1 …], in parallel streams; the rest that does not divide evenly comes last. */
function totalNats(model: TextModel, ids: Int32Array): number {
  const targets = ids.length - 1;
  const streams = targets >= STREAMS * CHUNK ? STREAMS : 1;
  const perStream = Math.floor(targets / streams);
  const [nats, state] = natsOfStreams(model, ids, streams, perStream, 0, null);

  const done = streams * perStream;
  if (done === targets) return nats;
  // The rest goes on where the last stream stopped.
  const last = state!.map((part) => part.slice(1, streams - 1, streams));
  return nats + natsOfStreams(model, ids, 1, targets - done, done, last)[0];
}

function natsOfStreams(
  model: TextModel,
  ids: Int32Array,
  streams: number,
  perStream: number,
  offset: number,
  state: TextState | null,
): [nats: number, state: TextState | null] {
  const loss = new nn.CrossEntropyLoss({ reduction: "sum" });
  let nats = 0;
  for (let from = 0; from < perStream; from += CHUNK) {
    const seq = Math.min(CHUNK, perStream - from);
    const piece = (shift: number): Tensor => {
      const out = new Int32Array(streams * seq);
      for (let s = 0; s < streams; s++) {
        const at = offset + s * perStream + from + shift;
        out.set(ids.subarray(at, at + seq), s * seq);
      }
      return tensor(out, { shape: [streams, seq] });
    };
    const [logits, next] = model.forward(piece(0), state);
    nats += loss.forward(logits.flatten(0, 1), piece(1).flatten()).item();
    state = next;
  }
  return [nats, state];
}
