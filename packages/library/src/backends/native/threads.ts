/**
 * @file On how many threads a library computes: on all that are wanted, where that gives the bits
 * of one thread.
 *
 * Results must not depend on the number of threads, and no library promises that: one that splits a
 * sum among threads adds it up in another order. How it splits follows from the sizes alone, so each
 * kind of work is done both ways when it is first met, and compared.
 */

/** A library whose threads can be counted. */
export interface ThreadControl {
  /** For what is made and run from now on. */
  useThreads(count: number): void;
}

/** What has been compared so far. */
export class ThreadTrials {
  /** By kind: the largest size that gave the same bits; 0 where one did not. */
  readonly #largest = new Map<string, number>();

  /**
   * Whether work of this kind and size gives the same bits on several threads. A sum is split only
   * where it is long enough, so sizes up to one that was tried need no trial of their own.
   *
   * @param compare tries it
   */
  passed(kind: string, size: number, compare: () => boolean): boolean {
    const largest = this.#largest.get(kind);
    if (largest === 0) return false;
    if (largest !== undefined && size <= largest) return true;
    const same = compare();
    this.#largest.set(kind, same ? size : 0);
    return same;
  }
}

/** Bit by bit: 0 is not −0, and a NaN is itself. */
export function sameBits(a: Float32Array | null, b: Float32Array | null): boolean {
  if (a === null || b === null) return a === b;
  const [x, y] = [a, b].map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length)); // prettier-ignore
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
