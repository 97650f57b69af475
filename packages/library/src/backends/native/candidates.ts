/**
 * @file Where libraries are looked for: names first, which the system finds wherever it is set up
 * to look, then the places where packages put them that are not on that path.
 */

import { environmentVariable, host } from "#platform";

type Platform = "linux" | "darwin" | "win32";

const ONEDNN: Record<Platform, string[]> = {
  linux: ["libdnnl.so.3", "libdnnl.so.2"],
  darwin: [
    "libdnnl.3.dylib",
    "libdnnl.2.dylib",
    "/opt/homebrew/lib/libdnnl.dylib",
    "/usr/local/lib/libdnnl.dylib",
  ],
  win32: ["dnnl.dll"],
};

/** MKL is not among them: with a part of it missing, it ends the process. It must be asked for. */
const BLAS: Record<Platform, string[]> = {
  linux: [
    "libopenblas.so.0",
    "libopenblas.so",
    "/usr/lib64/libopenblas.so.0",
    "libblis.so.4",
    "libblis.so.3",
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll"],
};

/**
 * Paths to try, best first. `UNROLLED_ONEDNN` and `UNROLLED_BLAS` name the one file to use, or say
 * `off`; such a file should be there.
 */
export function candidates(kind: "oneDNN" | "BLAS"): { paths: string[]; expected: boolean } {
  const asked = environmentVariable(kind === "oneDNN" ? "UNROLLED_ONEDNN" : "UNROLLED_BLAS");
  if (asked !== undefined) return { paths: asked === "off" ? [] : [asked], expected: true };
  const known = kind === "oneDNN" ? ONEDNN : BLAS;
  return { paths: known[host().platform as Platform] ?? [], expected: false };
}
