/**
 * @file Engines: where the arithmetic happens.
 *
 * May import: platform, kernels, core.
 */

import { createNativeBackend, nativeSupport } from "#native";
import { environmentVariable } from "#platform";
import { ArgumentError } from "../core/errors.ts";
import type { Backend } from "./backend.ts";
import type { NativeReport } from "./native/support.ts";
import { plainLoops } from "./plain-loops.ts";
import { createWasmBackend, wasmSupport } from "./wasm/index.ts";

export * from "./backend.ts";
export { getNumThreads, setNumThreads } from "./thread-count.ts";

export type { LibraryReport, NativeReport } from "./native/support.ts";

/**
 * - `native`     float32 by the machine's own libraries, where they are faster, through the package
 *                koffi, and `wasm` for the rest: the default on Node where there are any
 * - `wasm`       float32 on WebAssembly, with relaxed SIMD where there is any: the default elsewhere
 * - `wasm-simd`  the same without relaxed SIMD: two machines then agree bit for bit
 * - `plain`      plain loops in float32: the default where WebAssembly has no SIMD
 * - `reference`  plain loops in float64: for checking gradients, and for very small numbers
 */
export type EngineName = "native" | "wasm" | "wasm-simd" | "plain" | "reference";

export const ENGINE_NAMES: readonly EngineName[] = [
  "native",
  "wasm",
  "wasm-simd",
  "plain",
  "reference",
];

const engines = new Map<EngineName, Backend>();
let current: Backend | undefined;

/** The engine in use. */
export function backend(): Backend {
  return (current ??= preferredEngine());
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
  let inUse = backend();
  // Chosen without looking: without libraries it is the Wasm engine under another name.
  if (inUse === engines.get("native") && nativeSupport().engine === null) {
    inUse = current = engine("wasm", "engineName");
  }
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

/** Why an engine cannot be used here, and what to do about it; null if it can. */
export function whyUnavailable(name: EngineName): string | null {
  if (name === "reference" || name === "plain") return null;
  if (!wasmSupport().simd) {
    return 'It needs WebAssembly with SIMD, which this host does not have. Use "plain".';
  }
  return name === "native" ? nativeSupport().report.problem : null;
}

/** The engines that work here. Looks for libraries, if nothing has done so yet. */
export function availableEngines(): EngineName[] {
  return ENGINE_NAMES.filter((name) => whyUnavailable(name) === null);
}

/** What `unrolled doctor` prints. */
export interface EngineReport {
  engine: EngineName;
  /** The instructions that the Wasm kernels use; null where there are no vectors. */
  wasm: "relaxed SIMD" | "SIMD" | null;
  native: NativeReport;
}

/** Which engine is in use and why, after trying the machine's libraries. */
export function engineReport(): EngineReport {
  const { simd, relaxed } = wasmSupport();
  const { engine: found, report } = nativeSupport();
  found?.checkAll();
  return {
    engine: engineName(),
    wasm: relaxed ? "relaxed SIMD" : simd ? "SIMD" : null,
    native: report,
  };
}

function engine(name: EngineName, where: string): Backend {
  if (!ENGINE_NAMES.includes(name)) {
    throw new ArgumentError(
      `${where}: expected one of ${ENGINE_NAMES.join(", ")}, got ${String(name)}.`,
    );
  }
  const problem = whyUnavailable(name);
  if (problem !== null) {
    throw new ArgumentError(`${where}: the ${name} engine cannot be used here. ${problem}`);
  }
  return created(name);
}

function created(name: EngineName): Backend {
  let found = engines.get(name);
  if (!found) {
    found = create(name);
    engines.set(name, found);
  }
  return found;
}

function create(name: EngineName): Backend {
  if (name === "reference") return plainLoops("float64");
  if (name === "plain") return plainLoops("float32");
  if (name === "native") return createNativeBackend(created("wasm"));
  return createWasmBackend(name === "wasm" && wasmSupport().relaxed ? "relaxed" : "simd");
}

/** The fastest. Libraries are looked for at the first call that is large enough for them. */
function preferredEngine(): Backend {
  const wanted = environmentVariable("UNROLLED_ENGINE");
  if (wanted) return engine(wanted as EngineName, "UNROLLED_ENGINE");
  return created(wasmSupport().simd ? "native" : "plain");
}
