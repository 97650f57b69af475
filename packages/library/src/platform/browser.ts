/**
 * @file What only Node can do, where there is no Node. Reached as `#platform`; see `node.ts`.
 */

export { readFileBytes, writeFileAtomic } from "./browser-files.ts";

/** Browsers have relaxed SIMD or they do not; there is nothing to switch on. */
export function enableRelaxedSimd(): void {}
