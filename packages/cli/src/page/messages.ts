/**
 * @file What the two halves of a page say to each other: what people see, and the worker in which the
 * model runs, so that typing stays smooth.
 */

/** To the worker. The first is `load`. */
export type Request =
  { type: "load"; files: Record<string, Uint8Array> } | { type: "ask"; id: number; what: unknown };

/** From the worker. A question gets any number of `part`s, then one `done` or `failed`. */
export type Reply =
  | { type: "ready" }
  | { type: "part"; id: number; part: unknown }
  | { type: "done"; id: number }
  | { type: "failed"; id: number | null; message: string };
