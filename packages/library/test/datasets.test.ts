/**
 * @file Data sets together with what comes after them: readers, batches and losses.
 */

import { expect, test } from "vitest";
import {
  binaryCrossEntropyWithLogits,
  collateFields,
  collateSequences,
  loadIdx,
  PolyphonicMusic,
  sequenceMask,
  sequentialMnist,
  tensor,
} from "../src/index.ts";
import { realData } from "./support/real-data.ts";

test("sequentialMnist takes MNIST as loadIdx gives it", async (context) => {
  const load = (file: string) => loadIdx(realData(context, `mnist/${file}.gz`));
  const task = sequentialMnist(
    await load("train-images-idx3-ubyte"),
    await load("train-labels-idx1-ubyte"),
  );
  expect([task.count, task.length, task.outputSize]).toEqual([60_000, 784, 10]);
  expect(task.baseline.score).toBeCloseTo(2.3012, 4);
  const { input, targets } = task.at([0, 1]);
  expect(targets.toArray()).toEqual([5, 0]);
  expect(Math.max(...input.data)).toBe(1);
});

test("music's NLL by key frequencies is what the loss of constant scores gives", () => {
  const music = new PolyphonicMusic([
    [[60, 64, 67], [60], [], [21, 108]],
    [[62], [60, 62]],
  ]);
  const train = new PolyphonicMusic([
    [[60], [60, 62], [60], [64]],
    [[60], [62, 60, 60]],
  ]);
  expect([...train.keyCounts()].flatMap((n, k) => (n ? [[k + 21, n]] : []))).toEqual([
    [60, 3],
    [62, 2],
    [64, 1],
  ]);
  const logits = Array.from(train.keyCounts(), (count) =>
    Math.log((count + 0.5) / (4 - count + 0.5)),
  );

  const collate = collateFields({ input: collateSequences, target: collateSequences });
  const { target } = collate([music.at(0), music.at(1)]);
  const scores = target.values.mul(0).add(tensor(logits));
  const mask = sequenceMask(target.lengths);
  const nll = binaryCrossEntropyWithLogits(scores, target.values, { mask }).mul(88);
  expect(music.frequencyNll(train)).toBeCloseTo(nll.item(), 4);
});
