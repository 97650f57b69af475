/** @file The classes that give a series its colour and dash. */

import type { Role } from "../../experiments/plot.ts";

interface Styled {
  role: Role;
  dashed?: boolean;
}

/** Series of one role get different tones of its colour, and dashes of their own: `nth-1`, … */
export function seriesClasses(series: readonly Styled[]): string[] {
  const counts = new Map<string, number>();
  return series.map(({ role, dashed }) => {
    const nth = counts.get(role) ?? 0;
    counts.set(role, nth + 1);
    const dash = dashed === undefined ? "" : dashed ? " is-dashed" : " is-solid";
    return `series role-${role}${nth > 0 ? ` nth-${Math.min(nth, 5)}` : ""}${dash}`;
  });
}
