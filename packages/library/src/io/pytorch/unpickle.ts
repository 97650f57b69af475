/**
 * @file Python's pickles, as far as data: numbers, texts, lists, tuples, sets and dicts. What would
 * call a function or make an object in Python stays a note of which one, with what: nothing that the
 * file names is looked up, imported or run.
 *
 * A pickle is a program for a machine with a stack and a memo.
 *
 * Source: Python's `pickletools.py`, whose names the instructions have; protocols 0 to 5
 */

import { FormatError } from "../../core/errors.ts";

/** A class or function by its name: `torch FloatStorage`. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What Python would have made by calling `callee`; `state` is what it would have filled it with. */
export class Made {
  readonly callee: unknown;
  readonly args: readonly unknown[];
  state: unknown = null;
  constructor(callee: unknown, args: readonly unknown[]) {
    this.callee = callee;
    this.args = args;
  }
}

/** A tuple: a list that is told apart, since dicts may have one as a key. */
export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

export interface UnpickleOptions {
  /** What a persistent id stands for: a storage. */
  persistent: (id: unknown) => unknown;
  /** What a call gives; undefined leaves it a {@link Made}. */
  call: (name: string, args: readonly unknown[]) => unknown;
}

const MARK = Symbol("mark");

/** The object in the pickle that begins at `start`, and where the pickle ends. */
export function unpickle(
  bytes: Uint8Array,
  where: string,
  { persistent, call }: UnpickleOptions,
  start = 0,
): { value: unknown; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = start;

  try {
    for (;;) {
      const op = String.fromCharCode(view.getUint8(at++));
      if (op === ".") return { value: pop(), end: at };
      step(op);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    if (error instanceof RangeError) throw damaged("it ends in the middle");
    throw error;
  }

  function damaged(what: string): FormatError {
    return new FormatError(
      `${where}: the pickle is damaged or cut off: ${what} (at byte ${at}). Fetch the file again.`,
    );
  }

  function step(op: string): void {
    switch (op) {
      case "\x80": // PROTO
        at += 1;
        break;
      case "\x95": // FRAME
        at += 8;
        break;
      case "(":
        stack.push(MARK);
        break;
      case "0": // POP
        pop();
        break;
      case "1": // POP_MARK
        popMarked();
        break;
      case "2": // DUP
        push(top());
        break;
      case "N":
        push(null);
        break;
      case "\x88":
        push(true);
        break;
      case "\x89":
        push(false);
        break;
      case "K": // BININT1
        push(view.getUint8(skip(1)));
        break;
      case "M": // BININT2
        push(view.getUint16(skip(2), true));
        break;
      case "J": // BININT
        push(view.getInt32(skip(4), true));
        break;
      case "I": // INT, and in old pickles booleans
        push(integer(line(), { "00": false, "01": true }));
        break;
      case "L": // LONG
        push(integer(line().replace(/L$/, ""), {}));
        break;
      case "\x8a": // LONG1
        push(long(view.getUint8(skip(1))));
        break;
      case "\x8b": // LONG4
        push(long(view.getInt32(skip(4), true)));
        break;
      case "G": // BINFLOAT
        push(view.getFloat64(skip(8)));
        break;
      case "F": // FLOAT
        push(Number(line()));
        break;
      case "X": // BINUNICODE
        push(text(view.getUint32(skip(4), true)));
        break;
      case "\x8c": // SHORT_BINUNICODE
        push(text(view.getUint8(skip(1))));
        break;
      case "\x8d": // BINUNICODE8
        push(text(Number(view.getBigUint64(skip(8), true))));
        break;
      case "V": // UNICODE
        push(line());
        break;
      case "U": // SHORT_BINSTRING
        push(text(view.getUint8(skip(1))));
        break;
      case "T": // BINSTRING
        push(text(view.getInt32(skip(4), true)));
        break;
      case "S": // STRING, in quotes
        push(line().slice(1, -1));
        break;
      case "C": // SHORT_BINBYTES
        push(chunk(view.getUint8(skip(1))));
        break;
      case "B": // BINBYTES
        push(chunk(view.getUint32(skip(4), true)));
        break;
      case "\x8e": // BINBYTES8
      case "\x96": // BYTEARRAY8
        push(chunk(Number(view.getBigUint64(skip(8), true))));
        break;
      case "]":
        push([]);
        break;
      case "l": // LIST
        push(popMarked());
        break;
      case "a": // APPEND
        appendTo([pop()]);
        break;
      case "e": // APPENDS
        appendTo(popMarked());
        break;
      case ")":
        push(new Tuple([]));
        break;
      case "t":
        push(new Tuple(popMarked()));
        break;
      case "\x85":
        push(new Tuple(popSome(1)));
        break;
      case "\x86":
        push(new Tuple(popSome(2)));
        break;
      case "\x87":
        push(new Tuple(popSome(3)));
        break;
      case "}":
        push(new Map());
        break;
      case "d": // DICT
        push(new Map());
        setItems(popMarkedBelow());
        break;
      case "s": // SETITEM
        setItems(popSome(2));
        break;
      case "u": // SETITEMS
        setItems(popMarked());
        break;
      case "\x8f": // EMPTY_SET
        push(new Set());
        break;
      case "\x90": // ADDITEMS
        addItems(popMarked());
        break;
      case "\x91": // FROZENSET
        push(new Set(popMarked()));
        break;
      case "h": // BINGET
        push(recall(view.getUint8(skip(1))));
        break;
      case "j": // LONG_BINGET
        push(recall(view.getUint32(skip(4), true)));
        break;
      case "g": // GET
        push(recall(Number(line())));
        break;
      case "q": // BINPUT
        memo.set(view.getUint8(skip(1)), top());
        break;
      case "r": // LONG_BINPUT
        memo.set(view.getUint32(skip(4), true), top());
        break;
      case "p": // PUT
        memo.set(Number(line()), top());
        break;
      case "\x94": // MEMOIZE
        memo.set(memo.size, top());
        break;
      case "c": // GLOBAL
        push(new Global(`${line()} ${line()}`));
        break;
      case "\x93": // STACK_GLOBAL
        push(new Global(popSome(2).map(String).join(" ")));
        break;
      case "R": // REDUCE
      case "\x81": // NEWOBJ
        push(made(...(popSome(2) as [unknown, unknown])));
        break;
      case "\x92": {
        // NEWOBJ_EX
        const [callee, args] = popSome(3);
        push(made(callee, args));
        break;
      }
      case "b": // BUILD
        build(pop());
        break;
      case "Q": // BINPERSID
        push(persistent(pop()));
        break;
      case "P": // PERSID
        push(persistent(line()));
        break;
      default:
        at--;
        throw damaged(`0x${view.getUint8(at).toString(16)} is no instruction that data needs`);
    }
  }

  function skip(count: number): number {
    at += count;
    return at - count;
  }

  function chunk(length: number): Uint8Array {
    const from = skip(length);
    if (length < 0 || at > bytes.length)
      throw damaged("a text or list of bytes reaches past its end");
    return bytes.slice(from, at);
  }

  function text(length: number): string {
    return new TextDecoder().decode(chunk(length));
  }

  function line(): string {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw damaged("a line has no end");
    const from = at;
    at = end + 1;
    return new TextDecoder().decode(bytes.subarray(from, end));
  }

  function integer(digits: string, words: Record<string, boolean>): number | bigint | boolean {
    if (Object.hasOwn(words, digits)) return words[digits];
    if (!/^[+-]?\d+$/.test(digits))
      throw damaged(`${JSON.stringify(digits.slice(0, 20))} is no number`);
    return small(BigInt(digits));
  }

  /** Little-endian, in two's complement. */
  function long(length: number): number | bigint {
    const digits = chunk(length);
    let value = 0n;
    for (let i = digits.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]);
    return small(length === 0 ? 0n : BigInt.asIntN(8 * length, value));
  }

  function small(value: bigint): number | bigint {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  function push(value: unknown): void {
    stack.push(value);
  }

  function top(): unknown {
    if (stack.length === 0 || stack.at(-1) === MARK)
      throw damaged("something is taken that is not there");
    return stack.at(-1);
  }

  function pop(): unknown {
    const value = top();
    stack.pop();
    return value;
  }

  function popSome(count: number): unknown[] {
    return Array.from({ length: count }, pop).reverse();
  }

  function popMarked(): unknown[] {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged("a list has no beginning");
    const items = stack.splice(mark);
    items.shift();
    return items;
  }

  /** Like {@link popMarked}, under the new dict on top. */
  function popMarkedBelow(): unknown[] {
    const dict = pop();
    const items = popMarked();
    push(dict);
    return items;
  }

  function recall(key: number): unknown {
    if (!memo.has(key)) throw damaged(`it goes back to ${key}, which was never noted`);
    return memo.get(key);
  }

  /** Containers of Python's own classes grow too, and nobody asks for what is in them. */
  function appendTo(items: unknown[]): void {
    const list = top();
    if (Array.isArray(list)) list.push(...items);
    else if (!(list instanceof Made)) throw damaged("something is appended to what is no list");
  }

  function addItems(items: unknown[]): void {
    const set = top();
    if (!(set instanceof Set)) throw damaged("something is added to what is no set");
    for (const item of items) set.add(item);
  }

  function setItems(items: unknown[]): void {
    const dict = top();
    if (dict instanceof Made) return;
    if (!(dict instanceof Map) || items.length % 2 === 1)
      throw damaged("an entry is put into what is no dict");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  function made(callee: unknown, args: unknown): unknown {
    const list = args instanceof Tuple ? args.items : [args];
    const value = callee instanceof Global ? call(callee.name, list) : undefined;
    return value === undefined ? new Made(callee, list) : value;
  }

  function build(state: unknown): void {
    const object = top();
    if (object instanceof Made) object.state = state;
  }
}
