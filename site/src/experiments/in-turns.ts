/** @file Work in turns with the page: a few steps, then a look around. */

/** Between two findings: short enough to feel live, long enough that drawing costs little. */
const TURN_MS = 100;

/**
 * Calls `step` for 0 … steps − 1 and yields, every 100 ms and at the end, how many are done. What is
 * computed does not depend on when it yields.
 */
export function* inTurns(steps: number, step: (index: number) => void): Generator<number> {
  let turnEnds = performance.now() + TURN_MS;
  for (let index = 0; index < steps; index++) {
    step(index);
    if (performance.now() < turnEnds && index + 1 < steps) continue;
    yield index + 1;
    turnEnds = performance.now() + TURN_MS;
  }
}
