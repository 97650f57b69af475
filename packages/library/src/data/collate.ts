/**
 * @file Items become a batch of tensors: one function for each kind of field, and one that puts
 * fields together. Each takes the list of items that a loader gives and can be its `collate`.
 *
 *   collateIds        sequences of ids            ids [batch, seq] and their lengths
 *   collateSequences  sequences of features       values [batch, seq, features] and their lengths
 *   collateClasses    one class id per item       [batch], int32
 *   collateStacked    numbers, or equal shapes    [batch, …]
 *   collateFields     items with several fields   each by one of the above
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape, sizeOf } from "../core/shape.ts";
import { tensor } from "../tensor/creation.ts";
import { Tensor, type NestedArray } from "../tensor/tensor.ts";
import { padSequence, type PadSequenceOptions } from "./pad-sequence.ts";

/** Sequences of ids side by side: `model.forward(ids, { lengths })`. */
export interface IdsBatch {
  /** [batch, seq], int32, where seq is the longest length. */
  ids: Tensor;
  /** [batch]: the true length of each sequence. */
  lengths: Int32Array;
}

/** Sequences of features side by side: `lstm.forward(values, null, { lengths })`. */
export interface SequencesBatch {
  /** [batch, seq, …], float32, where seq is the longest length. */
  values: Tensor;
  /** [batch]: the true length of each sequence. */
  lengths: Int32Array;
}

/**
 * Sequences of ids, padded at their ends to the longest.
 *
 * @throws ShapeError if a sequence is empty: a recurrent layer could give nothing for it
 *
 * @example
 * const { ids, lengths } = collateIds([[5, 6, 7], [8]]);
 * ids.toArray(); // [[5, 6, 7], [8, 0, 0]]
 * lengths; // [3, 1]
 */
export function collateIds(
  sequences: readonly ArrayLike<number>[],
  options: PadSequenceOptions = {},
): IdsBatch {
  const { ids, shape, lengths } = padSequence(sequences, options);
  checkNoneEmpty("collateIds", lengths);
  return { ids: tensor(ids, { shape }), lengths };
}

/** What {@link collateSequences} pads: rows of equal shape, one per step. */
export type FeatureSequence = Tensor | NestedArray[] | readonly ArrayLike<number>[];

/**
 * Sequences of features [seq, …], padded at their ends to the longest.
 *
 * @throws ShapeError if a sequence is empty, or the shapes differ in more than their first axis
 *
 * @example
 * const { values, lengths } = collateSequences([[[1, 2], [3, 4]], [[5, 6]]]);
 * values.toArray(); // [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]
 * lengths; // [2, 1]
 */
export function collateSequences(
  sequences: readonly FeatureSequence[],
  { paddingValue = 0 }: PadSequenceOptions = {},
): SequencesBatch {
  checkSome("collateSequences", sequences);
  const rows = sequences.map((sequence) => floatsOf(sequence));
  const lengths = Int32Array.from(rows, ({ shape }) => shape[0] ?? 0);
  checkNoneEmpty("collateSequences", lengths);
  const [, ...step] = rows[0].shape;
  for (const [row, { shape }] of rows.entries()) {
    if (sameShape(shape.slice(1), step)) continue;
    throw new ShapeError(
      `collateSequences: expected every sequence to have steps of shape ${formatShape(step)} as the first has, ` +
        `got ${formatShape(shape.slice(1))} in sequence ${row}.`,
    );
  }
  const seq = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const perRow = seq * sizeOf(step);
  const values = new Float64Array(rows.length * perRow).fill(paddingValue);
  for (const [row, { data }] of rows.entries()) values.set(data, row * perRow);
  return { values: tensor(values, { shape: [rows.length, seq, ...step] }), lengths };
}

/**
 * One class id per item, as {@link crossEntropy} takes its targets.
 *
 * @example
 * collateClasses([2, 0, 1]).dtype; // "int32"
 */
export function collateClasses(classes: readonly number[]): Tensor {
  checkSome("collateClasses", classes);
  const wrong = classes.findIndex((id) => !Number.isInteger(id));
  if (wrong >= 0) {
    throw new DTypeError(
      `collateClasses: expected whole numbers, got ${String(classes[wrong])} in item ${wrong}. Numbers to predict are stacked by collateStacked.`,
    );
  }
  return tensor(Int32Array.from(classes));
}

