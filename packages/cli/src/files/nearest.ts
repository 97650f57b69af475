/**
 * @file The name that somebody may have meant.
 */

import { editDistance } from "unrolled";

/** The one of `names` that is most like `name`; null where none is like it. */
export function nearest(name: string, names: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  // Two letters in five may be others: two that changed places count as two.
  let least = Math.floor(name.length * 0.4) + 1;
  for (const candidate of names) {
    const have = candidate.toLowerCase();
    const isPart = wanted.length > 2 && (have.includes(wanted) || wanted.includes(have));
    const distance = isPart ? 1 : editDistance(wanted, have);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `text, label; did you mean label?`: what there is, for errors. */
export function listNames(names: readonly string[], wanted: string): string {
  const shown = names.slice(0, 20).join(", ");
  const more = names.length > 20 ? ` and ${names.length - 20} more` : "";
  const meant = nearest(wanted, names);
  return `${shown}${more}${meant === null ? "" : `; did you mean ${meant}?`}`;
}
