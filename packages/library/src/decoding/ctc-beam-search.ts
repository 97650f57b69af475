/**
 * @file The most likely labels of a CTC network, whatever path spells them.
 *
 * A prefix ℓ is carried as two probabilities, of the paths that spell it and end in a blank and in
 * its last label. With p the sum of both and y[k] the probability of class k at this step:
 *
 *   blank′(ℓ)  = y[blank] · p(ℓ)                     nothing is said
 *   label′(ℓ)  = y[last] · label(ℓ)                  the last label goes on
 *   label′(ℓk) = y[k] · p(ℓ)                         a new label; if it equals the last one,
 *                                                    y[k] · blank(ℓ): a blank kept them apart
 *
 * After each step the best `beamWidth` prefixes stay. Ranked are they by
 *
 *   score(ℓ) = ln p(ℓ) + alpha · ln pₗₘ(ℓ) + beta · |ℓ|
 *
 * Sources: Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition using
 * bi-directional recurrent DNNs", https://arxiv.org/abs/1408.2873; Graves 2012, "Supervised sequence
 * labelling with recurrent neural networks", section 7.5
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import { checkNumbers, readFrames, type CTCFrames } from "../losses/ctc-batch.ts";
import { logAddExp } from "../losses/log-add-exp.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { CTCDecodeOptions } from "./ctc-greedy.ts";
import { Prefix } from "./ctc-prefix.ts";
import { fusionOf, type Fusion, type FusionOptions } from "./ctc-fusion.ts";

export interface CTCBeamSearchOptions<State = unknown>
  extends CTCDecodeOptions, FusionOptions<State> {
  /** How many prefixes are kept after each step. Default: 100. */
  beamWidth?: number;
  /** How many hypotheses are given for each sequence, at most `beamWidth`. Default: 1. */
  nBest?: number;
}

export interface CTCHypothesis {
  labels: number[];
  /** What they are ranked by: `logProb`, the language model and the length bonus. */
  score: number;
  /**
   * ln of the probability that the steps spell `labels`, summed over the paths that the beam kept:
   * exact if it is wide enough to keep all, otherwise a little less.
   */
  logProb: number;
}

/**
 * Prefix beam search: the labels with the highest score, best first, `nBest` of them for each
 * sequence (fewer where there are fewer).
 *
 * - `logProbs` [seq, batch, numClasses], what `logSoftmax(-1)` gives; or [seq, numClasses]
 *
 * With a language model, `alpha` and `beta` are worth a search on held-out data. Only what cannot
 * reach the beam is passed over, so the result is that of the full search with this width.
 *
 * @example
 * const p = tensor([[0.6, 0.4], [0.6, 0.4]]); // a blank, and one label
 * ctcGreedyDecode(p.log())[0].labels; // []
 * const [[best]] = ctcBeamSearch(p.log());
 * best.labels; // [1]
 * Math.exp(best.logProb); // 0.64: the best path has 0.36, but three others spell the label
 */
export function ctcBeamSearch<State>(
  logProbs: Tensor,
  options: CTCBeamSearchOptions<State> = {},
): CTCHypothesis[][] {
  const { blank = 0, lengths, beamWidth = 100, nBest = 1 } = options;
  const where = "ctcBeamSearch";
  const frames = readFrames(where, logProbs, lengths, blank);
  checkNumbers(where, frames);
  checkSize(where, "beamWidth", beamWidth);
  checkSize(where, "nBest", nBest);
  if (nBest > beamWidth) {
    throw new ArgumentError(
      `${where}: expected nBest of at most beamWidth ${beamWidth}, got ${nBest}.`,
    );
  }
  const fusion = fusionOf(where, options);
  return Array.from(frames.steps, (_, n) =>
    search(frames, n, beamWidth, fusion)
      .map((prefix) => ({
        labels: prefix.labels(),
        score: prefix.logProb + prefix.bonus + fusion.atEnd(prefix),
        logProb: prefix.logProb,
      }))
      .filter(({ score }) => score > -Infinity)
      .sort((a, b) => b.score - a.score)
      .slice(0, nBest),
  );
}

/** A prefix that would be new in the beam. */
interface Candidate {
  parent: Prefix;
  label: number;
  logProb: number;
  bonus: number;
  score: number;
}

function search(frames: CTCFrames, n: number, beamWidth: number, fusion: Fusion): Prefix[] {
  const { x, size, numClasses, blank, steps } = frames;
  const root = new Prefix(null, -1);
  root.isActive = true;
  root.endsInBlank = 0;
  root.state = fusion.start();
  let beam = [root];

  const said = Array.from({ length: numClasses }, (_, k) => k).filter((k) => k !== blank);
  for (let t = 0; t < steps[n]; t++) {
    const y = x.subarray((t * size + n) * numClasses, (t * size + n + 1) * numClasses);
    said.sort((a, b) => y[b] - y[a]);

    for (const prefix of beam) {
      prefix.nextBlank = y[blank] + prefix.logProb;
      prefix.nextLabel = prefix.parent ? y[prefix.label] + prefix.endsInLabel : -Infinity;
    }
    // Only grows from here on, so what is below it in a full beam cannot get in.
    const isFull = beam.length === beamWidth;
    const bar = isFull ? Math.min(...beam.map((prefix) => prefix.nextScore)) : -Infinity;

    const candidates: Candidate[] = [];
    for (const parent of beam) {
      const all = parent.logProb;
      for (const label of said) {
        if (all + y[label] === -Infinity) break; // and so are the less likely ones
        const isOutside = all + y[label] + parent.bonus + fusion.largestGain < bar;
        const child = parent.child(label);
        if (isOutside && !child?.isActive) continue;

        const logProb = y[label] + (label === parent.label ? parent.endsInBlank : all);
        if (child?.isActive) {
          child.nextLabel = logAddExp(child.nextLabel, logProb);
          continue;
        }
        if (logProb === -Infinity) continue;
        const bonus = child ? child.bonus : parent.bonus + fusion.gain(parent, label);
        if (logProb + bonus >= bar) {
          candidates.push({ parent, label, logProb, bonus, score: logProb + bonus });
        }
      }
    }
    beam = nextBeam(beam, candidates, beamWidth, fusion);
  }
  return beam;
}

/** The best `beamWidth` of the old prefixes and the new. */
function nextBeam(
  beam: Prefix[],
  candidates: Candidate[],
  beamWidth: number,
  fusion: Fusion,
): Prefix[] {
  const ranked = [
    ...beam.map((prefix) => ({ score: prefix.nextScore, prefix, candidate: null })),
    ...candidates.map((candidate) => ({ score: candidate.score, prefix: null, candidate })),
  ].sort((a, b) => b.score - a.score);

  const kept = ranked.slice(0, beamWidth).map(({ prefix, candidate }) => {
    if (prefix) return prefix;
    const { parent, label, logProb, bonus } = candidate;
    let child = parent.child(label);
    if (!child) {
      child = parent.addChild(label);
      child.state = fusion.advance(parent, label);
      child.bonus = bonus;
    }
    child.isActive = true;
    child.nextBlank = -Infinity;
    child.nextLabel = logProb;
    return child;
  });
  for (const prefix of kept) {
    prefix.endsInBlank = prefix.nextBlank;
    prefix.endsInLabel = prefix.nextLabel;
  }
  for (const { prefix } of ranked.slice(beamWidth)) prefix?.drop();
  return kept;
}