/**
 * Numbers, arrays or tensors of one shape, behind one another along a new first axis. int32 where
 * the items are int32 tensors or typed arrays of integers, otherwise float32.
 *
 * @example
 * collateStacked([0.5, 1.5]).shape; // [2]
 * collateStacked([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 */
export function collateStacked(
  items: readonly (Tensor | NestedArray | Float32Array | Int32Array)[],
): Tensor {
  checkSome("collateStacked", items);
  const parts = items.map((item) => (item instanceof Tensor ? item : tensor(item)));
  const [{ shape, dtype }] = parts;
  const out = dtype === "int32" ? new Int32Array(parts.length * parts[0].size) : null;
  const values = out ?? new Float64Array(parts.length * parts[0].size);
  for (const [row, part] of parts.entries()) {
    if (!sameShape(part.shape, shape) || part.dtype !== dtype) {
      throw new ShapeError(
        `collateStacked: expected items of shape ${formatShape(shape)} and type ${dtype} as the first, ` +
          `got ${String(part)} in item ${row}. Sequences of different lengths are padded by collateIds or collateSequences.`,
      );
    }
    values.set(part.storage.array, row * part.size);
  }
  return tensor(values, { shape: [parts.length, ...shape] });
}

/** A function from the values of one field to what the batch has in its place. */
type FieldCollate = (values: never[]) => unknown;

/** An item with a value for every field. */
type ItemOf<Fields> = {
  [Field in keyof Fields]: Fields[Field] extends (values: infer Values, ...rest: never[]) => unknown
    ? Values extends readonly (infer Value)[]
      ? Value
      : never
    : never;
};

type BatchOf<Fields> = {
  [Field in keyof Fields]: Fields[Field] extends (...args: never[]) => infer Result
    ? Result
    : never;
};

/**
 * Collates items that have several fields, each by a function of its own. Fields that are not named
 * are left out of the batch. Items that are tuples take a list.
 *
 * @example
 * const collate = collateFields({ source: collateIds, target: collateIds });
 * const { source, target } = collate([
 *   { source: [4, 5], target: [6, 7, 8] },
 *   { source: [9], target: [1] },
 * ]);
 * source.lengths; // [2, 1]
 * target.ids.shape; // [2, 3]
 *
 * @example
 * const collate = collateFields([collateIds, collateClasses]);
 * const [{ ids, lengths }, labels] = collate([[[4, 5], 1], [[9], 0]]);
 * labels.toArray(); // [1, 0]
 */
export function collateFields<const Fields extends Record<string, FieldCollate>>(
  fields: Fields,
): (items: ItemOf<Fields>[]) => BatchOf<Fields>;
export function collateFields<Fields extends FieldCollate[]>(
  fields: [...Fields],
): (items: ItemOf<Fields>[]) => BatchOf<Fields>;
export function collateFields(
  fields: Record<string, FieldCollate> | FieldCollate[],
): (items: never[]) => unknown {
  return (items: Record<string, never>[]) => {
    const entries = Object.entries(fields as Record<string, FieldCollate>).map(
      ([name, collate]) => [name, collate(items.map((item) => fieldOf(item, name)))] as const,
    );
    return Array.isArray(fields) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
  };
}

function floatsOf(sequence: FeatureSequence): Pick<Tensor, "shape" | "data"> {
  if (sequence instanceof Tensor)
    return { shape: sequence.shape, data: sequence.storage.array as Float32Array };
  const rows = (sequence as readonly ArrayLike<number>[]).map((row) =>
    ArrayBuffer.isView(row) ? Array.from(row) : row,
  );
  return tensor(rows as NestedArray);
}

function fieldOf(item: Record<string, never>, name: string): never {
  if (item[name] !== undefined) return item[name];
  throw new ArgumentError(
    `collateFields: expected every item to have ${name}, got one with ${Object.keys(item).join(", ") || "nothing"}.`,
  );
}

function checkSome(where: string, items: readonly unknown[]): void {
  if (items.length > 0) return;
  throw new ShapeError(`${where}: expected at least one item, got none.`);
}

function checkNoneEmpty(where: string, lengths: Int32Array): void {
  const row = lengths.indexOf(0);
  if (row < 0) return;
  throw new ShapeError(
    `${where}: expected sequences of at least one step, got an empty one in row ${row}. ` +
      "Leave it out, or let every sequence end with a token such as <eos>.",
  );
}
