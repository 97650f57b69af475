/**
 * @file How products are cut.
 */

/** Shares of a product are whole tiles (of 4 or 6 rows): one cut in two would be two slow edges. */
export const ROWS_OF_A_TILE = 24;
