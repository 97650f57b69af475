/**
 * @file Files, where there are none: in a browser.
 */

import { FormatError } from "../core/errors.ts";

export function readFileBytes(path: string): Uint8Array {
  throw new FormatError(
    `Cannot read ${path}: a browser has no files. Fetch it and pass its bytes: new Uint8Array(await (await fetch(address)).arrayBuffer()).`,
  );
}

export function readFileChunks(path: string): AsyncGenerator<Uint8Array, void> {
  throw new FormatError(
    `Cannot read ${path}: a browser has no files. Pass a stream: (await fetch(address)).body, or file.stream().`,
  );
}

export function writeFileAtomic(path: string, _bytes: Uint8Array): void {
  throw new FormatError(
    `Cannot write ${path}: a browser has no files. Use serializeSafetensors and offer its bytes for download.`,
  );
}
