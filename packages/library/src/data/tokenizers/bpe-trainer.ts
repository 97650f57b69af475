/**
 * @file Learns which pairs to merge: byte pair encoding (Sennrich, Haddow and Birch 2016,
 * arXiv:1508.07909).
 *
 *   repeat:  find the pair of neighbours that occurs most often
 *            give it a new id, and put that id in its place everywhere
 *
 * Counting all pairs anew for every merge would cost merges × text. Here every distinct chunk is
 * held once, with its count; a merge visits only the places where its pair stands and corrects the
 * counts of the pairs around them; a heap knows the most frequent pair.
 */

/** Pairs are keyed `left · PAIR_RADIX + right`. */
export const PAIR_RADIX = 65536;

/**
 * The merges, in the order in which they were learned. Merge `k` makes the id `256 + k`; ids below
 * that are bytes.
 *
 * - `chunks`: the bytes of each distinct chunk; no merge crosses from one chunk to another
 * - `counts`: how often each chunk occurs
 *
 * Of equally frequent pairs the one with the smaller ids wins. Stops early when no pair occurs
 * `minFrequency` times. As in other trainers, overlapping pairs all count: `aaa` has `aa` twice.
 */
export function learnMerges(
  chunks: readonly Uint8Array[],
  counts: readonly number[],
  numMerges: number,
  minFrequency: number,
): [left: number, right: number][] {
  // All chunks behind one another. A merged pair lives at the place of its left half.
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const ids = new Int32Array(total);
  const weights = new Float64Array(total);
  const before = new Int32Array(total).fill(-1);
  const after = new Int32Array(total).fill(-1);

  const pairCounts = new Map<number, number>();
  const pairPlaces = new Map<number, number[]>();
  const heap = new PairHeap();

  const add = (place: number, right: number) => {
    const key = ids[place] * PAIR_RADIX + ids[right];
    const count = (pairCounts.get(key) ?? 0) + weights[place];
    pairCounts.set(key, count);
    const places = pairPlaces.get(key);
    if (places) places.push(place);
    else pairPlaces.set(key, [place]);
    return key;
  };
  const remove = (place: number, right: number) => {
    const key = ids[place] * PAIR_RADIX + ids[right];
    pairCounts.set(key, pairCounts.get(key)! - weights[place]);
    // Its entries in pairPlaces and in the heap stay, and are seen through when they come up.
  };

  let at = 0;
  for (const [c, chunk] of chunks.entries()) {
    for (let i = 0; i < chunk.length; i++, at++) {
      ids[at] = chunk[i];
      weights[at] = counts[c];
      if (i === 0) continue;
      before[at] = at - 1;
      after[at - 1] = at;
      add(at - 1, at);
    }
  }
  for (const [key, count] of pairCounts) heap.push(count, key);

  const merges: [number, number][] = [];
  while (merges.length < numMerges && heap.size > 0) {
    const [count, key] = heap.pop();
    const actual = pairCounts.get(key)!;
    if (actual !== count) {
      // The count fell after the entry was made. (When it rises, a new entry is made at once.)
      if (actual >= minFrequency) heap.push(actual, key);
      continue;
    }
    if (count < minFrequency) break;

    const left = Math.floor(key / PAIR_RADIX);
    const right = key % PAIR_RADIX;
    const merged = 256 + merges.length;
    merges.push([left, right]);

    const touched = new Set<number>();
    // From left to right, so that of aaa the first two become one, here as when encoding.
    const places = Int32Array.from(pairPlaces.get(key)!).sort();
    for (const place of places) {
      const next = after[place];
      if (ids[place] !== left || next < 0 || ids[next] !== right) continue;

      const [outerLeft, outerRight] = [before[place], after[next]];
      if (outerLeft >= 0) remove(outerLeft, place);
      if (outerRight >= 0) remove(next, outerRight);

      ids[place] = merged;
      ids[next] = -1;
      after[place] = outerRight;
      if (outerRight >= 0) before[outerRight] = place;

      if (outerLeft >= 0) touched.add(add(outerLeft, place));
      if (outerRight >= 0) touched.add(add(place, outerRight));
    }
    pairCounts.delete(key);
    pairPlaces.delete(key);
    for (const pair of touched) heap.push(pairCounts.get(pair)!, pair);
  }
  return merges;
}

/** Gives back the largest count first; among equal counts, the smallest key. */
class PairHeap {
  readonly #counts: number[] = [];
  readonly #keys: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  push(count: number, key: number): void {
    this.#counts.push(count);
    this.#keys.push(key);
    let child = this.size - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  pop(): [count: number, key: number] {
    const top: [number, number] = [this.#counts[0], this.#keys[0]];
    this.#swap(0, this.size - 1);
    this.#counts.pop();
    this.#keys.pop();

    let parent = 0;
    for (;;) {
      let first = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.size && this.#isBefore(child, first)) first = child;
      }
      if (first === parent) return top;
      this.#swap(parent, first);
      parent = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#counts[a] - this.#counts[b];
    return difference !== 0 ? difference > 0 : this.#keys[a] < this.#keys[b];
  }

  #swap(a: number, b: number): void {
    [this.#counts[a], this.#counts[b]] = [this.#counts[b], this.#counts[a]];
    [this.#keys[a], this.#keys[b]] = [this.#keys[b], this.#keys[a]];
  }
}
