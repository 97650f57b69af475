/**
 * @file Polyphonic music as piano rolls: which keys sound at a step, and which at the next?
 *
 * The frame-level score of Boulanger-Lewandowski, Bengio & Vincent 2012, "Modeling temporal
 * dependencies in high-dimensional sequences", as Bai, Kolter & Koltun 2018, "An empirical evaluation
 * of generic convolutional and recurrent networks for sequence modeling", count it:
 *
 *   NLL = −1/steps · Σ over steps Σ over 88 keys ( yₖ ln pₖ + (1 − yₖ) ln(1 − pₖ) )
 *
 * over all steps that are predicted, of all pieces together; a piece's first step has nothing before
 * it and is not among them.
 */

import { ArgumentError, FormatError } from "../../core/errors.ts";
import { tensor } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Dataset } from "../dataset.ts";

/** A piano's keys: MIDI pitches 21 to 108. */
const NUM_KEYS = 88;
const LOWEST_PITCH = 21;

/** A piece: for each step the MIDI pitches that sound. */
export type PianoRoll = readonly (readonly number[])[];

/** A piece as a recurrent layer reads it, and what it should say at every step. */
export interface MusicPiece {
  /** [steps − 1, 88], 0 and 1: all steps but the last. */
  input: Tensor;
  /** [steps − 1, 88], 0 and 1: all steps but the first. */
  target: Tensor;
}

/**
 * Pieces of music, to predict each step from those before it. Batches:
 * `new DataLoader(music, { collate: collateFields({ input: collateSequences, target: collateSequences }) })`.
 *
 * A model gives 88 scores for every step. Its NLL is
 * `binaryCrossEntropyWithLogits(scores, target, { mask }).mul(88)`, with
 * `mask = sequenceMask(lengths)`: the mean over all numbers, times 88, is the mean over steps of the
 * sum over keys.
 *
 * @throws FormatError naming piece and step, if a pitch is none of a piano's, 21 to 108, or a piece has
 *   fewer than two steps
 *
 * @example
 * const music = new PolyphonicMusic([[[60, 64], [62], []]]);
 * music.length; // 1
 * music.numSteps; // 2
 * const { input, target } = music.at(0);
 * input.shape; // [2, 88]
 * input.select(1, 60 - 21).toArray(); // [1, 0]
 * target.select(1, 62 - 21).toArray(); // [1, 0]
 */
export class PolyphonicMusic implements Dataset<MusicPiece> {
  readonly pieces: readonly PianoRoll[];
  readonly length: number;
  /** Steps to predict, in all pieces together. */
  readonly numSteps: number;

  constructor(pieces: readonly PianoRoll[]) {
    for (const [index, piece] of pieces.entries()) checkPiece(piece, index);
    this.pieces = pieces;
    this.length = pieces.length;
    this.numSteps = pieces.reduce((sum, piece) => sum + piece.length - 1, 0);
  }

  at(index: number): MusicPiece {
    const piece = this.pieces[index];
    const roll = new Int8Array(piece.length * NUM_KEYS);
    for (const [step, pitches] of piece.entries()) {
      for (const pitch of pitches) roll[step * NUM_KEYS + pitch - LOWEST_PITCH] = 1;
    }
    const shape = [piece.length - 1, NUM_KEYS];
    return {
      input: tensor(roll.subarray(0, -NUM_KEYS), { shape, dtype: "float32" }),
      target: tensor(roll.subarray(NUM_KEYS), { shape, dtype: "float32" }),
    };
  }

  /** How often each key sounds at a step that is predicted [88]. */
  keyCounts(): Int32Array {
    const counts = new Int32Array(NUM_KEYS);
    for (const piece of this.pieces) {
      for (const pitches of piece.slice(1)) {
        for (const key of new Set(pitches)) counts[key - LOWEST_PITCH]++;
      }
    }
    return counts;
  }

  /**
   * The NLL of the best answer without memory, which is the same at every step: each key as often as
   * in `train`, p = (count + ½)/(steps + 1), so that one that never sounds there may sound here.
   *
   * @throws ArgumentError if there is no step to predict here
   *
   * @example
   * const train = new PolyphonicMusic([[[60], [60], [60, 64]]]);
   * train.frequencyNll(train); // 16.555
   */
  frequencyNll(train: PolyphonicMusic): number {
    if (this.numSteps === 0) {
      throw new ArgumentError("PolyphonicMusic.frequencyNll: expected a piece, got none.");
    }
    const own = this.keyCounts();
    let nll = 0;
    for (const [key, count] of train.keyCounts().entries()) {
      const p = (count + 0.5) / (train.numSteps + 1);
      nll -= own[key] * Math.log(p) + (this.numSteps - own[key]) * Math.log(1 - p);
    }
    return nll / this.numSteps;
  }
}

/**
 * The three parts of a collection such as JSB Chorales or Nottingham in the JSON form
 * `{"train": […], "valid": […], "test": […]}`: each a list of pieces, each of those a list of steps,
 * each of those a list of MIDI pitches.
 *
 * @throws FormatError if a part is missing or anything in it has another form
 *
 * @example
 * const json = '{"train": [[[60], [62]]], "valid": [], "test": [[[60], [62, 65], [60]]]}';
 * const { train, test } = parsePianoRolls(json);
 * train.numSteps; // 1
 * test.numSteps; // 2
 */
export function parsePianoRolls(json: string): Record<"train" | "valid" | "test", PolyphonicMusic> {
  let parts: Record<string, unknown>;
  try {
    parts = Object(JSON.parse(json)) as Record<string, unknown>;
  } catch (error) {
    throw new FormatError(`parsePianoRolls: expected JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  const part = (name: string) => {
    const pieces = parts[name];
    if (Array.isArray(pieces)) return new PolyphonicMusic(pieces as PianoRoll[]);
    const keys = Object.keys(parts).slice(0, 5).join(", ");
    throw new FormatError(
      `parsePianoRolls: expected lists of pieces as train, valid and test, got no ${name} among ${keys || "nothing"}.`,
    );
  };
  return { train: part("train"), valid: part("valid"), test: part("test") };
}

function checkPiece(piece: unknown, index: number): void {
  const where = `PolyphonicMusic: piece ${index}`;
  if (!Array.isArray(piece) || piece.length < 2) {
    throw new FormatError(
      `${where}: expected at least two steps, one to read and one to predict, got ${Array.isArray(piece) ? piece.length : typeof piece}.`,
    );
  }
  for (const [step, pitches] of (piece as unknown[]).entries()) {
    if (Array.isArray(pitches) && pitches.every(isPitch)) continue;
    throw new FormatError(
      `${where}, step ${step}: expected a list of pitches from 21 to 108, got ${JSON.stringify(pitches)}.`,
    );
  }
}

function isPitch(value: unknown): boolean {
  return (
    Number.isInteger(value) &&
    (value as number) >= LOWEST_PITCH &&
    (value as number) < LOWEST_PITCH + NUM_KEYS
  );
}
