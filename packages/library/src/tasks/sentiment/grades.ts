/**
 * @file Grades: what is learned where it is finer than the labels, such as the stars of a review of
 * which only good or bad is asked.
 *
 *   grades   1 star   2 stars   3 stars   4 stars   5 stars
 *   labels   negative negative     –      positive  positive
 *
 * The network learns the grades, those between the labels too, and a label's probability is the sum
 * of its grades'. It has more texts to learn from that way, and each says more.
 */

import type { PartText } from "./data.ts";

export interface Grades {
  /** Sorted; a grade is known by its place. */
  names: readonly string[];
  /** The place of each grade's label; −1 where it has none. */
  labels: readonly number[];
}

/** More are a scale rather than classes. */
const MOST_GRADES = 20;

/**
 * The grades of texts; null where some text has none, where they are no finer than the labels, where
 * one belongs to several labels, or where there are too many of them.
 */
export function gradesOf(texts: readonly PartText[], labels: readonly string[]): Grades | null {
  const found = new Map<string, number>();
  for (const { label, grade } of texts) {
    if (grade === undefined) return null;
    const place = label === undefined ? -1 : labels.indexOf(label);
    if ((found.get(grade) ?? place) !== place) return null;
    found.set(grade, place);
  }
  const isFiner = found.size > labels.length && found.size <= MOST_GRADES;
  if (!isFiner) return null;
  const names = sortedNames(found.keys());
  return { names, labels: names.map((name) => found.get(name)!) };
}

/** Numbers by their size, other names by their letters. */
export function sortedNames(names: Iterable<string>): string[] {
  const list = [...names];
  const areNumbers = list.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
  return list.sort(areNumbers ? (a, b) => Number(a) - Number(b) : undefined);
}
