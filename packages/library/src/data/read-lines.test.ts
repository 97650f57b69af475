import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { FormatError } from "../core/errors.ts";
import { readLines, type ReadLinesOptions, type TextSource } from "./read-lines.ts";

const folder = mkdtempSync(join(realpathSync(tmpdir()), "unrolled-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function linesOf(source: TextSource, options?: ReadLinesOptions): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(source, options)) lines.push(line);
  return lines;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes in pieces of the given sizes, over and over, empty ones included. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    yield bytes.slice(at, at + size);
    at += size;
  }
}

const sizes = fc.array(fc.nat({ max: 7 }), { minLength: 1 }).filter((list) => list.some(Boolean));

describe("readLines", () => {
  const texts = fc
    .array(fc.constantFrom("a", "é", "漢", "🐌", "\n", "\r\n", "\r", "", "word"))
    .map((pieces) => pieces.join(""));

  test("wherever the bytes are cut, gives the lines of the text", async () => {
    await fc.assert(
      fc.asyncProperty(texts, sizes, fc.boolean(), async (text, pieces, isPacked) => {
        const expected = text.split("\n").map((line) => line.replace(/\r$/, ""));
        // A last line that is only "\r" has no line break behind it, and is a line all the same.
        if (text === "" || text.endsWith("\n")) expected.pop();
        const bytes = isPacked ? new Uint8Array(gzipSync(bytesOf(text))) : bytesOf(text);
        // gzip is told from the first piece.
        const whole = isPacked
          ? [bytes.slice(0, 2), ...cut(bytes.slice(2), pieces)]
          : cut(bytes, pieces);
        expect(await linesOf(whole)).toEqual(expected);
      }),
    );
  });

  test("wherever the text is cut, gives the records between longer separators", async () => {
    const records = fc.array(fc.constantFrom("a", "b\n", "\n", "c"));
    await fc.assert(
      fc.asyncProperty(records, sizes, async (pieces, at) => {
        const text = pieces.join("");
        const expected = text.split("\n\n");
        if (expected.at(-1) === "") expected.pop();
        expect(await linesOf(cut(bytesOf(text), at), { separator: "\n\n" })).toEqual(expected);
      }),
    );
  });

  test("reads files, packed or not, streams, and strings", async () => {
    const [plain, packed] = [join(folder, "a.txt"), join(folder, "a.txt.gz")];
    writeFileSync(plain, "\uFEFFone\ntwo\n");
    writeFileSync(packed, gzipSync(readFileSync(plain)));
    const web = () => new Response("one\ntwo").body!;
    const zipped = () => web().pipeThrough(new CompressionStream("gzip"));
    for (const source of [plain, packed, web(), zipped(), ["one\nt", "wo"]]) {
      expect(await linesOf(source)).toEqual(["one", "two"]);
    }
  });

  test("closes a source that is not read to its end", async () => {
    let closed = 0;
    function* pieces() {
      try {
        for (;;) yield bytesOf("line\n");
      } finally {
        closed++;
      }
    }
    for await (const line of readLines(pieces())) if (line) break;
    expect(closed).toBe(1);
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf("line\n")),
      cancel() {
        closed++;
      },
    });
    for await (const line of readLines(stream)) if (line) break;
    expect(closed).toBe(2);
  });

  test("says what is wrong, and in which file", async () => {
    const whole = new Uint8Array(gzipSync("some text that is long enough to be cut"));
    const cutOff = join(folder, "cut.gz");
    writeFileSync(cutOff, whole.slice(0, -12));
    const cases: [TextSource, ReadLinesOptions, RegExp][] = [
      [cutOff, {}, /cut\.gz: the gzip data is damaged or cut off/],
      [join(folder, "none"), {}, /Cannot read .*none: there is no such file/],
      [folder, {}, /it is a folder/],
      [[bytesOf("ab\n"), Uint8Array.of(0x63, 0xe9, 0x0a)], {}, /not, after 3 that are\. If it is/],
      [[Uint8Array.of(0xe2, 0x82)], {}, /expected text in UTF-8/],
      [["a\n", "b".repeat(50)], { maxLength: 20 }, /line 2 is longer than 20 characters/],
      [["a"], { separator: "" }, /expected a separator/],
    ];
    for (const [source, options, message] of cases) {
      await expect(linesOf(source, options)).rejects.toThrow(message);
    }
    await expect(linesOf(cutOff)).rejects.toBeInstanceOf(FormatError);
  });
});
