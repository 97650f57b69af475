/**
 * @file Reads a long text with carried state, several places at once: how a model is measured.
 */

import { tensor, type Tensor } from "unrolled";
import type { TextModel, TextState } from "./model.ts";

/** Streams read side by side: faster, and each begins without context, once. */
const STREAMS = 16;
/** Steps at a time; state is carried from each to the next, so this is no matter of accuracy. */
const CHUNK = 128;

/**
 * Called for every piece read.
 *
 * - `logits`    [streams, seq, vocab]
 * - `targetsAt` for each stream, where in the ids the target of its first step stands
 */
type Visit = (logits: Tensor, targetsAt: readonly number[]) => void;

/** Predicts every id but the first, once. What does not divide evenly among the streams comes last. */
export function readInStreams(model: TextModel, ids: Int32Array, visit: Visit): void {
  const targets = ids.length - 1;
  const streams = targets >= STREAMS * CHUNK ? STREAMS : 1;
  const perStream = Math.floor(targets / streams);
  const starts = Array.from({ length: streams }, (_, s) => s * perStream);
  const state = readFrom(model, ids, starts, perStream, null, visit);

  const done = streams * perStream;
  if (done === targets) return;
  // The rest goes on where the last stream stopped.
  const last = state!.map((part) => part.slice(1, streams - 1, streams));
  readFrom(model, ids, [done], targets - done, last, visit);
}

/** Reads `length` ids from each of the starts on. */
function readFrom(
  model: TextModel,
  ids: Int32Array,
  starts: readonly number[],
  length: number,
  before: TextState | null,
  visit: Visit,
): TextState | null {
  let state = before;
  for (let from = 0; from < length; from += CHUNK) {
    const seq = Math.min(CHUNK, length - from);
    const inputs = new Int32Array(starts.length * seq);
    starts.forEach((start, s) =>
      inputs.set(ids.subarray(start + from, start + from + seq), s * seq),
    );
    const [logits, next] = model.forward(tensor(inputs, { shape: [starts.length, seq] }), state);
    visit(
      logits,
      starts.map((start) => start + from + 1),
    );
    state = next;
  }
  return state;
}
