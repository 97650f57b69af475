/**
 * @file Calling libraries written in C, through the optional package koffi.
 *
 * An address is a number. Whoever passes one to C must hold on to the array behind it until C is
 * done: the collector does not move an array's memory, but frees it as soon as nobody needs the
 * array itself, and a number in a variable does not count.
 */

import { host, optionalPackage } from "#platform";

export type Ptr = number;

/** As koffi writes them. */
export type ForeignType =
  | "void"
  | "void *"
  | "char"
  | "int"
  | "uint"
  | "int64_t"
  | "size_t"
  | "uintptr_t"
  | "float"
  | "str";

export type ForeignFunction = (...args: number[]) => unknown;

/** The part of koffi that is used here. */
interface Koffi {
  readonly version: string;
  load(path: string): {
    func(name: string, result: ForeignType, args: ForeignType[]): ForeignFunction;
  };
  sizeof(type: string): number;
  address(array: ArrayBufferView): bigint;
  decode(ptr: Ptr, type: string, count: number): ArrayLike<number>;
}

/** A library has refused a call. */
export class LibraryError extends Error {}

let koffi: Koffi | undefined;

/**
 * Makes the rest of this file work. Gives koffi's version, or null where it is not installed;
 * throws if it is, but cannot be used.
 */
export function startForeignCalls(): string | null {
  if (koffi === undefined) {
    const found = optionalPackage("koffi") as Koffi | null;
    if (found === null) return null;
    const major = Number.parseInt(found.version, 10);
    if (!(major >= 3)) throw new Error(`version 3 or newer is needed, found ${found.version}`);
    if (found.sizeof("void *") !== 8) throw new Error("a 64-bit Node is needed");
    koffi = found;
  }
  return koffi.version;
}

/** Where an array's first number lies. Hold on to the array! */
export function addressOf(array: ArrayBufferView): Ptr {
  return Number(koffi!.address(array));
}

/**
 * Runs `call` with this thread's signals held back.
 *
 * koffi calls C on a stack of its own, and a signal handler that interrupts oneDNN there corrupts
 * the heap: with SIGWINCH every 2 ms, most runs ended in "corrupted size vs. prev_size"; with
 * signals held back, none did. Other threads of Node take the signals meanwhile, so a program
 * learns of them as always.
 */
function withoutSignals<T>(call: () => T): T {
  mask ??= signalMask();
  mask(BLOCK, ALL_SIGNALS, before);
  try {
    return call();
  } finally {
    mask(RESTORE, before, null);
  }
}

type SignalMask = (how: number, set: Uint8Array, before: Uint8Array | null) => unknown;

let mask: SignalMask | undefined;

/** As long as any system's sigset_t, or longer. */
const ALL_SIGNALS = new Uint8Array(128).fill(255);
const before = new Uint8Array(128);

/** SIG_BLOCK and SIG_SETMASK, which macOS counts from 1. */
const isDarwin = host().platform === "darwin";
const BLOCK = isDarwin ? 1 : 0;
const RESTORE = isDarwin ? 3 : 2;

/** pthread_sigmask. On Windows no signal interrupts a thread. */
function signalMask(): SignalMask {
  if (host().platform === "win32") return () => undefined;
  const libc = koffi!.load(isDarwin ? "libSystem.dylib" : "libc.so.6");
  const set = "void *";
  return libc.func("pthread_sigmask", "int", ["int", set, set]) as unknown as SignalMask;
}

const RTLD_NOW = 2;

export class ForeignLibrary {
  readonly #path: string;
  readonly #handle: ReturnType<Koffi["load"]>;

  /** `path` may be a mere name: then the system looks where it always looks. */
  constructor(path: string) {
    this.#path = path;
    this.#handle = koffi!.load(path);
  }

  /**
   * Keeps the library in memory until the process is gone; false where that cannot be had.
   *
   * koffi unloads libraries when Node ends. Threads that a library has started wait in its code for
   * more to do, and where that code vanishes the process ends in a segmentation fault.
   */
  keepLoaded(): boolean {
    if (host().platform === "win32") return false;
    for (const name of isDarwin ? ["libSystem.dylib"] : ["libc.so.6", "libdl.so.2"]) {
      try {
        const open = koffi!.load(name).func("dlopen", "uintptr_t", ["str", "int"]);
        const handle = (open as unknown as (path: string, how: number) => number)(
          this.#path,
          RTLD_NOW | (isDarwin ? 0x80 : 0x1000), // RTLD_NODELETE
        );
        if (Number(handle) !== 0) return true;
      } catch {
        // Before glibc 2.34 it was in libdl.
      }
    }
    return false;
  }

  /** Throws if there is no such function. */
  func(name: string, result: ForeignType, args: ForeignType[]): ForeignFunction {
    const call = this.#handle.func(name, result, args);
    return (...values) => withoutSignals(() => call(...values));
  }

  /** null if there is no such function. */
  optional(name: string, result: ForeignType, args: ForeignType[]): ForeignFunction | null {
    try {
      return this.func(name, result, args);
    } catch {
      return null;
    }
  }
}

/** `count` ints from an address on. */
export function readInts(ptr: Ptr, count: number): ArrayLike<number> {
  return koffi!.decode(ptr, "int", count);
}
