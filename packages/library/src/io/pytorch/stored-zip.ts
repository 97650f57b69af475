/**
 * @file The files in a zip archive whose contents are stored as they are, which is how torch.save
 * writes them.
 *
 *   … contents …  |  central directory: an entry for each file  |  end record: where that begins
 *
 * Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.14–16 and 4.5.3 (zip64)
 */

import { FormatError } from "../../core/errors.ts";

const END = 0x06054b50;
const ZIP64_END = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** Sizes of the fixed parts. */
const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
/** What stands in for a number that zip64's extra field has. */
const ELSEWHERE = 0xffffffff;
const ZIP64_FIELD = 1;

/** Every file's bytes by its name; views into `bytes`. */
export function readStoredZip(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const damaged = (what: string): never => {
    throw new FormatError(`${where}: the zip archive is damaged or cut off: ${what}.`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const u64 = (at: number) => Number(view.getBigUint64(at, true));

  try {
    const files = new Map<string, Uint8Array>();
    let { at, count } = directoryPlace();
    for (; count > 0; count--) {
      if (u32(at) !== ENTRY) damaged("an entry of its directory is not where it should be");
      const nameLength = u16(at + 28);
      const extraLength = u16(at + 30);
      const name = new TextDecoder().decode(part(at + ENTRY_SIZE, nameLength));
      const extra = at + ENTRY_SIZE + nameLength;
      const [size, packed, local] = sizesOf(at, extra, extraLength);
      if (u16(at + 10) !== 0 || size !== packed) {
        throw new FormatError(
          `${where}: ${JSON.stringify(name)} in the zip archive is compressed, which torch.save never does. Was it packed anew? Unpack it, and pack it with \`zip -0\`.`,
        );
      }
      if (u32(local) !== LOCAL) damaged(`${JSON.stringify(name)} is not where its entry says`);
      const start = local + LOCAL_SIZE + u16(local + 26) + u16(local + 28);
      files.set(name, part(start, size));
      at = extra + extraLength + u16(at + 32);
    }
    return files;
  } catch (error) {
    if (error instanceof RangeError) return damaged("something points past its end");
    throw error;
  }

  function part(start: number, length: number): Uint8Array {
    if (start + length > bytes.length) damaged("a file in it reaches past its end");
    return bytes.subarray(start, start + length);
  }

  function directoryPlace(): { at: number; count: number } {
    // A comment of up to 64 KB may stand behind the end record.
    const first = Math.max(0, bytes.length - END_SIZE - 0xffff);
    for (let end = bytes.length - END_SIZE; end >= first; end--) {
      if (u32(end) !== END) continue;
      const locator = end - LOCATOR_SIZE;
      if (locator >= 0 && u32(locator) === ZIP64_LOCATOR) {
        const record = u64(locator + 8);
        if (u32(record) === ZIP64_END) return { at: u64(record + 48), count: u64(record + 32) };
      }
      return { at: u32(end + 16), count: u16(end + 10) };
    }
    return damaged("it has no end record");
  }

  /** The sizes of a file, and where it begins. */
  function sizesOf(at: number, extra: number, length: number): [number, number, number] {
    const sizes: [number, number, number] = [u32(at + 24), u32(at + 20), u32(at + 42)];
    if (!sizes.includes(ELSEWHERE)) return sizes;
    for (let field = extra; field < extra + length; field += 4 + u16(field + 2)) {
      if (u16(field) !== ZIP64_FIELD) continue;
      let next = field + 4;
      for (let i = 0; i < 3; i++) {
        if (sizes[i] !== ELSEWHERE) continue;
        sizes[i] = u64(next);
        next += 8;
      }
    }
    return sizes;
  }
}
