import { expect, test } from "vitest";
import { unrolledStates } from "./unrolled-states.ts";

test("a word gives a state before it and one behind each letter, from zero on", () => {
  const states = unrolledStates("unrolled", "GRU");
  expect(states.length).toBe(9);
  expect(states[0]).toEqual(new Array(8).fill(0));
  expect(unrolledStates("", "GRU")).toEqual([states[0]]);
});

test.each(["RNN", "LSTM", "GRU"] as const)(
  "%s: what was read before shows in the state",
  (cell) => {
    // Both end in the same letters; a network without memory would end in the same state.
    const [a, b] = ["cat", "rat"].map((word) => unrolledStates(word, cell).at(-1)!);
    const distance = Math.hypot(...a.map((value, unit) => value - b[unit]));
    expect(distance).toBeGreaterThan(1e-3);
    expect(unrolledStates("cat", cell).at(-1)).toEqual(a);
  },
);
