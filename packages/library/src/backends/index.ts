/**
 * @file Engines: where the arithmetic happens.
 *
 * May import: kernels, core.
 */

import { ArgumentError } from "../core/errors.ts";
import type { Backend } from "./backend.ts";
import { plainLoops } from "./plain-loops.ts";

export * from "./backend.ts";

export type EngineName = "reference" | "wasm" | "wasm-simd";

let current: Backend | undefined;
