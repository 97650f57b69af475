import { describe, expect, test } from "vitest";
import { textBatches, textConfig, type TextConfig } from "./index.ts";
import { ShuffledStretches } from "./shuffled-stretches.ts";

const OPTIONS = { batchSize: 3, bptt: 4, stretch: 12, seed: 7 };
/** Every id is its own place. */
const places = (length: number) => Int32Array.from({ length }, (_, i) => i);

describe("ShuffledStretches", () => {
  test("reads each stretch of an epoch once, in pieces that follow one another", () => {
    const batches = new ShuffledStretches(places(1000), OPTIONS);
    // 83 whole stretches, one of them spared for the offset; 27 rounds of 3, in 3 steps each.
    expect(batches.length).toBe(27 * 3);
    const starts: number[] = [];
    let before: number[] = [];
    for (let step = 0; step < batches.length; step++) {
      const { inputs, targets, shape, isFresh } = batches.next();
      expect(shape).toEqual([3, 4]);
      expect(isFresh).toBe(step % 3 === 0);
      inputs.forEach((id, i) => expect(targets[i]).toBe(id + 1));
      const firsts = [0, 4, 8].map((at) => inputs[at]);
      for (const at of [0, 4, 8]) expect(inputs[at + 3]).toBe(inputs[at] + 3);
      if (isFresh) starts.push(...firsts);
      else expect(firsts).toEqual(before.map((id) => id + 4));
      before = firsts;
    }
    expect(new Set(starts).size).toBe(81);
    const offset = starts[0] % 12;
    for (const start of starts) expect(start % 12).toBe(offset);
    expect(starts).not.toEqual([...starts].sort((a, b) => a - b));
  });

  test("takes another order, cut at other places, in every epoch and with every seed", () => {
    const firstOf = (epoch: number, seed: number) => {
      const batches = new ShuffledStretches(places(1000), { ...OPTIONS, seed });
      batches.position = { epoch, step: 0 };
      return [...batches.next().inputs];
    };
    const all = [firstOf(0, 7), firstOf(1, 7), firstOf(2, 7), firstOf(0, 8)];
    expect(new Set(all.map((ids) => ids.join())).size).toBe(4);
    expect(firstOf(1, 7)).toEqual(all[1]);
  });

  test("goes on from a saved position, over the end of an epoch too", () => {
    const one = new ShuffledStretches(places(200), OPTIONS);
    for (let step = 0; step < one.length - 1; step++) one.next();
    const other = new ShuffledStretches(places(200), OPTIONS);
    other.position = JSON.parse(JSON.stringify(one.position));
    for (let i = 0; i < 5; i++) expect(other.next()).toEqual(one.next());
  });

  test("never reads past the end", () => {
    for (let length = 49; length < 80; length++) {
      const batches = new ShuffledStretches(places(length), OPTIONS);
      for (let i = 0; i < 40; i++) expect(Math.max(...batches.next().targets)).toBeLessThan(length);
    }
  });
});

describe("a text's batches", () => {
  const config = (changes: Partial<TextConfig>) =>
    textConfig({ batchSize: 3, seqLength: 4, stretch: 10, ...changes });

  test("are stretches where the text is long enough, rounded up to whole steps", () => {
    const batches = textBatches(places(1000), config({}));
    const fresh = Array.from({ length: 7 }, () => batches.next()).map(({ batch, startsEpoch }) => [
      batch.isFresh,
      startsEpoch,
    ]);
    expect(fresh.map(([isFresh]) => isFresh)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(fresh.map(([, starts]) => starts)).toEqual([true, ...Array(6).fill(false)]);
  });

  test("and streams from beginning to end where it is not, or nobody wants stretches", () => {
    const short = textBatches(places(60), config({}));
    expect([...short.next().batch.ids.data.slice(0, 4)]).toEqual([0, 1, 2, 3]);
    const plain = textBatches(places(1000), config({ stretch: 0 }));
    expect([...plain.next().batch.ids.data.slice(0, 4)]).toEqual([0, 1, 2, 3]);
  });
});
