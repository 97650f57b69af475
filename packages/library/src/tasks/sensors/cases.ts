/**
 * @file What is learned from: cases, each a recording of several channels with an answer.
 */

import { FormatError } from "unrolled";

/** One recording: `steps` rows of one number per channel. */
export interface SensorCase {
  /** How errors and reports call it. */
  id: string;
  steps: number;
  /** [steps, channels], row-major. */
  values: Float32Array;
  /** The class, or the number to predict; null where it is not known. */
  answer: string | number | null;
}

export interface SensorSet {
  channels: readonly string[];
  cases: readonly SensorCase[];
  /** Cells without a number, filled in by {@link withoutGaps}. */
  filled: number;
}

/** A case as columns, with NaN where nothing was measured. */
export interface RawCase {
  id: string;
  /** One list for each channel, all of one length. */
  columns: readonly (readonly number[])[];
  answer: string | number | null;
}

/**
 * Puts cases together and fills what is missing: between two values on a straight line, before the
 * first and after the last with the nearest. Every case is filled from itself alone.
 *
 * @throws FormatError if there is no case, or in some case a channel has no number at all
 */
export function sensorSet(channels: readonly string[], raw: readonly RawCase[]): SensorSet {
  if (raw.length === 0) throw new FormatError("sensors: expected at least one case, got none.");
  let filled = 0;
  const cases = raw.map(({ id, columns, answer }) => {
    if (columns.length !== channels.length) {
      throw new FormatError(
        `sensors: expected ${channels.length} channels in every case, got ${columns.length} in case ${id}.`,
      );
    }
    const steps = columns[0].length;
    if (steps === 0) {
      throw new FormatError(`sensors: case ${id} has no step. Leave it out.`);
    }
    const values = new Float32Array(steps * channels.length);
    for (const [c, column] of columns.entries()) {
      const whole = withoutGaps(column);
      if (!whole) {
        throw new FormatError(
          `sensors: channel ${channels[c]} of case ${id} has no number at all. Leave the case out, or the channel.`,
        );
      }
      filled += whole.filled;
      whole.values.forEach((value, t) => (values[t * channels.length + c] = value));
    }
    return { id, steps, values, answer };
  });
  return { channels, cases, filled };
}

/** null where there is no number to start from. */
function withoutGaps(column: readonly number[]): { values: number[]; filled: number } | null {
  const known = column.flatMap((value, t) => (Number.isFinite(value) ? [t] : []));
  if (known.length === 0) return null;
  if (known.length === column.length) return { values: [...column], filled: 0 };
  let next = 0;
  const values = column.map((value, t) => {
    if (Number.isFinite(value)) return value;
    while (next < known.length && known[next] < t) next++;
    const after = known[Math.min(next, known.length - 1)];
    const before = known[Math.max(0, next - 1)];
    if (before >= t || after <= t) return column[after <= t ? after : before];
    return column[before] + ((column[after] - column[before]) * (t - before)) / (after - before);
  });
  return { values, filled: column.length - known.length };
}

/** Whether the answers are classes or numbers; cases without one do not count. */
export function kindOfAnswers(set: SensorSet): "classes" | "numbers" {
  const answers = set.cases.map(({ answer }) => answer).filter((answer) => answer !== null);
  if (answers.length === 0) {
    throw new FormatError("sensors: expected cases with an answer, and none of them has one.");
  }
  return answers.every((answer) => typeof answer === "number") ? "numbers" : "classes";
}
