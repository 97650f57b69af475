/**
 * @file The native engine where there is no Node. Reached as `#native`; see `index.ts`.
 */

import type { Backend } from "../backend.ts";
import type { NativeSupport } from "./support.ts";

export function createNativeBackend(fallback: Backend): Backend {
  return { ...fallback, name: "native" };
}

export function nativeSupport(): NativeSupport {
  const problem = "It needs Node: a browser does not let a page call libraries.";
  return { engine: null, report: { koffi: null, libraries: [], checks: {}, problem } };
}
