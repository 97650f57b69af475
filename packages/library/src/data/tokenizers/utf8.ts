/**
 * @file Text ↔ UTF-8 bytes, for every JavaScript string and in pieces.
 *
 * `TextEncoder` replaces a lone surrogate by U+FFFD. Here it is written in three bytes like any
 * other code unit (that is WTF-8), so that decoding gives back exactly what was encoded. Text
 * without lone surrogates has the same bytes either way.
 */

/**
 * The bytes of a string.
 *
 * @example
 * encodeUtf8("né"); // [110, 195, 169]
 */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length); // a code unit takes 3 bytes at most
  let n = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.codePointAt(at)!;
    if (c < 0x80) {
      bytes[n++] = c;
    } else if (c < 0x800) {
      bytes[n++] = 0xc0 | (c >> 6);
      bytes[n++] = 0x80 | (c & 0x3f);
    } else if (c < 0x10000) {
      bytes[n++] = 0xe0 | (c >> 12);
      bytes[n++] = 0x80 | ((c >> 6) & 0x3f);
      bytes[n++] = 0x80 | (c & 0x3f);
    } else {
      bytes[n++] = 0xf0 | (c >> 18);
      bytes[n++] = 0x80 | ((c >> 12) & 0x3f);
      bytes[n++] = 0x80 | ((c >> 6) & 0x3f);
      bytes[n++] = 0x80 | (c & 0x3f);
      at++; // the pair's second half
    }
  }
  return bytes.slice(0, n);
}

/**
 * Bytes to text, as they come. A byte that cannot stand where it stands becomes U+FFFD, and so does
 * a character that breaks off; a network that samples bytes produces both.
 *
 * @example
 * const decoder = new Utf8Decoder();
 * decoder.push([195]); // ""
 * decoder.push([169, 33]); // "é!"
 * decoder.end(); // ""
 */
export class Utf8Decoder {
  /** The bits read so far of a character that is not complete. */
  #codePoint = 0;
  /** How many bytes it still needs. */
  #missing = 0;
  /** What the next byte may be: tighter than 80–BF after E0, F0 and F4, against overlong forms. */
  #lowest = 0x80;
  #highest = 0xbf;

  /** The text that `bytes` complete. */
  push(bytes: ArrayLike<number>): string {
    let text = "";
    for (let i = 0; i < bytes.length; i++) text += this.#read(bytes[i]);
    return text;
  }

  /** U+FFFD if the bytes ended inside a character; the decoder is then as new. */
  end(): string {
    return this.#breakOff();
  }

  #breakOff(): string {
    const text = this.#missing > 0 ? "\uFFFD" : "";
    this.#missing = 0;
    return text;
  }

  #read(byte: number): string {
    if (this.#missing === 0) return this.#begin(byte);
    if (byte < this.#lowest || byte > this.#highest) return this.#breakOff() + this.#begin(byte);

    this.#codePoint = (this.#codePoint << 6) | (byte & 0x3f);
    this.#lowest = 0x80;
    this.#highest = 0xbf;
    this.#missing--;
    return this.#missing === 0 ? String.fromCodePoint(this.#codePoint) : "";
  }

  #begin(byte: number): string {
    if (byte < 0x80) return String.fromCharCode(byte);
    if (byte < 0xc2 || byte > 0xf4) return "\uFFFD";

    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.#codePoint = byte & (0x3f >> this.#missing);
    this.#lowest = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#highest = byte === 0xf4 ? 0x8f : 0xbf;
    return "";
  }
}
