/**
 * @file The text to learn from: one file or several joined, or standard input.
 */

import { commandLine } from "../terminal/invocation.ts";
import { decode } from "./decode.ts";
import { label, readBytes, sourceOf, type Source } from "./read-bytes.ts";

export interface TextSource extends Source {
  text: string;
  /** As people call it; of several files, all that there are. */
  encoding: string;
}

/** Up to here a string, its ids and the baselines fit into memory. */
const MAX_BYTES = 150e6;

/** Reads and joins the files; `-` is standard input. */
export function readTexts(names: readonly string[]): TextSource {
  const parts: Uint8Array[] = [];
  const encodings = new Set<string>();
  let text = "";
  let before = 0;
  for (const name of names) {
    const advice = `Train on a part of it: head -c 100M ${name} | ${commandLine("train", "text", "-")}`;
    const { bytes } = readBytes(name, { most: MAX_BYTES, before, advice });
    before += bytes.length;
    parts.push(bytes);
    const decoded = decode(bytes, label(name));
    encodings.add(decoded.encoding);
    text += decoded.text.replaceAll("\r\n", "\n");
  }
  return { text, encoding: [...encodings].join(", "), ...sourceOf(names, parts) };
}
