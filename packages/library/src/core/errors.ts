/**
 * @file What went wrong, in the caller's words: where, what was expected, what came, what to try.
 */

/** Everything that Unrolled throws on purpose. */
export class UnrolledError extends Error {
  override name = this.constructor.name;
}

/** A tensor has the wrong number of axes or the wrong size along one of them. */
export class ShapeError extends UnrolledError {}

/** A tensor holds the wrong kind of number: int32 where float is needed, or the reverse. */
export class DTypeError extends UnrolledError {}

/** An option or argument is outside what it may be. */
export class ArgumentError extends UnrolledError {}

/** `backward()` was asked for where there is nothing, or nothing any more, to differentiate. */
export class AutogradError extends UnrolledError {}

/** A file or its contents are not what they should be. */
export class FormatError extends UnrolledError {}

/** A data set could not give an item, or its items could not be put into a batch. */
export class DataError extends UnrolledError {
  /** Where in the data set; of a batch, its first item. */
  readonly index: number;

  constructor(message: string, index: number, options?: ErrorOptions) {
    super(message, options);
    this.index = index;
  }
}

/** A loss or gradient became NaN or infinite. */
export class NumericError extends UnrolledError {}

/** A promise of our own is broken: not the caller's mistake. */
export function internalError(what: string): UnrolledError {
  return new UnrolledError(
    `internal: ${what}. This is a mistake in Unrolled; please report it with the code that led here.`,
  );
}

/** Marks a case that the types have ruled out; a case left out of a switch does not compile. */
export function unreachable(value: never): never {
  throw internalError(`unexpected value ${String(value)}`);
}

/** `[2, 3, 4]`, as every message writes a shape. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** The size of the last axis must be `size`, the value of the option called `option`. */
export function checkLastAxis(
  where: string,
  shape: readonly number[],
  option: string,
  size: number,
): void {
  if (shape.length > 0 && shape[shape.length - 1] === size) return;
  throw new ShapeError(
    `${where}: expected the last axis to be ${size} because ${option} is ${size}, got ${formatShape(shape)}.`,
  );
}

/** A size such as `hiddenSize`: a whole number of at least `least`. */
export function checkSize(where: string, option: string, value: number, least = 1): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ArgumentError(
    `${where}: expected ${option} to be a whole number of at least ${least}, got ${String(value)}.`,
  );
}

/** A probability such as `dropout`: 0 ≤ p ≤ 1. */
export function checkProbability(where: string, option: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new ArgumentError(
    `${where}: expected ${option} to be a probability between 0 and 1, got ${String(value)}.`,
  );
}
