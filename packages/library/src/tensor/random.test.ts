import { expect, test } from "vitest";
import { RandomGenerator } from "./random.ts";

test.each([0, 0.1, 0.5, 1])(
  "a mask with probability %d is what random() < p decides one after the other",
  (p) => {
    const [one, other] = [new RandomGenerator(5), new RandomGenerator(5)];
    const mask = new Uint8Array(1001);
    one.fillMask(mask, p);
    expect([...mask]).toEqual(Array.from(mask, () => (other.random() < p ? 0 : 1)));
    expect(one.getState()).toEqual(other.getState());
  },
);
