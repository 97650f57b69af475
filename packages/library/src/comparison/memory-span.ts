/**
 * @file How far back a cell remembers: it is trained at other lags, until one is solved or fails.
 */

import { SOLVED, type MemorySpan } from "./result.ts";

type Tried = MemorySpan["tried"][number];

export interface SpanSearch {
  /** The lags that may be tried. */
  lags: readonly number[];
  /** What is known already: the comparison's own lag. */
  own: Tried;
  /** Whether there is time to try a lag. */
  hasTime: (lag: number) => boolean;
  /** null where it was ended early. */
  train: (lag: number) => Promise<Tried | null>;
}

/**
 * From the comparison's own lag upwards as long as it is solved, or downwards until it is. So each cell
 * is trained at few lags, and the shorter ones, which cost less.
 */
export async function findMemorySpan({
  lags,
  own,
  hasTime,
  train,
}: SpanSearch): Promise<MemorySpan> {
  const isSolved = ({ successRate }: Tried) => successRate >= SOLVED;
  const goesUp = isSolved(own);
  const order = goesUp
    ? lags.filter((lag) => lag > own.lag).sort((a, b) => a - b)
    : lags.filter((lag) => lag < own.lag).sort((a, b) => b - a);
  const tried = [own];
  let isComplete = true;
  for (const lag of order) {
    const next = hasTime(lag) ? await train(lag) : null;
    if (next === null) {
      isComplete = false;
      break;
    }
    tried.push(next);
    if (isSolved(next) !== goesUp) break;
  }
  tried.sort((a, b) => b.lag - a.lag);
  const longest = Math.max(0, ...tried.filter(isSolved).map(({ lag }) => lag));
  return { longest, isBounded: tried.some(({ lag }) => lag > longest), isComplete, tried };
}
