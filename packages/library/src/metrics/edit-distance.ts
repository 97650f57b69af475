/**
 * @file How many changes turn one sequence into another (Levenshtein 1966).
 */

/** A text, read character by character (code points), or tokens of any kind, compared by `===`. */
export type TokenSequence = string | ArrayLike<unknown>;

/** What must be done to the reference to get the hypothesis. */
export interface EditCounts {
  substitutions: number;
  /** Tokens of the reference that are missing. */
  deletions: number;
  /** Tokens that the reference does not have. */
  insertions: number;
}

/** Above any number of substitutions, and low enough for sums below 2⁵³ to stay exact. */
const EDIT = 2 ** 26;

/**
 * The smallest number of substitutions, deletions and insertions that turn one sequence into the
 * other, from 0 to the longer length.
 *
 * @example
 * editDistance("kitten", "sitting"); // 3
 * editDistance(["the", "cat"], ["the", "black", "cat"]); // 1
 * editDistance(Int32Array.of(1, 2, 3), [1, 3]); // 1
 */
export function editDistance(a: TokenSequence, b: TokenSequence): number {
  const { substitutions, deletions, insertions } = editCounts(a, b);
  return substitutions + deletions + insertions;
}

/**
 * The same by kind. Often several shortest ways exist; counted is one with the fewest substitutions,
 * which makes the counts unique. ("b a" for "a b" is a deletion and an insertion, not two
 * substitutions.)
 *
 * @example
 * editCounts(["b", "a"], ["a", "b"]).deletions; // 1
 */
export function editCounts(hypothesis: TokenSequence, reference: TokenSequence): EditCounts {
  const h = tokensOf(hypothesis);
  const r = tokensOf(reference);

  // One number holds both aims: EDIT for every change, and 1 more for a substitution.
  let before = Float64Array.from({ length: h.length + 1 }, (_, j) => j * EDIT);
  let row = new Float64Array(h.length + 1);
  for (let i = 1; i <= r.length; i++) {
    row[0] = i * EDIT;
    for (let j = 1; j <= h.length; j++) {
      const substituted = before[j - 1] + (h[j - 1] === r[i - 1] ? 0 : EDIT + 1);
      row[j] = Math.min(substituted, before[j] + EDIT, row[j - 1] + EDIT);
    }
    [before, row] = [row, before];
  }

  const cost = before[h.length];
  const substitutions = cost % EDIT;
  const others = Math.floor(cost / EDIT) - substitutions; // deletions + insertions
  const longer = h.length - r.length; //                     insertions − deletions
  return {
    substitutions,
    deletions: (others - longer) / 2,
    insertions: (others + longer) / 2,
  };
}

function tokensOf(sequence: TokenSequence): ArrayLike<unknown> {
  return typeof sequence === "string" ? Array.from(sequence) : sequence;
}
