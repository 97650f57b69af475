import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../../tensor/random.ts";
import { sequentialMnist } from "./sequential-mnist.ts";
import { oneHot, row } from "./testing.ts";

/** Three images of 2 × 3 pixels. */
const images = {
  shape: [3, 2, 3],
  data: Uint8Array.of(0, 51, 102, 153, 204, 255, 5, 10, 15, 20, 25, 30, 255, 255, 0, 0, 0, 0),
};
const labels = { shape: [3], data: Uint8Array.of(2, 0, 2) };

describe("sequentialMnist", () => {
  test("reads pixels row by row, from 0 to 1, with the image's own label", () => {
    const task = sequentialMnist(images, labels);
    const { input, targets } = task.at([2, 0]);
    expect([input.shape, targets.toArray()]).toEqual([
      [2, 6, 1],
      [2, 2],
    ]);
    expect(row(input, 0)).toEqual([1, 1, 0, 0, 0, 0]);
    row(input, 1).forEach((value, t) => expect(value).toBeCloseTo(t / 5, 6));
    expect([task.length, task.lag, task.outputSize, task.count]).toEqual([6, 5, 3, 3]);
    expect(task.baseline.score).toBeCloseTo(Math.log(3) / 3 + (2 / 3) * Math.log(3 / 2), 12);
  });

  test("reads all images in the same other order when permuted, which the seed decides", () => {
    const sorted = (values: number[]) => values.sort((a, b) => a - b);
    const plain = sequentialMnist(images, labels).at([0, 1, 2]).input;
    const order = (seed: number) => {
      const { input } = sequentialMnist(images, labels, { permuted: seed }).at([0, 1, 2]);
      const places = row(input, 0).map((value) => Math.round(5 * value));
      for (const image of [1, 2]) {
        expect(row(input, image)).toEqual(places.map((t) => row(plain, image)[t]));
      }
      expect(sorted([...places])).toEqual([0, 1, 2, 3, 4, 5]);
      return places;
    };
    expect(order(1)).toEqual(order(1));
    expect(order(0)).not.toEqual(order(1));
  });

  test("draws batches of images from all of them, and repeats from the same seed", () => {
    const task = sequentialMnist(images, labels);
    const draw = (seed: number) => task.batch(60, new RandomGenerator(seed));
    expect(draw(1).input.toArray()).toEqual(draw(1).input.toArray());
    const { input, targets } = draw(2);
    const firsts = Array.from({ length: 60 }, (_, b) => Math.round(255 * row(input, b)[0]));
    expect(new Set(firsts)).toEqual(new Set([0, 5, 255]));
    firsts.forEach((first, b) => expect(targets.data[b]).toBe(first === 5 ? 0 : 2));
    expect(
      task.successRate(
        oneHot(
          firsts.map(() => [2]),
          task,
        ),
        targets,
      ),
    ).toBe(firsts.filter((first) => first !== 5).length / 60);
  });

  test.each([
    [
      { ...images, shape: [3, 6] },
      labels,
      "expected images [count, height, width] and labels [count], got [3, 6] and [3]",
    ],
    [images, { ...labels, shape: [2] }, "got [3, 2, 3] and [2]"],
    [
      { shape: [0, 28, 28], data: [] },
      { shape: [0], data: [] },
      "expected images with pixels, got [0, 28, 28]",
    ],
  ])("refuses images and labels that do not fit", (someImages, someLabels, message) => {
    expect(() => sequentialMnist(someImages, someLabels)).toThrow(message);
  });

  test("refuses images that are not there", () => {
    const task = sequentialMnist(images, labels);
    expect(() => task.at([0, 3])).toThrow("expected indices from 0 to 2, got 3");
    expect(() => task.batch(0, new RandomGenerator(1))).toThrow("batchSize");
  });
});
