/**
 * @file Engines: where the arithmetic happens.
 *
 * May import: kernels, core.
 */

import { ArgumentError } from "../core/errors.ts";
import type { Backend } from "./backend.ts";
import { plainLoops } from "./plain-loops.ts";

export * from "./backend.ts";

/**
 * - `reference`  plain loops in float64
 * - `plain`      plain loops in float32: where WebAssembly has no SIMD
 */
export type EngineName = "reference" | "plain";

export const ENGINE_NAMES: readonly EngineName[] = ["reference", "plain"];

const engines = new Map<EngineName, Backend>();
let current: Backend | undefined;

/** The engine in use. */
export function backend(): Backend {
  return (current ??= engine(preferredEngine()));
}

/** Chooses the engine for everything that follows. */
export function useEngine(name: EngineName): void {
  current = engine(name);
}

/** Runs `body` on another engine, then returns to the one before. */
export function withBackend<T>(other: Backend, body: () => T): T {
  const before = backend();
  current = other;
  try {
    return body();
  } finally {
    current = before;
  }
}

export function withEngine<T>(name: EngineName, body: () => T): T {
  return withBackend(engine(name), body);
}

function engine(name: EngineName): Backend {
  if (!ENGINE_NAMES.includes(name)) {
    throw new ArgumentError(
      `useEngine: expected one of ${ENGINE_NAMES.join(", ")}, got ${String(name)}.`,
    );
  }
  let found = engines.get(name);
  if (!found) {
    found = create(name);
    engines.set(name, found);
  }
  return found;
}

function create(name: EngineName): Backend {
  switch (name) {
    case "reference":
      return plainLoops("float64");
    case "plain":
      return plainLoops("float32");
  }
}

function preferredEngine(): EngineName {
  return "plain";
}
