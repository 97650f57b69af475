/**
 * @file Sizes that differ from run to run, and what they are made of.
 *
 * A model is run several times, each time with other sizes along the axes that are to be dynamic.
 * A size is then a list, one number for each run: [5, 5, 8, 8] is a size that follows the second of
 * two axes, [4, 4, 7, 7] that axis less one, and [6, 6, 6, 6] is fixed.
 */

/** One number for each run. */
export type Sizes = readonly number[];

export function isFixed(sizes: Sizes): boolean {
  return sizes.every((size) => size === sizes[0]);
}

export function sameSizes(a: Sizes, b: Sizes): boolean {
  return a.every((size, run) => size === b[run]);
}

/** Shapes of one value in every run, axis by axis. */
export function axesOf(shapes: readonly (readonly number[])[]): Sizes[] {
  return shapes[0].map((_, axis) => shapes.map((shape) => shape[axis]));
}

/** sizes = factor · (product of the sizes of these axes) + offset, axes by their number. */
export interface SizeFormula {
  readonly axes: readonly number[];
  readonly factor: number;
  readonly offset: number;
}

/**
 * What a size is made of, of the dynamic axes; null if it is no such formula. A size that follows
 * one axis is looked for first, then the product of two.
 */
export function formulaFor(sizes: Sizes, axes: readonly Sizes[]): SizeFormula | null {
  for (let i = 0; i < axes.length; i++) {
    const line = lineThrough(axes[i], sizes);
    if (line) return { axes: [i], ...line };
  }
  for (let i = 0; i < axes.length; i++) {
    for (let j = i + 1; j < axes.length; j++) {
      const line = lineThrough(
        axes[i].map((size, run) => size * axes[j][run]),
        sizes,
      );
      if (line) return { axes: [i, j], ...line };
    }
  }
  return null;
}

/** y = factor · x + offset for all runs, in whole numbers. */
function lineThrough(x: Sizes, y: Sizes): { factor: number; offset: number } | null {
  const other = x.findIndex((value) => value !== x[0]);
  if (other < 0) return null;
  const factor = (y[other] - y[0]) / (x[other] - x[0]);
  const offset = y[0] - factor * x[0];
  if (!Number.isInteger(factor) || factor === 0) return null;
  return y.every((value, run) => value === factor * x[run] + offset) ? { factor, offset } : null;
}
