/**
 * @file Bytes that may be compressed, unpacked by what browsers and Node both have.
 */

import { FormatError } from "../core/errors.ts";

/** The contents of gzip; other bytes as they are. */
export async function gunzip(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  try {
    const unpacked = new Response(packed.pipeThrough(new DecompressionStream("gzip")));
    return new Uint8Array(await unpacked.arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${where}: the gzip data is damaged or cut off (${reason}).`, {
      cause: error,
    });
  }
}
