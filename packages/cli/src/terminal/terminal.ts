/**
 * @file Where words go. Results go to stdout, and what is said meanwhile to stderr; under `--json`
 * stdout carries events alone, one JSON object a line, and results join the rest on stderr.
 */

import { styleText } from "node:util";
import { wrap } from "./wrap.ts";

export interface Terminal {
  readonly json: boolean;
  /** Whether a line may be written over and over: somebody is watching. */
  readonly isLive: boolean;
  /** Columns of the screen that notes go to. */
  readonly columns: number;
  /** A result, or part of one, as it stands. */
  write(text: string): void;
  /** A result, and the end of its line. */
  print(text?: string): void;
  /** A result in prose: broken into lines as wide as the screen. */
  say(text: string): void;
  /** What is going on. */
  note(text?: string): void;
  /** Replaces the live line; an empty text removes it. Nothing where nobody is watching. */
  live(text: string): void;
  /** One event for machines; nothing without `--json`. */
  event(event: { type: string; [key: string]: unknown }): void;
  /** Styles for text that `print` will show. */
  readonly style: Styler;
  /** Styles for text that `note` or `live` will show. */
  readonly noteStyle: Styler;
}

type Format = Parameters<typeof styleText>[0];
export type Styler = (format: Format, text: string) => string;

const ERASE_LINE = "\r\u001b[2K";

/** A terminal over the process's own streams. */
export function createTerminal(json: boolean): Terminal {
  const { stdout, stderr } = process;
  const results = json ? stderr : stdout;
  const isLive = stderr.isTTY && process.env.TERM !== "dumb";
  let shown = "";

  const hide = () => {
    if (shown) stderr.write(ERASE_LINE);
  };
  const showAgain = () => {
    if (shown) stderr.write(shown);
  };
  const terminal: Terminal = {
    json,
    isLive,
    get columns() {
      return stderr.columns ?? 80;
    },
    write(text) {
      hide();
      results.write(text);
      showAgain();
    },
    print(text = "") {
      terminal.write(`${text}\n`);
    },
    say(text) {
      terminal.print(wrap(text, results.columns ?? 80));
    },
    note(text = "") {
      hide();
      stderr.write(`${text}\n`);
      showAgain();
    },
    live(text) {
      if (!isLive || text === shown) return;
      hide();
      shown = text;
      showAgain();
    },
    event(event) {
      if (json) stdout.write(`${JSON.stringify(event, finite)}\n`);
    },
    style: stylerFor(results),
    noteStyle: stylerFor(stderr),
  };
  return terminal;
}

/** `styleText` itself heeds NO_COLOR, FORCE_COLOR, and whether the stream is a terminal. */
function stylerFor(stream: NodeJS.WriteStream): Styler {
  return (format, text) => styleText(format, text, { stream });
}

/** JSON has no infinity and no NaN: they become null, as JSON.stringify does, and -0 becomes 0. */
function finite(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? 0 : value;
}
