/**
 * @file The library as a user gets it: built, then imported by its name.
 */

import { build, SOURCE_PARTS } from "../../scripts/build.mjs";

/** Those of the engines that are worth timing and work here, the fastest first. */
export async function importUnrolled() {
  await build({ parts: [...SOURCE_PARTS, "library"] });
  const unrolled = await import("unrolled");
  const available = unrolled.availableEngines?.() ?? unrolled.ENGINE_NAMES;
  const engines = ["native", "wasm", "wasm-simd"].filter((name) => available.includes(name));
  return { unrolled, engines };
}
