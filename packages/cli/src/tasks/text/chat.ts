/**
 * @file A story told by two: every line goes into it, and the model goes on from there.
 */

import { type TextModel, TextSession, type GenerateOptions } from "unrolled/tasks/text";
import { FailureError } from "../../errors.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { nextTable } from "./next.ts";
import { encodeKnown } from "./unknown-characters.ts";

/** What can be turned while the story goes on. */
type Settings = Omit<GenerateOptions, "prompt" | "seed"> & { seed: number };

export const CHAT_WELCOME =
  "Type a beginning, and the model goes on; every further line goes into the same story. /help lists what else there is.";

const HELP = `  /more             go on without another line
  /reset            forget the story
  /temperature 0.7  below 1 safer, above 1 wilder; likewise /length, /top-k, /top-p, /min-p
  /next             what may come next, with probabilities`;

const NUMBERS: Record<string, keyof Settings> = {
  "/temperature": "temperature",
  "/length": "length",
  "/top-k": "topK",
  "/top-p": "topP",
  "/min-p": "minP",
};

export class Chat {
  readonly #terminal: Terminal;
  readonly #session: TextSession;
  readonly #settings: Settings;
  readonly #show: (piece: string) => void;
  #isEmpty = true;

  constructor(
    terminal: Terminal,
    model: TextModel,
    settings: Settings,
    show: (piece: string) => void,
  ) {
    this.#terminal = terminal;
    this.#session = new TextSession(model);
    this.#settings = settings;
    this.#show = show;
  }

  /** A line of the story, or a command. */
  async answer(line: string): Promise<void> {
    const [command, value] = line.trim().split(/\s+/);
    if (!command.startsWith("/")) {
      this.#read(line);
      await this.#goOn();
    } else if (command === "/more") await this.#goOn();
    else if (command === "/reset") {
      this.#session.reset();
      this.#isEmpty = true;
      this.#terminal.note("A new story.");
    } else if (command === "/next") {
      this.#terminal.print(nextTable(this.#session.nextTokens(10)));
    } else if (command === "/help") this.#terminal.note(HELP);
    else if (Object.hasOwn(NUMBERS, command)) this.#set(command, value);
    else throw new FailureError(`There is no ${command}. What there is:\n${HELP}`);
  }

  /** Lines stand under one another, where the model has line breaks. */
  #read(line: string): void {
    const { model } = this.#session;
    const { tokenizer } = model;
    encodeKnown(model, line, "The line");
    const hasBreaks = tokenizer.kind !== "char" || knows(model, "\n");
    this.#session.read(this.#isEmpty || !hasBreaks ? line : `\n${line}`);
    this.#isEmpty = false;
  }

  async #goOn(): Promise<void> {
    this.#isEmpty = false;
    let shown = 0;
    for (const piece of this.#session.generate(this.#settings)) {
      this.#show(piece);
      if (++shown % 32 === 0) await new Promise(setImmediate);
    }
    if (!this.#terminal.json) process.stdout.write("\n");
    this.#terminal.event({ type: "end", seed: this.#settings.seed });
    // Otherwise the same place of a story would always go on in the same way.
    this.#settings.seed++;
  }

  #set(command: string, value: string | undefined): void {
    const number = Number(value);
    if (value === undefined || !Number.isFinite(number)) {
      throw new FailureError(`${command}: expected a number, such as ${command} 0.7.`);
    }
    const before = this.#settings[NUMBERS[command]];
    this.#settings[NUMBERS[command]] = number as never;
    try {
      // The library refuses what means nothing, before it takes a step.
      new TextSession(this.#session.model).generate({ ...this.#settings, length: 1 }).next();
      this.#terminal.note(`${command.slice(1)} is now ${number}.`);
    } catch (error) {
      this.#settings[NUMBERS[command]] = before as never;
      throw error;
    }
  }
}

function knows(model: TextModel, character: string): boolean {
  try {
    return model.encode(character).length > 0;
  } catch {
    return false;
  }
}
