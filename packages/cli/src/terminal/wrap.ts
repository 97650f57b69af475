import { width } from "./table.ts";

/** Longer lines tire the eye, however wide the screen. */
const MAX_COLUMNS = 96;

/** Breaks prose between words. Later lines begin with as many spaces as the first. */
export function wrap(text: string, columns: number): string {
  const indent = /^ */.exec(text)![0];
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(" ")) {
    const longer = line === "" ? indent + word : `${line} ${word}`;
    if (line !== "" && width(longer) > Math.min(columns, MAX_COLUMNS)) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line].join("\n");
}
