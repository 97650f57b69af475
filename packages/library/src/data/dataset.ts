/**
 * @file Anything that can say how many items it has and hand out the item at a place.
 */

/**
 * A finite collection of training items. Every array is one.
 *
 * @example
 * const squares: Dataset<number> = { length: 3, at: (index) => index * index };
 * [...new DataLoader(squares, { batchSize: 2 })]; // [[0, 1], [4]]
 */
export interface Dataset<Item> {
  readonly length: number;
  /** The item at `index`, 0 ≤ index < length. May compute it on the spot. */
  at(index: number): Item | undefined;
}
