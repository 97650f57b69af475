/**
 * @file The engines that the suites run over: all that work on this machine. What cannot be tested
 * here is said in a line, with what would make it possible.
 */

import {
  availableEngines,
  type Backend,
  ENGINE_NAMES,
  withBackend,
  withEngine,
  whyUnavailable,
} from "../../src/backends/index.ts";
import { createNativeBackend, nativeSupport } from "../../src/backends/native/index.ts";
import { createWasmBackend } from "../../src/backends/wasm/index.ts";

export const ENGINES = availableEngines();

for (const name of ENGINE_NAMES) {
  const problem = whyUnavailable(name);
  if (problem !== null) console.info(`The ${name} engine is not tested here. ${problem}`);
}

/** Libraries on this machine, or null. */
export const nativeEngine = nativeSupport().engine;

/** The native engine with no call left to another engine for being small. */
export function nativeAtEverySize(): Backend {
  return createNativeBackend(createWasmBackend("simd"), { everySize: true });
}

type Run = (body: () => void) => void;

/** Every engine by name; the native one also for sizes that it would leave to another. */
export const RUNS: [name: string, run: Run][] = ENGINES.map((name) => [
  name,
  (body) => {
    withEngine(name, body);
  },
]);
if (nativeEngine !== null) {
  const backend = nativeAtEverySize();
  RUNS.push([
    "native, at every size",
    (body) => {
      withBackend(backend, body);
    },
  ]);
}
