/**
 * @file Engines: where the arithmetic happens.
 *
 * May import: platform, kernels, core.
 */

import { environmentVariable } from "#platform";
import { ArgumentError } from "../core/errors.ts";
import type { Backend } from "./backend.ts";
import { plainLoops } from "./plain-loops.ts";
import { createWasmBackend, wasmSupport } from "./wasm/index.ts";

export * from "./backend.ts";
export { getNumThreads, setNumThreads } from "./wasm/threads/thread-count.ts";

/**
 * - `wasm`       float32 on WebAssembly, with relaxed SIMD where there is any: the default
 * - `wasm-simd`  the same without relaxed SIMD: two machines then agree bit for bit
 * - `plain`      plain loops in float32: the default where WebAssembly has no SIMD
 * - `reference`  plain loops in float64: for checking gradients, and for very small numbers
 */
export type EngineName = "wasm" | "wasm-simd" | "plain" | "reference";

export const ENGINE_NAMES: readonly EngineName[] = ["wasm", "wasm-simd", "plain", "reference"];

const engines = new Map<EngineName, Backend>();
let current: Backend | undefined;

/** The engine in use. */
export function backend(): Backend {
  return (current ??= engine(preferredEngine(), "UNROLLED_ENGINE"));
}

/**
 * Chooses the engine for everything that follows. Without it, the environment variable
 * `UNROLLED_ENGINE` decides (Node), else what the host can do.
 */
export function useEngine(name: EngineName): void {
  current = engine(name, "useEngine");
}

/** The name of the engine in use. */
export function engineName(): EngineName {
  const inUse = backend();
  return ENGINE_NAMES.find((name) => engines.get(name) === inUse)!;
}

/** Runs `body` on another engine, then returns to the one before. */
export function withEngine<T>(name: EngineName, body: () => T): T {
  return withBackend(engine(name, "withEngine"), body);
}

/** {@link withEngine} for an engine already in hand. */
export function withBackend<T>(other: Backend, body: () => T): T {
  if (other === current) return body();
  const before = current;
  current = other;
  try {
    return body();
  } finally {
    current = before;
  }
}

function engine(name: EngineName, where: string): Backend {
  if (!ENGINE_NAMES.includes(name)) {
    throw new ArgumentError(
      `${where}: expected one of ${ENGINE_NAMES.join(", ")}, got ${String(name)}.`,
    );
  }
  let found = engines.get(name);
  if (!found) {
    found = create(name, where);
    engines.set(name, found);
  }
  return found;
}

function create(name: EngineName, where: string): Backend {
  if (name === "reference") return plainLoops("float64");
  if (name === "plain") return plainLoops("float32");
  if (!wasmSupport().simd) {
    throw new ArgumentError(
      `${where}: the ${name} engine needs WebAssembly with SIMD, which this host does not have. Use "plain".`,
    );
  }
  return createWasmBackend(name === "wasm" && wasmSupport().relaxed ? "relaxed" : "simd");
}

function preferredEngine(): EngineName {
  const wanted = environmentVariable("UNROLLED_ENGINE");
  if (wanted) return wanted as EngineName;
  return wasmSupport().simd ? "wasm" : "plain";
}
