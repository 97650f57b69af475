/**
 * @file Text from a file or stream of any size, line by line: what is in memory is one piece of the
 * file and the line that is being put together.
 */

import { readFileChunks } from "#platform";
import { ArgumentError, FormatError } from "../core/errors.ts";

/** A path (in Node), or anything that gives bytes or text piece by piece, such as `response.body`. */
export type TextSource =
  | string
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

export interface ReadLinesOptions {
  /**
   * What stands between two lines, which are then called records: `"\n\n"` for paragraphs. Default:
   * a line break, `"\n"` or `"\r\n"`.
   */
  separator?: string;
  /** The most characters in a line: a file without line breaks is an error, not full memory. Default: 2²⁴. */
  maxLength?: number;
}

/**
 * The lines of a text in UTF-8, without their line breaks. What follows the last line break is a line,
 * unless it is empty; empty lines in between are lines.
 *
 * gzip is recognized by its first bytes and unpacked on the way. A byte order mark is left out.
 *
 * @throws FormatError if the bytes are not UTF-8 or not whole gzip, or a line is too long
 *
 * @example
 * const lines: string[] = [];
 * for await (const line of readLines(["one\ntw", "o\r\nthree"])) lines.push(line);
 * lines; // ["one", "two", "three"]
 */
export async function* readLines(
  source: TextSource,
  { separator, maxLength = 2 ** 24 }: ReadLinesOptions = {},
): AsyncGenerator<string, void> {
  if (separator === "") throw new ArgumentError("readLines: expected a separator, got none.");
  const where = typeof source === "string" ? `readLines: ${source}` : "readLines";
  const ending = separator ?? "\n";
  const finished = (line: string) =>
    separator === undefined && line.endsWith("\r") ? line.slice(0, -1) : line;

  let line = 0;
  let rest = "";
  for await (const text of decode(where, unpack(where, piecesOf(source)))) {
    // Only around the seam can a separator be new in what was there before.
    let from = Math.max(0, rest.length - ending.length + 1);
    rest += text;
    let start = 0;
    for (;;) {
      const end = rest.indexOf(ending, from);
      if (end < 0) break;
      line++;
      yield finished(rest.slice(start, end));
      start = from = end + ending.length;
    }
    rest = rest.slice(start);
    if (rest.length > maxLength) {
      throw new FormatError(
        `${where}: line ${line + 1} is longer than ${maxLength} characters. Is it text with line breaks? ` +
          "If it is, raise maxLength.",
      );
    }
  }
  if (rest !== "") yield finished(rest);
}

/** Anything that gives pieces as an async iterable; whoever stops early closes it. */
async function* piecesOf(source: TextSource): AsyncGenerator<Uint8Array | string, void> {
  if (typeof source === "string") return yield* readFileChunks(source);
  if (!("getReader" in source)) {
    yield* source;
    return;
  }
  // Safari's streams cannot be iterated.
  const reader: ReadableStreamDefaultReader<Uint8Array | string> = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** The pieces, unpacked if they begin as gzip does. */
async function* unpack(
  where: string,
  pieces: AsyncGenerator<Uint8Array | string, void>,
): AsyncGenerator<Uint8Array | string, void> {
  const first = await pieces.next();
  if (first.done) return;
  const withFirst = (async function* () {
    try {
      yield first.value;
      yield* pieces;
    } finally {
      await pieces.return();
    }
  })();
  const isGzip =
    typeof first.value !== "string" && first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (!isGzip) return yield* withFirst;

  let failure: Error | undefined;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await withFirst.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array<ArrayBuffer>);
      } catch (error) {
        failure = error as Error;
        controller.error(error);
      }
    },
    async cancel() {
      await withFirst.return();
    },
  });
  try {
    yield* piecesOf(packed.pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    if (failure !== undefined) throw failure;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${where}: the gzip data is damaged or cut off (${reason}).`, {
      cause: error,
    });
  }
}

async function* decode(
  where: string,
  pieces: AsyncGenerator<Uint8Array | string, void>,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  const notText = (error: unknown) =>
    new FormatError(
      `${where}: expected text in UTF-8, got bytes that are not, after ${bytes} that are. ` +
        "If it is text, convert it (for example: iconv -f latin1 -t utf-8).",
      { cause: error },
    );
  for await (const piece of pieces) {
    if (typeof piece === "string") {
      yield piece;
      continue;
    }
    let text: string;
    try {
      text = decoder.decode(piece, { stream: true });
    } catch (error) {
      throw notText(error);
    }
    bytes += piece.length;
    yield text;
  }
  try {
    yield decoder.decode();
  } catch (error) {
    throw notText(error);
  }
}
