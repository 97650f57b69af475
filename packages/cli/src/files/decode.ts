/**
 * @file Bytes into text, whatever encoding they are in.
 */

import chardet from "chardet";
import { FailureError } from "../errors.ts";

export interface DecodedText {
  text: string;
  /** As people call it: `UTF-8`, `UTF-16LE`, `windows-1252`, … */
  encoding: string;
}

/** What some files are, that people take for tables and texts. */
const OTHER_KINDS: [start: string, what: string, advice: string][] = [
  ["PK\u0003\u0004", "a zip archive or a spreadsheet", "Unpack it, or export the sheet as CSV"],
  ["PAR1", "a Parquet file", "Convert it to CSV first"],
  ["%PDF", "a PDF", "Extract its text first"],
  ["BZh", "a bzip2 file", "Unpack it first: bunzip2"],
  ["\u00fd7zXZ", "an xz file", "Unpack it first: unxz"],
  ["(\u00b5/\u00fd", "a zstd file", "Unpack it first: unzstd"],
  ["SQLite format 3", "a database", "Export the table as CSV"],
];

/**
 * The text in `bytes`, without a byte order mark. Without an `encoding`: a byte order mark decides;
 * then bytes that are valid UTF-8, but for a last character that is cut off, are that; then `chardet`
 * guesses from the letters, and unless it is sure of another, old Western text is Windows-1252, which
 * holds all of Latin-1's letters.
 *
 * @param name how errors call the file
 */
export function decode(bytes: Uint8Array, name: string, encoding?: string): DecodedText {
  if (encoding !== undefined) return decodeAs(bytes, name, encoding);
  const found = detect(bytes);
  // As a stream, so that the last character of a file that was cut off is not shown as damaged.
  const text = mendWindows1252(found, new TextDecoder(found).decode(bytes, { stream: true }));
  checkIsText(bytes, text, name);
  return { text, encoding: CALLED[found] ?? found };
}

const CALLED: Record<string, string> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16LE",
  "utf-16be": "UTF-16BE",
};

function decodeAs(bytes: Uint8Array, name: string, encoding: string): DecodedText {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new FailureError(
      `There is no encoding ${JSON.stringify(encoding)}. Some that there are: utf-8, utf-16le, windows-1252, iso-8859-2, windows-1251, koi8-r, shift_jis, gb18030, big5, euc-kr.`,
    );
  }
  try {
    const text = mendWindows1252(decoder.encoding, decoder.decode(bytes));
    checkIsText(bytes, text, name);
    return { text, encoding: CALLED[decoder.encoding] ?? decoder.encoding };
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(
      `${name}: holds bytes that are no text in ${encoding}. Leave --encoding out, and it is detected.`,
    );
  }
}

const WINDOWS_1252_FROM_128 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Node 20 decodes Windows-1252 as Latin-1: what should be “ becomes U+0093, and so on. */
function mendWindows1252(encoding: string, text: string): string {
  if (encoding !== "windows-1252") return text;
  return text.replace(/[\u0080-\u009f]/g, (c) => WINDOWS_1252_FROM_128[c.charCodeAt(0) - 128]);
}

function detect(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const zeros = zerosByParity(bytes);
  if (zeros) return zeros;
  return isUtf8(bytes) ? "utf-8" : detectOld(bytes);
}

/** A character may be cut off at the end, as `head -c` does, if others beyond ASCII are whole. */
function isUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const text = decoder.decode(bytes, { stream: true });
    if (/\P{ASCII}/u.test(text)) return true;
    decoder.decode(); // Nothing but ASCII, and whole?
    return true;
  } catch {
    return false;
  }
}

/** UTF-16 without a mark: in Western text every second byte is zero, and the others never are. */
function zerosByParity(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const length = Math.min(bytes.length & ~1, 4096);
  if (length < 4) return null;
  const zeros = [0, 0];
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros[i & 1]++;
  const most = length / 2;
  if (zeros[0] === 0 && zeros[1] > 0.7 * most) return "utf-16le";
  if (zeros[1] === 0 && zeros[0] > 0.7 * most) return "utf-16be";
  return null;
}

/** Enough letters to guess from, and quick. */
const GUESS_FROM = 1 << 18;
/** From fewer letters beyond ASCII chardet guesses wildly: 0 to 30 of 100 for the right answer. */
const FEW = 20;

function detectOld(bytes: Uint8Array): string {
  const isWestern = (name: string) => /^(iso-8859-1|windows-1252|ascii|utf-8)$/i.test(name);
  const lines = letterLines(bytes);
  if (lines.reduce((n, byte) => n + Number(byte > 127), 0) < FEW) return "windows-1252";
  const guesses = chardet.analyse(lines);
  const western = guesses.find(({ name }) => isWestern(name))?.confidence ?? 0;
  for (const { name, confidence } of guesses) {
    // A sentence in its own encoding gives 25 to 100, and in another's less than half of that.
    if (isWestern(name) || confidence < 25 || confidence < 2 * western) break;
    try {
      new TextDecoder(name, { fatal: true }).decode(bytes);
      return new TextDecoder(name).encoding;
    } catch {
      // Not that: a name unknown here, or bytes that it does not have.
    }
  }
  return "windows-1252";
}

/** The lines that hold anything else than ASCII: the rest tells nothing. */
function letterLines(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let size = 0;
  for (let start = 0; start < bytes.length && size < GUESS_FROM;) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > 127)) {
      kept.push(line);
      size += line.length;
    }
    start = end;
  }
  return Buffer.concat(kept);
}

function checkIsText(bytes: Uint8Array, text: string, name: string): void {
  if (bytes.length === 0) throw new FailureError(`${name}: is empty.`);
  const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  for (const [magic, what, advice] of OTHER_KINDS) {
    if (start.startsWith(magic)) {
      throw new FailureError(`${name}: is no text, but ${what}. ${advice}.`);
    }
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) {
    throw new FailureError(
      `${name}: expected text, got a binary file (a zero character at position ${zero}).`,
    );
  }
}
