/**
 * @file Does a model remember? Scored at the places where the demo's grammar leaves two characters
 * to choose from, and only something said long before tells which.
 */

import { ArgumentError, noGrad } from "unrolled";
import type { DecidedPlace } from "./grammar-engine.ts";
import type { TextModel } from "./model.ts";
import { readInStreams } from "./read-in-streams.ts";

export interface LongRangeScore {
  /** Share of the places where the right character is more likely than the wrong one. */
  accuracy: number;
  /** One standard error of the accuracy: √(p·(1 − p) / n). */
  standardError: number;
  places: number;
  /** The same by distance from the character that decides, in classes of equal width. */
  byDistance: { from: number; to: number; accuracy: number; places: number }[];
}

/** Width of the classes of `byDistance`, in characters. */
const CLASS_WIDTH = 15;

/**
 * Reads a generated text and asks, at each place, which of the two possible characters the model
 * holds more likely. Guessing gives 0.5.
 *
 * @param minDistance leaves out what is decided by something nearer. Default: 0
 */
export function longRangeAccuracy(
  model: TextModel,
  text: string,
  places: readonly DecidedPlace[],
  minDistance = 0,
): LongRangeScore {
  const ids = model.encode(text);
  if (ids.length !== text.length) {
    throw new ArgumentError("longRangeAccuracy: expected a model of characters.");
  }
  const byPosition = new Map(places.map((place) => [place.position, place]));
  const outcomes: { distance: number; isRight: boolean }[] = [];
  const idOf = (character: string) => model.encode(character)[0];

  const wasTraining = model.training;
  model.eval();
  noGrad(() =>
    readInStreams(model, ids, (logits, targetsAt) => {
      const [, seq, vocab] = logits.shape;
      targetsAt.forEach((at, s) => {
        for (let t = 0; t < seq; t++) {
          const place = byPosition.get(at + t);
          if (!place) continue;
          const row = (s * seq + t) * vocab;
          const right = logits.data[row + idOf(place.correct)];
          const wrong = logits.data[row + idOf(place.wrong)];
          outcomes.push({ distance: place.position - place.cue, isRight: right > wrong });
        }
      });
    }),
  );
  model.train(wasTraining);
  return score(outcomes.filter(({ distance }) => distance >= minDistance));
}

function score(outcomes: { distance: number; isRight: boolean }[]): LongRangeScore {
  const accuracyOf = (some: typeof outcomes) =>
    some.filter(({ isRight }) => isRight).length / some.length;
  const accuracy = accuracyOf(outcomes);
  const classes = new Map<number, typeof outcomes>();
  for (const outcome of outcomes) {
    const key = Math.floor(outcome.distance / CLASS_WIDTH);
    classes.set(key, [...(classes.get(key) ?? []), outcome]);
  }
  return {
    accuracy,
    standardError: Math.sqrt((accuracy * (1 - accuracy)) / outcomes.length),
    places: outcomes.length,
    byDistance: [...classes]
      .sort(([a], [b]) => a - b)
      .map(([key, some]) => ({
        from: key * CLASS_WIDTH,
        to: (key + 1) * CLASS_WIDTH,
        accuracy: accuracyOf(some),
        places: some.length,
      })),
  };
}
