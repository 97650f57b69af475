/**
 * @file The most likely path of a CTC network, and what it spells.
 */

import type { SequenceLengths } from "../data/lengths.ts";
import { checkNumbers, readFrames } from "../losses/ctc-batch.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface CTCDecodeOptions {
  /** The class that means nothing was said. Default: 0. */
  blank?: number;
  /** How many steps of each sequence count. Default: all. */
  lengths?: SequenceLengths;
}

export interface CTCTranscript {
  labels: number[];
  /** The step at which each label begins. */
  starts: number[];
  /** ln of the probability of the one path: not more than that of `labels`, which has others. */
  logProb: number;
}

/**
 * Best-path decoding: at each step the most likely class (the first among equals), repeats merged
 * and blanks dropped. One transcript for each sequence.
 *
 * - `logProbs` [seq, batch, numClasses], what `logSoftmax(-1)` gives; or [seq, numClasses]
 *
 * The best path need not spell the most likely labels, as many unlikely paths may spell others:
 * {@link ctcBeamSearch} adds them up.
 *
 * Source: Graves et al. 2006, "Connectionist temporal classification", section 3.2
 *
 * @example
 * const p = tensor([[0.1, 0.9, 0], [0.2, 0.8, 0], [0.7, 0.2, 0.1], [0, 1, 0]]);
 * const [{ labels, starts, logProb }] = ctcGreedyDecode(p.log());
 * labels; // [1, 1]
 * starts; // [0, 3]
 * Math.exp(logProb); // 0.504
 */
export function ctcGreedyDecode(
  logProbs: Tensor,
  { blank = 0, lengths }: CTCDecodeOptions = {},
): CTCTranscript[] {
  const frames = readFrames("ctcGreedyDecode", logProbs, lengths, blank);
  checkNumbers("ctcGreedyDecode", frames);
  const { x, size, numClasses, steps } = frames;
  return Array.from(steps, (count, n) => {
    const transcript: CTCTranscript = { labels: [], starts: [], logProb: 0 };
    let last = blank;
    for (let t = 0; t < count; t++) {
      const frame = (t * size + n) * numClasses;
      let best = 0;
      for (let k = 1; k < numClasses; k++) if (x[frame + k] > x[frame + best]) best = k;
      if (best !== blank && best !== last) {
        transcript.labels.push(best);
        transcript.starts.push(t);
      }
      transcript.logProb += x[frame + best];
      last = best;
    }
    return transcript;
  });
}
