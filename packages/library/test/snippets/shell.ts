/**
 * @file The commands in a shell block: those of npm and our own.
 */

import type { Block } from "./extract.ts";

export interface Command {
  /** Where it stands, and the line itself. */
  title: string;
  program: "npm" | "unrolled";
  args: string[];
  /** The flags of the block that it stands in. */
  flags: string[];
}

/** One command a line; `\` at the end goes on, `$` before it and comments do not count. */
export function commandsIn({ title, code, flags }: Block): Command[] {
  const lines = code.replaceAll(/\\\n\s*/g, "").split("\n");
  return lines.flatMap((text) => {
    const line = text.replace(/^\s*\$ /, "").trim();
    return line
      .split(/\s*(?:&&|;|\|)\s*/)
      .map(words)
      .flatMap(([first, ...rest]) => {
        const [name, ...args] = first === "npx" ? rest : [first, ...rest];
        return name === "npm" || name === "unrolled"
          ? [{ title: `${title} (${line})`, program: name, args, flags } as const]
          : [];
      });
  });
}

export function optionsOf(args: readonly string[]): string[] {
  return args.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0]);
}

function words(command: string): string[] {
  const found = command.replace(/(^|\s)#.*$/, "").match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return found.map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
}
